using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom;

/// <summary>Carries out the operations of the control API on a workspace. Used under the workspace's lock.</summary>
internal sealed class Mutations(IntercomWorkspace workspace)
{
    private const string Parts = "conversation_parts";

    public IReadOnlyList<MutationResult> Apply(IReadOnlyList<Mutation> operations) => [.. operations.Select(Apply)];

    public ObjectTable Table(string stream) =>
        workspace.Find(stream) ?? throw new ControlException($"Unknown stream '{stream}'; known are {string.Join(", ", workspace.Tables.Select(table => table.Name))}.");

    /// <summary>Stamps the first live records of a stream alike.</summary>
    public void Tie(string stream, TieControl tie)
    {
        var table = Table(stream);
        var stamp = workspace.Stamp;
        foreach (var record in table.Records.Where(record => record.Now.Life == RecordLife.Live).Take(tie.Count).ToList())
            workspace.Edit(table, record, body => Set(table, body, tie.Properties), stamp);
    }

    private MutationResult Apply(Mutation operation) => operation switch
    {
        CreateRecord create => Create(create),
        EditRecords edit => Edit(edit),
        DeleteRecords delete => Each(delete.Stream, delete.Ids, RecordLife.Live, workspace.Delete),
        PurgeRecords purge => Each(purge.Stream, purge.Ids, null, workspace.Purge),
        RestoreRecords restore => Each(restore.Stream, restore.Ids, RecordLife.Archived, workspace.Restore),
        MergeRecords merge => Merge(merge),
        AssociateRecords associate => Link(associate.From, associate.To, set: true),
        DissociateRecords dissociate => Link(dissociate.From, dissociate.To, set: false),
        AddField add => Define(add),
        EditField edit => Redefine(edit),
        RenameField rename => Change(rename.Stream, rename.Field, attribute => attribute.Name = Bare(rename.NewName)),
        RemoveField remove => Change(remove.Stream, remove.Field, attribute => attribute.Removed = true),
        HideField hide => Change(hide.Stream, hide.Field, attribute => attribute.Archived = true),
        ShowField show => Change(show.Stream, show.Field, attribute => attribute.Archived = false),
        _ => throw new ControlException($"Intercom knows no operation {operation.GetType().Name}."),
    };

    private MutationResult Create(CreateRecord create)
    {
        var table = Table(create.Stream);
        var body = new JsonObject();
        Set(table, body, create.Properties);
        return new MutationResult(table.IdOf(workspace.Create(table, body, Stamp(create.ModifiedAt))), 1);
    }

    private MutationResult Edit(EditRecords edit)
    {
        var table = Table(edit.Stream);
        var records = edit.Ids.Select(id => Existing(table, id, null)).ToList();
        var stamp = Stamp(edit.ModifiedAt) ?? workspace.Stamp;
        foreach (var record in records)
            workspace.Edit(table, record, body => Set(table, body, edit.Properties), stamp);
        return new MutationResult(null, records.Count);
    }

    private MutationResult Each(string stream, IReadOnlyList<string> ids, RecordLife? life, Action<ObjectTable, Record> change)
    {
        var table = Table(stream);
        var records = ids.Select(id => Existing(table, id, life)).ToList();
        foreach (var record in records)
            change(table, record);
        return new MutationResult(null, records.Count);
    }

    private MutationResult Merge(MergeRecords merge)
    {
        if (Table(merge.Stream) != workspace.Contacts)
            throw new ControlException("Intercom merges only contacts.");
        var winner = Existing(workspace.Contacts, merge.Winner, RecordLife.Live);
        var losers = merge.Losers.Select(id => Existing(workspace.Contacts, id, RecordLife.Live)).ToList();
        if (losers.Contains(winner))
            throw new ControlException($"Contact {merge.Winner} cannot be merged with itself.");
        foreach (var loser in losers)
            workspace.Merge(winner, loser);
        return new MutationResult(workspace.Contacts.IdOf(winner), losers.Count);
    }

    // A link is named by one of its ends.
    private MutationResult Link(LinkEnd from, LinkEnd to, bool set)
    {
        var (table, target) = (Table(from.Stream), Table(to.Stream));
        if (MemberOf(table, target) is not { } member)
            return MemberOf(target, table) is not null ? Link(to, from, set) : throw new ControlException($"Intercom links no {table.Name} to {target.Name}.");
        var changed = workspace.Link(table, Existing(table, from.Id, RecordLife.Live), member, Existing(target, to.Id, RecordLife.Live), set);
        return new MutationResult(null, changed ? 1 : 0);
    }

