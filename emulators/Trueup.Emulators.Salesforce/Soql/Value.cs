using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>How values of a field compare.</summary>
internal enum ValueKind
{
    /// <summary>Regardless of case.</summary>
    Text,
    /// <summary>As ids: by their first 15 characters, which differ by case.</summary>
    Id,
    Number,
    Instant,
    Day,
    Flag,
}

/// <summary>A value that can be compared with another of the same kind.</summary>
internal readonly record struct Value(ValueKind Kind, string? Text, decimal Number)
{
    private const int IdCharacters = 15;

    public static ValueKind KindOf(FieldDefinition field) => field.Type switch
    {
        "id" or "reference" => ValueKind.Id,
        "boolean" => ValueKind.Flag,
        "date" => ValueKind.Day,
        "datetime" => ValueKind.Instant,
        _ => field.IsNumber ? ValueKind.Number : ValueKind.Text,
    };

    public static Value OfText(string text) => new(ValueKind.Text, text, 0);

    public static Value OfId(string id) => new(ValueKind.Id, id.Length > IdCharacters ? id[..IdCharacters] : id, 0);

    public static Value OfNumber(decimal number) => new(ValueKind.Number, "", number);

    /// <summary>An instant, in milliseconds since 1970 UTC.</summary>
    public static Value OfInstant(long milliseconds) => new(ValueKind.Instant, "", milliseconds);

    public static Value OfDay(string day) => new(ValueKind.Day, "", DateOnly.TryParseExact(day, "yyyy-MM-dd", out var date) ? date.DayNumber : 0);

    public static Value OfFlag(bool flag) => new(ValueKind.Flag, "", flag ? 1 : 0);

    /// <summary>The value of a field; null where it is unset.</summary>
    public static Value? Read(SalesforceOrg org, Row row, FieldDefinition field)
    {
        switch (field.Ordinal)
        {
            case FieldDefinition.CreatedOrdinal:
                return OfInstant(row.Record.Created);
            case FieldDefinition.ModifiedOrdinal:
                return OfInstant(row.Version.ModifiedByPerson);
            case FieldDefinition.StampOrdinal:
                return OfInstant(row.Version.Modified);
            case FieldDefinition.DeletedOrdinal:
                return OfFlag(row.Version.Life != RecordLife.Live);
        }
        var json = FieldValue.Read(org, row.Table, row.Record, row.Version, field);
        return json.IsEmpty ? null : Of(KindOf(field), json);
    }

    private static Value Of(ValueKind kind, ReadOnlySpan<byte> json) => kind switch
    {
        ValueKind.Flag => OfFlag(json.SequenceEqual("true"u8)),
        ValueKind.Number => OfNumber(Utf8Parser.TryParse(json, out decimal number, out _, 'E') ? number : ParseNumber(Encoding.UTF8.GetString(json))),
        ValueKind.Instant => OfInstant(StoredValue.ParseInstant(StoredValue.Decode(json)) ?? 0),
        ValueKind.Day => OfDay(StoredValue.Decode(json)),
        ValueKind.Id => OfId(StoredValue.Decode(json)),
        _ => OfText(StoredValue.Decode(json)),
    };

    public static decimal ParseNumber(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact
        : double.Parse(text, CultureInfo.InvariantCulture) > 0 ? decimal.MaxValue : decimal.MinValue;

    public static int Compare(Value left, Value right) => left.Kind switch
    {
        ValueKind.Text => string.Compare(left.Text, right.Text, StringComparison.OrdinalIgnoreCase),
        ValueKind.Id => string.CompareOrdinal(left.Text, right.Text),
        _ => left.Number.CompareTo(right.Number),
    };

    public static bool Same(Value left, Value right) => Compare(left, right) == 0;
}
