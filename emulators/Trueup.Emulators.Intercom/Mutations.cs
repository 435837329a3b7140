using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom;

/// <summary>Carries out the operations of the control API on a workspace. Used under the workspace's lock.</summary>
internal sealed class Mutations(IntercomWorkspace workspace)
{
    /// <summary>A property that adds something said instead of setting a value.</summary>
    private const string Saying = "conversation_parts";

    private static readonly string[] Archivable = ["contacts", "companies"];

    public IReadOnlyList<MutationResult> Apply(IReadOnlyList<Mutation> operations) => [.. operations.Select(Apply)];

    public ObjectTable Table(string stream) =>
        workspace.Find(stream) ?? throw new ControlException($"Unknown stream '{stream}'; known are {string.Join(", ", workspace.Tables.Select(table => table.Name))}.");

    /// <summary>Stamps the first live records of a stream alike.</summary>
    public void Tie(string stream, TieControl tie)
    {
        var table = Table(stream);
        var values = Values(table, tie.Properties);
        var stamp = workspace.Now;
        foreach (var record in table.Records.Where(record => record.Now.Life == RecordLife.Live).Take(tie.Count).ToList())
            workspace.Edit(table, record, values, stamp);
    }

    private MutationResult Apply(Mutation operation) => operation switch
    {
        CreateRecord create => Create(create),
        EditRecords edit => Edit(edit),
        DeleteRecords delete => Each(delete.Stream, delete.Ids, RecordLife.Live, Delete),
        PurgeRecords purge => Each(purge.Stream, purge.Ids, null, (table, record) => workspace.Purge(table, record)),
        RestoreRecords restore => Each(restore.Stream, restore.Ids, RecordLife.Archived, workspace.Restore),
        MergeRecords merge => Merge(merge),
        AssociateRecords associate => Link(associate.From, associate.To, workspace.Link),
        DissociateRecords dissociate => Link(dissociate.From, dissociate.To, workspace.Unlink),
        AddField add => Define(add),
        EditField edit => Redefine(edit),
        RenameField rename => Rename(rename),
        RemoveField remove => Change(remove.Stream, remove.Field, field => field.Archived = true),
        HideField hide => Change(hide.Stream, hide.Field, field => field.Archived = true),
        ShowField show => Change(show.Stream, show.Field, field => field.Archived = false),
        _ => throw new ControlException($"Intercom knows no operation {operation.GetType().Name}."),
    };

    private MutationResult Create(CreateRecord create)
    {
        var table = Table(create.Stream);
        var values = Values(table, create.Properties);
        if (table == workspace.Tickets)
        {
            Default(values, "ticket_type_id", workspace.TicketTypes.All.FirstOrDefault()?.Id);
            Default(values, "ticket_state_id", TicketTypes.States[0].Id);
        }
        var record = workspace.Create(table, values, Stamp(create.ModifiedAt));
        Say(table, record, create.Properties);
        return new MutationResult(table.IdOf(record), 1);
    }

    private MutationResult Edit(EditRecords edit)
    {
        var table = Table(edit.Stream);
        var values = Values(table, edit.Properties);
        var stamp = Stamp(edit.ModifiedAt) ?? workspace.Now;
        return Each(edit.Stream, edit.Ids, null, (_, record) =>
        {
            Say(table, record, edit.Properties);
            workspace.Edit(table, record, values, stamp);
        });
    }

    private void Say(ObjectTable table, Record record, IReadOnlyDictionary<string, string?> properties)
    {
        if (table == workspace.Conversations && properties.TryGetValue(Saying, out var text))
            workspace.Say(table, record, new Part("note", text is null ? null : $"<p>{text}</p>", workspace.Now, new Author("admin", "7001", "Operator", null)));
    }

    // Contacts and companies are archived. Everything else is deleted for good.
    private void Delete(ObjectTable table, Record record)
    {
        if (Archivable.Contains(table.Name))
            workspace.Archive(table, record);
        else
            workspace.Purge(table, record);
    }

    private MutationResult Merge(MergeRecords merge)
    {
        var table = Table(merge.Stream);
        if (table != workspace.Contacts)
            throw new ControlException($"Intercom does not merge {table.Name}, only contacts.");
        var winner = Find(table, merge.Winner);
        var losers = merge.Losers.Select(id => Find(table, id)).ToList();
        foreach (var record in losers.Append(winner))
            if (record.Now.Life != RecordLife.Live)
                throw new ControlException($"{table.IdOf(record)} of contacts is not live and cannot be merged.");
        if (losers.Contains(winner) || losers.Distinct().Count() < losers.Count)
            throw new ControlException("A contact cannot be merged with itself.");
        foreach (var loser in losers)
            workspace.Merge(loser, winner);
        return new MutationResult(table.IdOf(winner), losers.Count);
    }