    private static string? MemberOf(ObjectTable table, ObjectTable target) =>
        table.Kind.LinkMembers.FirstOrDefault(link => link.Value == target.Name) is { Key: { } member } ? member : null;

    private MutationResult Define(AddField add)
    {
        var table = Table(add.Stream);
        var name = Bare(add.Field.Name);
        if (table.Kind.AttributesMember is null)
            throw new ControlException($"Nobody defines fields of {table.Name}.");
        if (table.AttributeNamed(name) is not null)
            throw new ControlException($"{table.Name} has an attribute '{name}' already.");
        table.Attributes.Add(new CustomAttribute(workspace.NextNumber(), name, add.Field.Type ?? "string", workspace.Stamp / 1000)
        {
            Label = add.Field.Label ?? name, Options = [.. (add.Field.Options ?? []).Select(option => option.Value)],
        });
        return new MutationResult(null, 1);
    }

    private MutationResult Redefine(EditField edit) => Change(edit.Stream, edit.Field.Name, attribute =>
    {
        attribute.Label = edit.Field.Label ?? attribute.Label;
        attribute.DataType = edit.Field.Type ?? attribute.DataType;
        if (edit.Field.Options is { } options)
            attribute.Options = [.. options.Select(option => option.Value)];
    });

    private MutationResult Change(string stream, string name, Action<CustomAttribute> change)
    {
        var table = Table(stream);
        var attribute = table.AttributeNamed(Bare(name)) ?? throw new ControlException($"{table.Name} has no attribute '{name}'.");
        change(attribute);
        attribute.UpdatedAt = workspace.Stamp / 1000;
        return new MutationResult(null, 1);
    }

    private void Set(ObjectTable table, JsonObject body, IReadOnlyDictionary<string, string?> properties)
    {
        foreach (var (name, text) in properties)
        {
            if (table == workspace.Conversations && name == Parts)
                ConversationCalls.AddPart(workspace, body, "comment", text, "user", "0");
            else if (name.Contains('.') || (table.Kind.AttributesMember is not null && table.AttributeNamed(name) is not null))
                SetAttribute(table, body, name, text);
            else if (table.Kind.Template.TryGetPropertyValue(name, out var usual))
                body[name] = text is null ? null : Value(usual, name, text);
            else
                throw new ControlException($"{table.Name} has no field '{name}'.");
        }
    }

    private static void SetAttribute(ObjectTable table, JsonObject body, string name, string? text)
    {
        var attribute = table.AttributeNamed(Bare(name)) ?? throw new ControlException($"{table.Name} has no attribute '{name}'.");
        var member = table.Kind.AttributesMember!;
        if (body[member] is not JsonObject values)
            body[member] = values = [];
        values[attribute.Name] = text is null ? null : attribute.DataType switch
        {
            "integer" or "float" or "boolean" or "date" or "datetime" or "decimal" => Literal(text) ?? JsonValue.Create(text),
            _ => JsonValue.Create(text),
        };
    }

    // Texts stay texts, whatever they look like; what is a number or a switch in the template is taken as such where it can be.
    private static JsonNode? Value(JsonNode? usual, string name, string text) => usual?.GetValueKind() switch
    {
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Object or JsonValueKind.Array => Literal(text) ?? JsonValue.Create(text),
        null when name.EndsWith("_at", StringComparison.Ordinal) || name is "owner_id" or "size" or "source" or "snoozed_until" => Literal(text) ?? JsonValue.Create(text),
        _ => JsonValue.Create(text),
    };

    private static JsonNode? Literal(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Bare(string name) => name.Contains('.') ? name[(name.IndexOf('.') + 1)..] : name;

    private static long? Stamp(DateTimeOffset? at) => at is { } instant ? instant.ToUnixTimeSeconds() * 1000 : null;

    private static Record Existing(ObjectTable table, string id, RecordLife? life) =>
        table.Find(id) is { Now.Life: not RecordLife.Gone } record && (life is null || record.Now.Life == life)
            ? record
            : throw new ControlException(string.Create(CultureInfo.InvariantCulture, $"{table.Name} has no {(life is null ? "" : life == RecordLife.Live ? "live " : "archived ")}record {id}."));
}
