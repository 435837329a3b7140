using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Reads of single rows and of rows by id (facts, section 3.3). Used under the org's lock.</summary>
internal sealed class RowCalls(SalesforceOrg org, QueryEngine engine)
{
    private readonly RowWriter writer = new(org, engine);

    public Answer Get(Request request, SObjectTable table, string id)
    {
        var record = Existing(table, id);
        var columns = Columns(table, request.Call.List("fields"));
        if (Conditions.IsUnmodified(request.Call, record.Now.ModifiedByPerson))
            return new Answer(304, ReadOnlyMemory<byte>.Empty, null);
        var json = new JsonBytes();
        writer.Write(json, new Row(table, record, record.Now), columns, request.Version);
        var answer = Reply.Json(200, json) with { Headers = [new("Last-Modified", Conditions.HttpDate(record.Now.ModifiedByPerson))] };
        return table.Type.HasETag ? answer with { Headers = [.. answer.Headers, new("ETag", ETag(record))] } : answer;
    }

    /// <summary>A live record.</summary>
    /// <exception cref="Refusal">The id is none, nobody knows it, or the record has been deleted.</exception>
    public static Record Existing(SObjectTable table, string id)
    {
        if (SalesforceId.Normalize(id) is not { } whole)
            throw Refusal.NotFound();
        if (!whole.StartsWith(table.Type.Prefix, StringComparison.Ordinal))
            throw new Refusal(400, new Problem("MALFORMED_ID", $"{table.Type.Label} ID: id value of incorrect type: {id}", ["Id"]));
        return table.Find(whole) is not { Now.Life: not RecordLife.Gone } record ? throw Refusal.NotFound()
            : record.Now.Life == RecordLife.Live ? record
            : throw new Refusal(404, new Problem("ENTITY_IS_DELETED", "entity is deleted", []));
    }

    /// <summary>The columns of a list of fields; all that the user sees where it is empty.</summary>
    /// <exception cref="Refusal">A field is unknown or hidden.</exception>
    public static IReadOnlyList<Column> Columns(SObjectTable table, IReadOnlyList<string> fields) => fields.Count == 0
        ? [.. table.Fields.Visible.Select(field => new Column.Field(field))]
        : [.. fields.Select(name => table.Fields.FindVisible(name) is { } field
            ? new Column.Field(field)
            : throw Refusal.Bad("INVALID_FIELD", $"No such column '{name}' on sobject of type {table.Name}"))];

    private static string ETag(Record record) => $"\"{record.Id:x}-{record.Now.Modified:x}--gzip\"";
}
