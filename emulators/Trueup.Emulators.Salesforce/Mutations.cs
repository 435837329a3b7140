using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce;

/// <summary>Carries out the operations of the control API on an org. Used under the org's lock.</summary>
internal sealed class Mutations(SalesforceOrg org)
{
    public IReadOnlyList<MutationResult> Apply(IReadOnlyList<Mutation> operations) => [.. operations.Select(Apply)];

    public SObjectTable Table(string stream) =>
        org.Find(stream) ?? throw new ControlException($"Unknown stream '{stream}'; known are {string.Join(", ", org.Tables.Select(table => table.Name))}.");

    /// <summary>Stamps the first live records of a stream alike.</summary>
    public void Tie(string stream, TieControl tie)
    {
        var table = Table(stream);
        var stamp = org.Now;
        var values = Values(table, tie.Properties);
        foreach (var record in table.Records.Where(record => record.Now.Life == RecordLife.Live).Take(tie.Count).ToList())
            org.Edit(table, record, values, stamp);
    }

    private MutationResult Apply(Mutation operation) => operation switch
    {
        CreateRecord create => Create(create),
        EditRecords edit => Edit(edit),
        DeleteRecords delete => Each(Deletable(delete.Stream), delete.Ids, RecordLife.Live, org.Delete),
        PurgeRecords purge => Each(Deletable(purge.Stream), purge.Ids, null, org.Purge),
        RestoreRecords restore => Each(Table(restore.Stream), restore.Ids, RecordLife.Archived, org.Restore),
        MergeRecords merge => Merge(merge),
        AssociateRecords associate => Link(associate.From, associate.To, associate.Label, set: true),
        DissociateRecords dissociate => Link(dissociate.From, dissociate.To, dissociate.Label, set: false),
        AddField add => Define(add),
        EditField edit => Redefine(edit),
        RenameField rename => Change(rename.Stream, rename.Field, (table, field) => table.Fields.Rename(field, rename.NewName)),
        RemoveField remove => Change(remove.Stream, remove.Field, (_, field) => field.Removed = true),
        HideField hide => Conceal(hide.Stream, hide.Field, true),
        ShowField show => Conceal(show.Stream, show.Field, false),
        HideStream hide => Conceal(hide.Stream, true),
        ShowStream show => Conceal(show.Stream, false),
        _ => throw new ControlException($"Salesforce knows no operation {operation.GetType().Name}."),
    };

    private MutationResult Create(CreateRecord create)
    {
        var table = Table(create.Stream);
        var record = org.Create(table, Values(table, create.Properties), Stamp(create.ModifiedAt));
        return new MutationResult(table.IdOf(record), 1);
    }

    private MutationResult Edit(EditRecords edit)
    {
        var table = Table(edit.Stream);
        var records = edit.Ids.Select(id => Existing(table, id, null)).ToList();
        var values = Values(table, edit.Properties);
        var stamp = Stamp(edit.ModifiedAt) ?? org.Now;
        foreach (var record in records)
            org.Edit(table, record, values, stamp);
        return new MutationResult(null, records.Count);
    }

    private static MutationResult Each(SObjectTable table, IReadOnlyList<string> ids, RecordLife? life, Action<SObjectTable, Record> change)
    {
        var records = ids.Select(id => Existing(table, id, life)).ToList();
        foreach (var record in records)
            change(table, record);
        return new MutationResult(null, records.Count);
    }

    private SObjectTable Deletable(string stream) =>
        Table(stream) is { Type.Deletable: true } table ? table : throw new ControlException($"Salesforce deletes no {Table(stream).Name}.");

    private MutationResult Merge(MergeRecords merge)
    {
        var table = Table(merge.Stream);
        if (!table.Type.Mergeable)
            throw new ControlException($"Salesforce merges no {table.Name}.");
        var winner = Existing(table, merge.Winner, RecordLife.Live);
        var losers = merge.Losers.Select(id => Existing(table, id, RecordLife.Live)).ToList();
        if (losers.Contains(winner))
            throw new ControlException($"Record {merge.Winner} of {table.Name} cannot be merged with itself.");
        foreach (var loser in losers)
            org.Merge(table, winner, loser);
        return new MutationResult(table.IdOf(winner), losers.Count);
    }

