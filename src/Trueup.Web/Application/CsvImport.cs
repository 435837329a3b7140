using System.Text.Json;
using Trueup.Catalog;

namespace Trueup.Web.Application;

/// <summary>A CSV file to import into a stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="File">The file.</param>
/// <param name="FieldOf">For each column of the file, the field that it sets; null for a column that is left out.</param>
/// <param name="KeyColumn">The column by which records are found, from 0; null where every row makes a record.</param>
/// <param name="KeyField">The field that holds what <paramref name="KeyColumn"/> has; null for the record's id.</param>
/// <param name="MakesMissing">Whether a row whose record is not there makes one; otherwise it is left out.</param>
/// <param name="EmptyClears">Whether an empty cell clears the field; otherwise it leaves the value alone.</param>
public sealed record NewImport(
    string Stream, CsvFile File, IReadOnlyList<string?> FieldOf, int? KeyColumn, string? KeyField, bool MakesMissing, bool EmptyClears);

/// <summary>A row that an import leaves out.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record LeftOut(int Line, string Reason);

/// <summary>What an import would do.</summary>
/// <param name="Changes">The changes, in the order of the rows.</param>
/// <param name="LeftOut">The rows that make no change.</param>
public sealed record ImportPlan(IReadOnlyList<NewChange> Changes, IReadOnlyList<LeftOut> LeftOut);

/// <summary>Makes changes of the rows of a CSV file.</summary>
public sealed class CsvImport(Records records)
{
    /// <summary>The word that clears a value, as in Salesforce's bulk files.</summary>
    public const string Clear = "#N/A";

    /// <summary>Finds the record of each row, and what is to be set. Needs editor.</summary>
    /// <exception cref="ProblemException">403, 404, 422 where no column sets a field, 503 where the mirror cannot be opened.</exception>
    public async Task<ImportPlan> PlanAsync(Actor actor, string connection, NewImport wanted, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        if (wanted.FieldOf.All(field => field is null))
            throw new ProblemException(Problem.Invalid("Choose a field for at least one column."));
        var known = wanted is { KeyColumn: { } column, KeyField: { } field }
            ? await HoldersAsync(connection, wanted.Stream, field, wanted.File.Rows.Select(row => row.Cells[column].Trim()), cancellationToken) : null;
        var changes = new List<NewChange>();
        var left = new List<LeftOut>();
        foreach (var row in wanted.File.Rows)
        {
            var (change, why) = ChangeOf(row, wanted, known);
            if (change is not null)
                changes.Add(change);
            else
                left.Add(new LeftOut(row.Line, why ?? "It sets no field."));
        }

        return new ImportPlan(changes, left);
    }

    private static (NewChange? Change, string? Why) ChangeOf(CsvRow row, NewImport wanted, Dictionary<string, List<string>>? known)
    {
        var key = wanted.KeyColumn is { } column ? row.Cells[column].Trim() : "";
        string? id = null;
        if (key.Length > 0 && known is null)
            id = key;
        else if (key.Length > 0 && known is not null)
        {
            var holders = known[key];
            if (holders.Count > 1)
                return (null, $"{holders.Count:N0} records hold \"{key}\" in {wanted.KeyField}.");
            id = holders.FirstOrDefault();
        }

        if (id is null && wanted.KeyColumn is not null && !wanted.MakesMissing)
            return (null, key.Length == 0 ? "It names no record." : $"No record holds \"{key}\" in {wanted.KeyField}.");
        var values = new Dictionary<string, JsonElement>();
        for (var at = 0; at < row.Cells.Count; at++)
        {
            // What finds a record needs not be set; a record that is made gets it.
            if (wanted.FieldOf[at] is not { } field || (id is not null && at == wanted.KeyColumn && field == wanted.KeyField))
                continue;
            var cell = row.Cells[at];
            if (cell == Clear || (cell.Length == 0 && wanted.EmptyClears && id is not null))
                values[field] = JsonSerializer.SerializeToElement<string?>(null);
            else if (cell.Length > 0)
                values[field] = JsonSerializer.SerializeToElement(cell);
        }

        return values.Count == 0 ? (null, null) : (id is null ? new NewChange(Create: values) : new NewChange(id, values), null);
    }

    /// <summary>For each key, the live records that hold it. One pass over the stream: a question for each row would take longer.</summary>
    private async Task<Dictionary<string, List<string>>> HoldersAsync(
        string connection, string stream, string field, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        // Case tells no e-mail addresses apart, nor anything else that people find records by.
        var holders = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in keys)
            holders.TryAdd(key, []);
        var (_, all) = await records.ExportAsync(connection, stream, cancellationToken);
        await foreach (var record in all.WithCancellation(cancellationToken))
        {
            using var properties = JsonDocument.Parse(record.Properties);
            if (properties.RootElement.TryGetProperty(field, out var value) && Text(value) is { Length: > 0 } text && holders.TryGetValue(text.Trim(), out var found))
                found.Add(record.Id.Value);
        }

        return holders;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };
}
