using System.Globalization;
using Trueup.Emulators.HubSpot.Api;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot;

/// <summary>Carries out the operations of the control API on a portal. Used under the portal's lock.</summary>
internal sealed class Mutations(HubSpotPortal portal)
{
    public IReadOnlyList<MutationResult> Apply(IReadOnlyList<Mutation> operations)
    {
        var results = new List<MutationResult>(operations.Count);
        foreach (var operation in operations)
            results.Add(Apply(operation));
        return results;
    }

    public ObjectTable Table(string stream) =>
        portal.Find(stream)
        ?? throw new ControlException($"Unknown stream '{stream}'; known are {string.Join(", ", portal.Tables.Select(table => table.Stream))}.");

    /// <summary>Stamps the first live records of a stream alike.</summary>
    public void Tie(string stream, TieControl tie)
    {
        var table = Table(stream);
        var stamp = portal.Clock.Milliseconds;
        foreach (var record in table.Records.Where(record => record.Now.Life == RecordLife.Live).Take(tie.Count).ToList())
            portal.Edit(table, record, [.. tie.Properties], stamp);
    }

    private MutationResult Apply(Mutation operation) => operation switch
    {
        CreateRecord create => Create(create),
        EditRecords edit => Edit(edit),
        DeleteRecords delete => Each(delete.Stream, delete.Ids, RecordLife.Live, portal.Archive),
        PurgeRecords purge => Each(purge.Stream, purge.Ids, null, portal.Purge),
        RestoreRecords restore => Each(restore.Stream, restore.Ids, RecordLife.Archived, portal.Restore),
        MergeRecords merge => Merge(merge),
        AssociateRecords associate => Associate(associate),
        DissociateRecords dissociate => Dissociate(dissociate),
        AddField add => Define(add),
        EditField edit => Redefine(edit),
        RemoveField remove => Change(remove.Stream, remove.Field, property => property.ArchivedAt = portal.Clock.Milliseconds),
        HideField hide => Change(hide.Stream, hide.Field, property => property.Concealed = true),
        ShowField show => Change(show.Stream, show.Field, property => property.Concealed = false),
        EditPipeline edit => Redraw(edit),
        _ => throw new ControlException($"HubSpot knows no operation {operation.GetType().Name}."),
    };

    private MutationResult Create(CreateRecord create)
    {
        var table = Table(create.Stream);
        var record = portal.Create(table, create.Properties, create.ModifiedAt?.ToUnixTimeMilliseconds());
        return new MutationResult(Text(record.Id), 1);
    }

    private MutationResult Edit(EditRecords edit)
    {
        var table = Table(edit.Stream);
        var records = edit.Ids.Select(id => Existing(table, id, null)).ToList();
        var stamp = edit.ModifiedAt?.ToUnixTimeMilliseconds() ?? portal.Clock.Milliseconds;
        foreach (var record in records)
            portal.Edit(table, record, edit.Properties, stamp);
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
        var table = Table(merge.Stream);
        var winner = Existing(table, merge.Winner, RecordLife.Live);
        foreach (var loser in merge.Losers.Select(id => Existing(table, id, RecordLife.Live)).ToList())
            winner = loser == winner
                ? throw new ControlException($"Record {merge.Winner} of {table.Type.Name} cannot be merged with itself.")
                : portal.Merge(table, winner, loser);
        return new MutationResult(Text(winner.Id), merge.Losers.Count);
    }

    private MutationResult Associate(AssociateRecords associate)
    {
        var (from, source) = End(associate.From);
        var (to, target) = End(associate.To);
        var type = associate.Label is null
            ? portal.Types.Unlabelled(from.Type, to.Type) : portal.Types.Labelled(from.Type, to.Type, associate.Label);
        portal.Links.Add(type, source.Id, target.Id);
        return new MutationResult(null, 1);
    }

    private MutationResult Dissociate(DissociateRecords dissociate)
    {
        var (from, source) = End(dissociate.From);
        var (to, target) = End(dissociate.To);
        var type = dissociate.Label is null
            ? portal.Types.Unlabelled(from.Type, to.Type)
            : portal.Types.Between(from.Type, to.Type).FirstOrDefault(each => each.ShownLabel == dissociate.Label)
                ?? throw new ControlException($"There is no label '{dissociate.Label}' from {from.Type.Name} to {to.Type.Name}.");
        return new MutationResult(null, portal.Links.Remove(type, source.Id, target.Id) ? 1 : 0);
    }