    // The label names the lookup; without one it is the first that can refer to the other object.
    private MutationResult Link(LinkEnd from, LinkEnd to, string? label, bool set)
    {
        var (table, target) = (Table(from.Stream), Table(to.Stream));
        var record = Existing(table, from.Id, null);
        var id = target.IdOf(Existing(target, to.Id, null));
        var lookup = table.Fields.All.FirstOrDefault(field => field is { IsReference: true, Removed: false, IsStored: true, Ordinal: >= FieldDefinition.FirstStored }
            && field.ReferenceTo.Contains(target.Name) && (label is null || field.Name == label))
            ?? throw new ControlException($"{table.Name} has no lookup {label ?? ""} to {target.Name}.");
        var present = FieldValue.Text(org, table, record, record.Now, lookup);
        if (!set && present != id)
            return new MutationResult(null, 0);
        org.Edit(table, record, [new(lookup.Name, set ? StoredValue.Text(id) : null)]);
        return new MutationResult(null, 1);
    }

    private MutationResult Define(AddField add)
    {
        var table = Table(add.Stream);
        var field = add.Field;
        if (table.Fields.Find(field.Name) is not null)
            throw new ControlException($"{table.Name} has a field '{field.Name}' already.");
        var choices = Choices(table, field.Options ?? [], field.Controller);
        table.Fields.Add(ordinal => FieldTypes.Define(field.Name, ordinal, field.Label ?? field.Name, field.Type ?? "string", field.Calculated, choices));
        table.Fields.Find(field.Name)!.ControllerName = field.Controller;
        table.DescribedAt = org.Now;
        return new MutationResult(null, 1);
    }

    private MutationResult Redefine(EditField edit) => Change(edit.Stream, edit.Field.Name, (table, field) =>
    {
        field.ControllerName = edit.Field.Controller ?? field.ControllerName;
        field.Label = edit.Field.Label ?? field.Label;
        if (edit.Field.Type is { } type)
            FieldTypes.Change(field, type);
        if (edit.Field.Options is { } options)
            field.Picklist = Choices(table, options, field.ControllerName);
    });

    private MutationResult Change(string stream, string name, Action<SObjectTable, FieldDefinition> change)
    {
        var table = Table(stream);
        change(table, table.Fields.Find(name) ?? throw new ControlException($"{table.Name} has no field '{name}'."));
        table.DescribedAt = org.Now;
        table.Fields.Changed();
        return new MutationResult(null, 1);
    }

    // Permissions move no date of describe: what a conditional read misses (facts, section 6.3).
    private MutationResult Conceal(string stream, string name, bool concealed)
    {
        var table = Table(stream);
        (table.Fields.Find(name) ?? throw new ControlException($"{table.Name} has no field '{name}'.")).Concealed = concealed;
        table.Fields.Changed();
        return new MutationResult(null, 1);
    }

    private MutationResult Conceal(string stream, bool concealed)
    {
        Table(stream).Concealed = concealed;
        return new MutationResult(null, 1);
    }

    /// <exception cref="ControlException">The controlling field, or a value of it, is unknown.</exception>
    private static IReadOnlyList<PicklistValue> Choices(SObjectTable table, IReadOnlyList<EmulatedOption> options, string? controller)
    {
        var controlling = controller is null ? null
            : table.Fields.Find(controller) is not { } field ? throw new ControlException($"{table.Name} has no field '{controller}' that could control another.")
            : field.Type == "boolean" ? ["false", "true"] : field.Picklist.Select(choice => choice.Value).ToList();
        return [.. options.Select(option => new PicklistValue(option.Value, option.Label, ValidFor: option.ValidFor?.Select(PositionOf).ToList()))];

        int PositionOf(string value) => controlling?.IndexOf(value) is { } at and >= 0
            ? at : throw new ControlException($"'{value}' is no value of the controlling field of {table.Name}.");
    }

    private static List<KeyValuePair<string, byte[]?>> Values(SObjectTable table, IReadOnlyDictionary<string, string?> properties) =>
        [.. properties.Select(property => KeyValuePair.Create(property.Key,
            FieldTypes.Stored(table.Fields.Find(property.Key) ?? throw new ControlException($"{table.Name} has no field '{property.Key}'."), property.Value)))];

    private static long? Stamp(DateTimeOffset? at) => at is { } instant ? instant.ToUnixTimeSeconds() * 1000 : null;

    private static Record Existing(SObjectTable table, string id, RecordLife? life) =>
        SalesforceId.Normalize(id) is { } whole && table.Find(whole) is { Now.Life: not RecordLife.Gone } record && (life is null || record.Now.Life == life)
            ? record
            : throw new ControlException(life is RecordLife.Archived
                ? $"{table.Name} has no deleted record {id}." : $"{table.Name} has no {(life is null ? "" : "live ")}record {id}.");
}
