using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;
using Trueup.Emulators.Salesforce.Writes;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Reads and writes of up to 200 rows at a time (facts, sections 3.3 and 8.3). Used under the org's lock.</summary>
internal sealed class CollectionCalls(SalesforceOrg org, QueryEngine engine, RowWrites writes, Difficulties difficulties)
{
    public const string RetrieveEndpoint = "retrieve";
    private const int MostWritten = 200;
    private const int MostChunks = 10;
    private const int MostRead = 2_000;

    private static readonly Problem RolledBack = new("ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header", []);

    private static readonly Problem Locked = new("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records", []);

    private readonly RowWriter writer = new(org, engine);

    /// <summary>Rows by their ids, in order, null for those that are not there.</summary>
    public Answer Retrieve(Request request, SObjectTable table)
    {
        var body = request.Call.Method == "GET" ? default : Body.Parse(request.Call);
        IReadOnlyList<string> ids = request.Call.Method == "GET" ? request.Call.List("ids") : [.. body.Items("ids").Select(id => id.ToString())];
        IReadOnlyList<string> fields = request.Call.Method == "GET" ? request.Call.List("fields") : [.. body.Items("fields").Select(field => field.ToString())];
        if (ids.Count > MostRead)
            throw Refusal.Bad("EXCEEDED_ID_LIMIT", $"record limit reached. cannot submit more than {MostRead} records into this call");
        if (fields.Count == 0)
            throw Refusal.Bad("MISSING_ARGUMENT", "fields not specified");
        var columns = RowCalls.Columns(table, fields);
        var json = new JsonBytes(64 * 1024);
        json.Raw("["u8);
        for (var i = 0; i < ids.Count; i++)
        {
            json.Raw(i > 0 ? ","u8 : ""u8);
            if (SalesforceId.Normalize(ids[i]) is not { } id || !id.StartsWith(table.Type.Prefix, StringComparison.Ordinal))
                throw new Refusal(400, new Problem("MALFORMED_ID", $"{table.Type.Label} ID: id value of incorrect type: {ids[i]}", ["Id"]));
            if (table.Find(id) is { Now.Life: RecordLife.Live } record)
                writer.Write(json, new Row(table, record, record.Now), columns, request.Version,
                    difficulties.Any && difficulties.WithoutId(RetrieveEndpoint, table.Name, record.Id));
            else
                json.Raw("null"u8);
        }
        return Reply.Json(200, json.Raw("]"u8));
    }

    public Answer Create(Call call) => Write(call, (table, record) => writes.Create(table, RowInput.Of(record)));

    public Answer Update(Call call) => Write(call, (table, record) =>
        RowInput.Of(record) is var input && input["Id"] is { } id ? writes.Update(table, id, input.Without("Id")) : writes.Update(table, null, input));

    public Answer Upsert(Call call, SObjectTable table, string field)
    {
        var key = RowCalls.Key(table, field);
        return Write(call, (each, record) => each != table
            ? WriteOutcome.Failed(new Problem("INVALID_TYPE", $"the record is no {table.Name}", []))
            : RowInput.Of(record) is var input ? writes.Upsert(each, key, input[key.Name], input) : throw Refusal.MalformedJson("no object"), tellsCreated: true);
    }

    public Answer Delete(Call call)
    {
        var ids = call.List("ids");
        RequireFew(ids.Count);
        return Results(call.Flag("allOrNone"), [.. ids.Select<string, Func<WriteOutcome>>(id => () =>
            SalesforceId.Normalize(id) is { } whole && org.TableOf(whole) is { Concealed: false } table ? writes.Delete(table, whole)
                : WriteOutcome.Failed(new Problem("MALFORMED_ID", $"malformed id {id}", [])))], tellsCreated: false);
    }

    private Answer Write(Call call, Func<SObjectTable, JsonElement, WriteOutcome> write, bool tellsCreated = false)
    {
        var body = Body.Parse(call);
        var records = body.Items("records").ToList();
        RequireFew(records.Count);
        var types = records.ConvertAll(record => record.Get("attributes")?.Text("type") ?? "");
        if (types.Where((type, i) => i == 0 || type != types[i - 1]).Count() > MostChunks)
            throw Refusal.Bad("LIMIT_EXCEEDED", $"the collection has more than {MostChunks} chunks of records of one type");
        return Results(body.Flag("allOrNone"), [.. records.Select<JsonElement, Func<WriteOutcome>>((record, i) => () =>
            org.FindVisible(types[i]) is { } table
                ? difficulties.Any && difficulties.Fails(call.Method == "POST" ? "collections-create" : "collections-update", table.Name) ? WriteOutcome.Failed(Locked) : write(table, record)
                : WriteOutcome.Failed(new Problem("INVALID_TYPE", $"sObject type '{types[i]}' is not supported.", [])))], tellsCreated);
    }

    private Answer Results(bool allOrNone, IReadOnlyList<Func<WriteOutcome>> rows, bool tellsCreated)
    {
        var outcomes = new List<WriteOutcome>();
        var holds = org.Attempt(() =>
        {
            foreach (var row in rows)
                outcomes.Add(row());
            return !allOrNone || outcomes.TrueForAll(outcome => outcome.Succeeded);
        });
        if (!holds)
            outcomes = outcomes.ConvertAll(outcome => outcome.Succeeded ? WriteOutcome.Failed(RolledBack) : outcome);
        return Reply.Json(200, new JsonArray([.. outcomes.Select(outcome => Result(outcome, tellsCreated))])) with
        {
            Written = outcomes.Count(outcome => outcome.Succeeded),
        };
    }

    private static JsonObject Result(WriteOutcome outcome, bool tellsCreated)
    {
        if (!outcome.Succeeded)
            return new JsonObject { ["success"] = false, ["errors"] = new JsonArray([.. outcome.Problems.Select(Error)]) };
        var json = new JsonObject { ["id"] = outcome.Id, ["success"] = true, ["errors"] = new JsonArray() };
        if (tellsCreated)
            json["created"] = outcome.Created;
        return json;
    }

    // The code has another name here than in refusals of single rows.
    private static JsonObject Error(Problem problem) => new()
    {
        ["statusCode"] = problem.Code,
        ["message"] = problem.Message,
        ["fields"] = new JsonArray([.. (problem.Fields ?? []).Select(field => JsonValue.Create(field))]),
    };

    private static void RequireFew(int count)
    {
        if (count > MostWritten)
            throw Refusal.Bad("EXCEEDED_ID_LIMIT", $"record limit reached. cannot submit more than {MostWritten} records into this call");
    }
}