    private (ObjectTable Table, Record Record) End(LinkEnd end)
    {
        var table = Table(end.Stream);
        return (table, Existing(table, end.Id, null));
    }

    private MutationResult Define(AddField add)
    {
        var table = Table(add.Stream);
        var field = add.Field;
        var now = portal.Clock.Milliseconds;
        if (table.Properties.Find(field.Name) is { ArchivedAt: 0 })
            throw new ControlException($"{table.Type.Name} has a field '{field.Name}' already.");
        StandardProperties.Custom(table, field.Name, field.Label ?? field.Name, field.Type ?? "string", FieldTypeOf(field.Type ?? "string"), now, property =>
        {
            property.ArchivedAt = 0;
            property.Calculated = field.Calculated;
            property.Options = Options(field);
        });
        return new MutationResult(null, 1);
    }

    private MutationResult Redefine(EditField edit) => Change(edit.Stream, edit.Field.Name, property =>
    {
        property.Label = edit.Field.Label ?? property.Label;
        if (edit.Field.Type is { } type)
            (property.Type, property.FieldType) = (type, FieldTypeOf(type));
        if (edit.Field.Options is not null)
            property.Options = Options(edit.Field);
    });

    private static List<PropertyOption> Options(EmulatedField field) => field.Controller is null
        ? [.. (field.Options ?? []).Select(option => new PropertyOption(option.Value, option.Label))]
        : throw new ControlException("HubSpot's fields have no controlling field.");

    private MutationResult Change(string stream, string field, Action<PropertyDefinition> change)
    {
        var table = Table(stream);
        var property = table.Properties.Find(field) ?? throw new ControlException($"{table.Type.Name} has no field '{field}'.");
        change(property);
        property.UpdatedAt = portal.Clock.Milliseconds;
        table.Properties.Changed();
        return new MutationResult(null, 1);
    }

    private MutationResult Redraw(EditPipeline edit)
    {
        var pipelines = portal.PipelinesOf(Table(edit.Stream))
            ?? throw new ControlException($"Records of {edit.Stream} move through no pipelines.");
        var (change, now) = (edit.Pipeline, portal.Clock.Milliseconds);
        if (pipelines.Find(each => each.Id == change.Id) is not { } pipeline)
            pipelines.Add(pipeline = new Pipeline(change.Id, change.Label ?? change.Id, pipelines.Count, now));
        pipeline.Label = change.Label ?? pipeline.Label;
        pipeline.UpdatedAt = now;
        if (change.Stages is { } wanted)
        {
            var known = pipeline.Stages.ToDictionary(stage => stage.Id);
            pipeline.Stages.Clear();
            foreach (var stage in wanted)
                pipeline.Stages.Add(new Stage(stage.Value, stage.Label, pipeline.Stages.Count, known.GetValueOrDefault(stage.Value)?.CreatedAt ?? now,
                    known.GetValueOrDefault(stage.Value)?.Metadata ?? new Dictionary<string, string>()) { UpdatedAt = now });
        }
        return new MutationResult(null, 1);
    }

    private static string FieldTypeOf(string type) => type switch
    {
        "string" => "text",
        "number" => "number",
        "bool" => "booleancheckbox",
        "enumeration" => "select",
        "date" or "datetime" => "date",
        "phone_number" => "phonenumber",
        "object_coordinates" or "json" => "text",
        _ => throw new ControlException(
            $"Unknown field type '{type}'; known are string, number, bool, enumeration, date, datetime, phone_number, object_coordinates and json."),
    };

    private static Record Existing(ObjectTable table, string id, RecordLife? life) =>
        Body.Id(id) is { } number && table.TryGet(number, out var record) && record.Now.Life != RecordLife.Gone
            && (life is null || record.Now.Life == life)
            ? record
            : throw new ControlException(life is RecordLife.Archived
                ? $"{table.Type.Name} has no archived record {id}." : $"{table.Type.Name} has no {(life is null ? "" : "live ")}record {id}.");

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