    private MutationResult Link(LinkEnd from, LinkEnd to, Func<ObjectTable, Record, ObjectTable, Record, bool> change)
    {
        var (table, other) = (Table(from.Stream), Table(to.Stream));
        if (LinkTable.Kind(table.Name, other.Name) is null)
            throw new ControlException($"Intercom does not link {table.Name} with {other.Name}.");
        return new MutationResult(null, change(table, Find(table, from.Id), other, Find(other, to.Id)) ? 1 : 0);
    }

    private MutationResult Define(AddField add)
    {
        var table = Table(add.Stream);
        var name = Unprefixed(table, add.Field.Name);
        if (table.Fields.FindAttribute(name) is { Archived: false } || table.Fields.FindStandard(name) is not null)
            throw new ControlException($"{table.Name} has a field '{name}' already.");
        var now = workspace.Now;
        var field = table.Fields.Define(ordinal => new FieldDefinition(ordinal, name, add.Field.Type ?? "string")
        {
            Custom = true, Id = workspace.NextNumber(), CreatedAt = now, UpdatedAt = now, Calculated = add.Field.Calculated, Label = add.Field.Label ?? name, Options = Options(add.Field.Options),
        });
        if (table == workspace.Tickets)
            foreach (var type in workspace.TicketTypes.All)
                workspace.TicketTypes.AddAttribute(type, field);
        return new MutationResult(null, 1);
    }

    private MutationResult Redefine(EditField edit)
    {
        var field = Attribute(Table(edit.Stream), edit.Field.Name);
        field.Label = edit.Field.Label ?? field.Label;
        field.Type = edit.Field.Type ?? field.Type;
        if (edit.Field.Options is not null)
            field.Options = Options(edit.Field.Options);
        field.UpdatedAt = workspace.Now;
        return new MutationResult(null, 1);
    }

    private MutationResult Rename(RenameField rename)
    {
        var table = Table(rename.Stream);
        if (Archivable.Contains(table.Name))
            throw new ControlException($"The name of an attribute of {table.Name} never changes.");
        var name = Unprefixed(table, rename.NewName);
        if (table.Fields.FindAttribute(name) is not null)
            throw new ControlException($"{table.Name} has a field '{name}' already.");
        return Change(rename.Stream, rename.Field, field => field.Name = name);
    }

    private MutationResult Change(string stream, string name, Action<FieldDefinition> change)
    {
        var field = Attribute(Table(stream), name);
        change(field);
        field.UpdatedAt = workspace.Now;
        return new MutationResult(null, 1);
    }

    private MutationResult Each(string stream, IReadOnlyList<string> ids, RecordLife? wanted, Action<ObjectTable, Record> change)
    {
        var table = Table(stream);
        var records = ids.Select(id => Find(table, id)).ToList();
        foreach (var record in records)
            if (wanted is { } life ? record.Now.Life != life : record.Now.Life == RecordLife.Gone)
                throw new ControlException($"{table.IdOf(record)} of {table.Name} is {(record.Now.Life == RecordLife.Live ? "live" : record.Now.Life == RecordLife.Archived ? "archived" : "gone")}.");
        foreach (var record in records)
            change(table, record);
        return new MutationResult(null, records.Count);
    }

    private static List<KeyValuePair<FieldDefinition, byte[]?>> Values(ObjectTable table, IReadOnlyDictionary<string, string?> properties) =>
    [
        .. from property in properties
           where property.Key != Saying || table.Name != "conversations"
           let field = table.Fields.Find(property.Key) ?? table.Fields.FindStandard($"{property.Key}.image_url") ?? throw new ControlException($"{table.Name} has no field '{property.Key}'.")
           select KeyValuePair.Create(field, Stored.Of(field, property.Value)),
    ];

    private void Default(List<KeyValuePair<FieldDefinition, byte[]?>> values, string name, string? value)
    {
        var field = workspace.Tickets.Fields[name];
        if (value is not null && values.TrueForAll(each => each.Key != field))
            values.Add(new(field, Stored.Text(value)));
    }

    private List<AttributeOption> Options(IReadOnlyList<EmulatedOption>? options) =>
        options is null ? [] : [.. options.Select(option => new AttributeOption(workspace.NextOptionId(), option.Value))];

    private static FieldDefinition Attribute(ObjectTable table, string name) =>
        table.Fields.FindAttribute(Unprefixed(table, name)) ?? throw new ControlException($"{table.Name} has no attribute '{name}'.");

    private static string Unprefixed(ObjectTable table, string name)
    {
        if (table.Fields.AttributesMember is not { } member)
            throw new ControlException($"Nobody can define attributes of {table.Name}.");
        return name.StartsWith(member + ".", StringComparison.Ordinal) ? name[(member.Length + 1)..] : name;
    }

    private static Record Find(ObjectTable table, string id) => table.Find(id) ?? throw new ControlException($"{table.Name} has no record '{id}'.");

    private static long? Stamp(DateTimeOffset? at) => at?.ToUnixTimeSeconds() * 1000;
}
