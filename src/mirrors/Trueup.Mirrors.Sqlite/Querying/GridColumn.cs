using System.Globalization;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>A column that people can filter and sort by.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="Type">How its values compare.</param>
/// <param name="Number">The field's number; 0 for the columns that every grid has.</param>
/// <param name="Column">Its column in the grid's table.</param>
/// <param name="Field">The field; null for the columns that every grid has.</param>
internal sealed record GridColumn(string Name, FieldType Type, long Number, string Column, Field? Field = null)
{
    public static readonly GridColumn Id = new("id", FieldType.Text, 0, "id");

    public static readonly GridColumn ModifiedAt = new("modifiedAt", FieldType.DateTime, 0, "modified");

    public static GridColumn Of(long number, Field field) =>
        new(field.Name, field.Type, number, string.Create(CultureInfo.InvariantCulture, $"c_{number}"), field);

    /// <summary>Its value, as SQL on a row of the record table. Empty text and null are one: empty.</summary>
    public string ExpressionOn(string row) => Field switch
    {
        null when this == Id => $"{row}.id",
        null => $"NULLIF({row}.modified, 0)",
        { Type: FieldType.Number or FieldType.Boolean } => $"NULLIF({Views.ValueOf(Field, $"{row}.props")}, '')",
        _ => $"NULLIF(CAST({Views.TextOf(Field.Name, $"{row}.props")} AS TEXT), '')",
    };

    /// <summary>Every column of a stream, by name.</summary>
    public static IReadOnlyDictionary<string, GridColumn> AllOf(Database database, long stream)
    {
        var columns = new Dictionary<string, GridColumn>(StringComparer.Ordinal);
        var row = database["SELECT number, definition FROM m_fields WHERE stream = ?1"].Bind(1, stream);
        while (row.Step())
        {
            var column = Of(row.Integer(0), Json.Read<Field>(row.Bytes(1)));
            columns[column.Name] = column;
        }

        columns[Id.Name] = Id;
        columns[ModifiedAt.Name] = ModifiedAt;
        return columns;
    }
}
