using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Writes;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Works through an uploaded file, row by row, each for itself (facts, section 8.5). Used under the org's lock.</summary>
internal sealed class IngestRun(RowWrites writes)
{
    private const int MostFields = 5_000;
    private const int MostCharactersPerCell = 32_000;
    private const int MostCharactersPerRow = 400_000;

    // An empty cell leaves the field as it is; this one clears it.
    private const string Null = "#N/A";

    /// <summary>Writes the rows of a job, up to the first that cannot be read; half of them where the job is to end badly.</summary>
    /// <returns>How many rows were written.</returns>
    public int Write(IngestJob job)
    {
        if (job.File is not { } content)
            return 0;
        var file = new CsvFile(content, job.Dialect);
        var (header, flaw) = Read(file);
        job.Header = header;
        flaw ??= FlawOf(job);
        var end = job.EndsBadly ? (file.Position + content.Length) / 2 : content.Length;
        var written = 0;
        for (job.Unprocessed = file.Position; flaw is null && file.Position < end; job.Unprocessed = file.Position)
        {
            (var cells, flaw) = Read(file);
            if (flaw is null && cells.Count != header.Count)
                flaw = $"InvalidBatch : The number of columns in the row at index {job.Results.Count + 1} is not that of the header";
            if (flaw is not null)
                break;
            var outcome = Write(job, cells);
            written += outcome.Succeeded ? 1 : 0;
            job.Add(new RowResult(job.Unprocessed, outcome.Id ?? Cell(job, cells, "Id") ?? "", outcome.Created, outcome.Succeeded ? null : ErrorOf(outcome.Problems[0])));
        }
        if (flaw is not null)
            job.Spoil(flaw);
        return written;
    }

    private static (IReadOnlyList<string> Cells, string? Flaw) Read(CsvFile file)
    {
        if (file.ReadRow() is not { } cells)
            return ([], "InvalidBatch : Failed to parse CSV");
        return (cells, !file.EndedAsDeclared ? "ClientInputError : LineEnding is invalid on user data"
            : cells.Count > MostFields ? $"InvalidBatch : More than {MostFields} fields"
            : cells.Sum(cell => cell.Length) > MostCharactersPerRow ? $"InvalidBatch : A record has more than {MostCharactersPerRow} characters"
            : cells.Any(cell => cell.Length > MostCharactersPerCell) ? $"InvalidBatch : A field has more than {MostCharactersPerCell} characters" : null);
    }

    private static string? FlawOf(IngestJob job)
    {
        if (job.Operation is "delete" or "hardDelete" && !(job.Header is [var only] && IsId(only)))
            return "InvalidBatch : The file of a delete job must have the column Id alone";
        if (job.Operation == "update" && !job.Header.Any(IsId))
            return "InvalidBatch : Field name not found : Id";
        if (job.Key is { } key && !job.Header.Contains(key.Name, StringComparer.OrdinalIgnoreCase))
            return $"InvalidBatch : Field name not found : {key.Name}";
        return job.Header.FirstOrDefault(name => FieldOf(job.Table, name) is null) is { } unknown ? $"InvalidBatch : Field name not found : {unknown}" : null;
    }

    private WriteOutcome Write(IngestJob job, IReadOnlyList<string> cells)
    {
        var id = Cell(job, cells, "Id");
        var input = new RowInput([.. job.Header.Select((name, i) => (Name: name, Text: cells[i])).Where(cell => cell.Text.Length > 0)
            .Select(cell => Value(job.Table, cell.Name, cell.Text))]);
        return job.Operation switch
        {
            "insert" => writes.Create(job.Table, input),
            "update" => writes.Update(job.Table, id, input.Without("Id")),
            "upsert" => writes.Upsert(job.Table, job.Key!, input[job.Key!.Name], input),
            "delete" => writes.Delete(job.Table, id),
            _ => writes.Erase(job.Table, id),
        };
    }

    private static KeyValuePair<string, InputValue> Value(SObjectTable table, string name, string text)
    {
        var field = FieldOf(table, name)!;
        if (text == Null)
            return new(field.Name, default);
        var split = name.IndexOf('.', StringComparison.Ordinal);
        return split < 0 ? new(field.Name, new InputValue(text, IsText: true))
            : new(field.RelationshipName!, new InputValue(null, IsText: true) { Parent = (name[(split + 1)..], text) });
    }

    // A column is a field, or an external id of a parent: Account.Ext__c, and Owner:User.Ext__c or Lead:Who.Ext__c where the parent may be of several kinds.
    private static FieldDefinition? FieldOf(SObjectTable table, string name) => name.IndexOf('.', StringComparison.Ordinal) is >= 0 and var split
        ? name[..split].Split(':').Select(table.Fields.FindRelationship).OfType<FieldDefinition>().FirstOrDefault() : table.Fields.FindVisible(name);

    private static string? Cell(IngestJob job, IReadOnlyList<string> cells, string name)
    {
        for (var i = 0; i < cells.Count; i++)
            if (job.Header[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                return cells[i];
        return null;
    }

    private static bool IsId(string name) => name.Equals("Id", StringComparison.OrdinalIgnoreCase);

    private static string ErrorOf(Problem problem) =>
        problem.Fields is { Count: > 0 } fields ? $"{problem.Code}:{problem.Message}:{string.Join(",", fields)} --" : $"{problem.Code}:{problem.Message}:--";
}
