using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;
using Trueup.Emulators.Salesforce.Writes;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Reads and writes of single rows (facts, sections 3.3 and 8.1). Used under the org's lock.</summary>
internal sealed class RowCalls(SalesforceOrg org, QueryEngine engine, RowWrites writes)
{
    private readonly RowWriter writer = new(org, engine);

    public Answer Get(Request request, SObjectTable table, string id)
    {
        var record = Existing(table, id);
        var columns = Columns(table, request.Call.List("fields"));
        if (Conditions.IsUnmodified(request.Call, record.Now.ModifiedByPerson)
            || table.Type.HasETag && request.Call.Headers.GetValueOrDefault("If-None-Match") == Conditions.ETag(record))
            return new Answer(304, ReadOnlyMemory<byte>.Empty, null);
        var json = new JsonBytes();
        writer.Write(json, new Row(table, record, record.Now), columns, request.Version);
        var answer = Reply.Json(200, json) with { Headers = [new("Last-Modified", Conditions.HttpDate(record.Now.ModifiedByPerson))] };
        return table.Type.HasETag ? answer with { Headers = [.. answer.Headers, new("ETag", Conditions.ETag(record))] } : answer;
    }

    public Answer Create(Request request, SObjectTable table)
    {
        var outcome = writes.Create(table, RowInput.Of(Body.Parse(request.Call)));
        if (!outcome.Succeeded)
            throw new Refusal(outcome.Status, outcome.Problems);
        return Reply.Json(201, Done(outcome, tellsCreated: false)) with
        {
            Written = 1, Headers = [new("Location", $"/services/data/{request.Version}/sobjects/{table.Name}/{outcome.Id}")],
        };
    }

    public Answer Update(Request request, SObjectTable table, string id)
    {
        Conditions.RequireUnmodified(request.Call, table, Existing(table, id));
        var input = RowInput.Of(Body.Parse(request.Call));
        if (input["Id"] is not null)
            throw new Refusal(400, new Problem("INVALID_FIELD", "The Id field should not be specified in the sobject data.", ["Id"]));
        var outcome = writes.Update(table, id, input);
        return outcome.Succeeded ? Reply.NoContent with { Written = 1 } : throw new Refusal(outcome.Status, outcome.Problems);
    }

    public Answer Delete(SObjectTable table, string id)
    {
        Existing(table, id);
        var outcome = writes.Delete(table, id);
        return outcome.Succeeded ? Reply.NoContent with { Written = 1 } : throw new Refusal(outcome.Status, outcome.Problems);
    }

    /// <summary>Reads the row that has the value of an external id.</summary>
    public Answer GetByKey(Request request, SObjectTable table, string field, string value) =>
        Matches(table, field, value) is [var one] ? Get(request, table, table.IdOf(one)) : Ambiguous(request, table, field, value);

    /// <summary>Writes the row that has the value of an external id, or creates it.</summary>
    public Answer Upsert(Request request, SObjectTable table, string field, string value)
    {
        var key = Key(table, field);
        if (key.Ordinal != FieldDefinition.IdOrdinal)
        {
            var matches = Matches(table, field, value);
            if (matches.Count > 1)
                return Ambiguous(request, table, field, value);
            if (matches is [var one])
                Conditions.RequireUnmodified(request.Call, table, one);
        }
        var outcome = writes.Upsert(table, key, value, RowInput.Of(Body.Parse(request.Call)), request.Call.Flag("updateOnly"));
        if (!outcome.Succeeded)
            throw new Refusal(outcome.Status, outcome.Problems);
        return Reply.Json(outcome.Created ? 201 : 200, Done(outcome, tellsCreated: true)) with { Written = 1 };
    }

    public Answer DeleteByKey(Request request, SObjectTable table, string field, string value) =>
        Matches(table, field, value) is [var one] ? Delete(table, table.IdOf(one)) : Ambiguous(request, table, field, value);

    /// <summary>A row's parent, or its children.</summary>
    public Answer Related(Request request, SObjectTable table, string id, string relationship)
    {
        var row = new Row(table, Existing(table, id), table.Find(SalesforceId.Normalize(id)!)!.Now);
        var json = new JsonBytes();
        if (table.Fields.FindRelationship(relationship) is { } reference)
        {
            if (FieldPath.Parent(org, row, reference) is not { } parent)
                throw Refusal.NotFound();
            writer.Write(json, parent, Columns(parent.Table, request.Call.List("fields")), request.Version);
            return Reply.Json(200, json);
        }
        foreach (var (child, field) in org.ReferencesTo(table).Where(each => each.Field.Visible && !each.Table.Concealed
            && each.Field.ChildrenName?.Equals(relationship, StringComparison.OrdinalIgnoreCase) == true))
        {
            var query = new BoundQuery(child, Columns(child, request.Call.List("fields")), null, [], null, 0);
            var found = engine.Children(new Column.Children(field.ChildrenName!, field, query), row).ToList();
            json.Raw("{\"totalSize\":"u8).Number(found.Count).Raw(",\"done\":true,\"records\":["u8);
            for (var i = 0; i < found.Count; i++)
                writer.Write(json.Raw(i > 0 ? ","u8 : ""u8), found[i], query.Columns, request.Version);
            return Reply.Json(200, json.Raw("]}"u8));
        }
        throw Refusal.NotFound();
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

    /// <summary>An external id, or the id itself.</summary>
    /// <exception cref="Refusal">The field is neither.</exception>
    public static FieldDefinition Key(SObjectTable table, string field) =>
        table.Fields.FindVisible(field) is { } key && (key.ExternalId || key.Ordinal == FieldDefinition.IdOrdinal) ? key
        : throw Refusal.Of(404, "NOT_FOUND", $"Provided external ID field does not exist or is not accessible: {field}");

    private static IReadOnlyList<Record> Matches(SObjectTable table, string field, string value) =>
        Key(table, field) is var key && key.Ordinal == FieldDefinition.IdOrdinal ? [Existing(table, value)] : table.FindKey(key, value);

    // Several rows have the value: their addresses, and nothing is done.
    private static Answer Ambiguous(Request request, SObjectTable table, string field, string value) =>
        Matches(table, field, value) is { Count: > 1 } several
            ? Reply.Json(300, new JsonArray([.. several.Select(record => JsonValue.Create(
                string.Create(CultureInfo.InvariantCulture, $"/services/data/{request.Version}/sobjects/{table.Name}/{table.IdOf(record)}")))]))
            : throw Refusal.NotFound();

    private static JsonObject Done(WriteOutcome outcome, bool tellsCreated)
    {
        var json = new JsonObject { ["id"] = outcome.Id, ["success"] = true, ["errors"] = new JsonArray() };
        if (tellsCreated)
            json["created"] = outcome.Created;
        return json;
    }
}
