using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>All records of one kind. A version's body holds, as JSON, only what differs from the kind's template, and links as arrays of record numbers.</summary>
internal sealed class ObjectTable(ObjectKind kind) : RecordTable
{
    public ObjectKind Kind { get; } = kind;

    public string Name => Kind.Name;

    /// <summary>What people defined, in the order in which they did.</summary>
    public List<CustomAttribute> Attributes { get; } = [];

    /// <summary>The record of an id, whatever became of it; null for an id that never was.</summary>
    public Record? Find(string id) => Kind.IdNumber(id) is > 0 and var number && TryGet(number, out var record) ? record : null;

    public string IdOf(Record record) => Kind.IdText(record.Id);

    /// <summary>What a version holds; a copy.</summary>
    public static JsonObject Read(RecordVersion version) => version.Body.Length == 0 ? [] : JsonNode.Parse(version.Body)!.AsObject();

    /// <summary>The numbers of the records that a body links to by a member.</summary>
    public static List<long> Links(JsonObject body, string member) =>
        body["~" + member] is JsonArray numbers ? [.. numbers.Select(number => number!.GetValue<long>())] : [];

    public static void SetLinks(JsonObject body, string member, IReadOnlyList<long> numbers)
    {
        if (numbers.Count == 0)
            body.Remove("~" + member);
        else
            body["~" + member] = new JsonArray([.. numbers.Select(number => (JsonNode)number)]);
    }

    public static byte[] Bytes(JsonObject body) => JsonSerializer.SerializeToUtf8Bytes(body, Api.Reply.Relaxed);

    public CustomAttribute? AttributeNamed(string name) => Attributes.FirstOrDefault(attribute => attribute.Name == name && !attribute.Removed);

    protected override void Changed(Record record, RecordVersion before, RecordVersion after)
    {
    }
}
