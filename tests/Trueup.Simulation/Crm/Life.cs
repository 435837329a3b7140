using System.Globalization;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;

namespace Trueup.Simulation.Crm;

/// <summary>What people do in a CRM: edits and bulk edits, creations, merges, deletions and their undoing, links, fields, pipelines.</summary>
public sealed class Life(EmulatedHubSpot crm, Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams)
{
    /// <summary>Values that have broken mirrors before.</summary>
    private static readonly string?[] Awkward =
    [
        null, "", "0", "false", "N/A", "9007199254740993", "1E-7", "Zoë 🚀", "line\nbreak", "quote\"and\\slash", "\u0001control", "null", " spaces ", "ﬁ\u00AD",
        "-0.00000012", "2026-02-30",
    ];

    private static readonly Dictionary<string, string[]> Editable = new()
    {
        ["contacts"] = ["firstname", "lastname", "city", "jobtitle"],
        ["companies"] = ["name", "city", "domain"],
        ["deals"] = ["dealname", "amount"],
        ["tickets"] = ["subject", "content"],
        ["machine"] = ["serial", "hours", "remarks"],
        ["notes"] = ["hs_note_body"],
    };

    private static readonly string[] Mergeable = ["contacts", "companies", "deals", "tickets"];

    private static readonly (string From, string To)[] Pairs =
        [("contacts", "companies"), ("deals", "contacts"), ("deals", "companies"), ("tickets", "contacts"), ("contacts", "contacts"), ("companies", "companies")];

    private readonly Dictionary<string, List<string>> customFields = [];
    private readonly Dictionary<string, List<string>> computedFields = [];
    private readonly Dictionary<string, List<string>> hiddenFields = [];
    private readonly Dictionary<string, List<string>> removedFields = [];
    private int fields;
    private int stages;

    /// <summary>Whether people edit pipelines.</summary>
    public bool Redraws { get; init; }

    /// <summary>Whether people are at work; nothing happens while they are not.</summary>
    public bool Awake { get; set; } = true;

    /// <summary>Does one thing.</summary>
    public void Act()
    {
        if (!Awake)
            return;
        tally.Changes++;
        var stream = streams[chance.Next(streams.Count)];
        var people = population.Of(stream);
        switch (chance.Next(1_000))
        {
            case < 330: Edit(stream, Some(people.Live, 1)); break;
            case < 450: Create(stream); break;
            case < 500: Edit(stream, Some(people.Live, 2 + chance.Next(30))); break;
            case < 510: Edit(stream, Some(people.Live, 150 + chance.Next(250))); break;
            case < 590: Delete(stream, Some(people.Live, 1)); break;
            case < 600: Delete(stream, Some(people.Live, 5 + chance.Next(40))); break;
            case < 602: Delete(stream, Some(people.Live, (people.Live.Count * 6 / 10) + 1)); break;
            case < 650: Restore(stream); break;
            case < 670: Purge(stream); break;
            case < 710: Merge(stream); break;
            case < 800: Link(); break;
            case < 860: Unlink(); break;
            case < 900: Recompute(stream, Some(people.Live, 1 + chance.Next(3))); break;
            case < 930: EditBackAndForth(stream); break;
            case < 940: AddField(stream); break;
            case < 948: RenameField(stream); break;
            case < 953: RemoveField(stream); break;
            case < 960: HideField(stream); break;
            case < 970: ShowField(stream); break;
            case < 975: ReturnField(stream); break;
            case < 985 when Redraws: EditPipeline(stream); break;
            default: Edit(stream, Some(people.Live, 1)); break;
        }
    }

    private void Create(string stream)
    {
        var values = Values(stream, 3);
        if (stream == "contacts")
            values["email"] = $"new.{chance.Next(1_000_000).ToString(CultureInfo.InvariantCulture)}@example.com";
        var id = Do(new CreateRecord(stream, values)).Id!;
        population.Of(stream).Live.Add(id);
        population.Note(stream, id, Touch.Stamped);
        voice.Say($"crm: create {stream} {id}");
    }

    private void Edit(string stream, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
            return;
        Do(new EditRecords(stream, ids, Values(stream, 1 + chance.Next(3))));
        NoteAll(stream, ids, Touch.Stamped, "edit");
    }

    /// <summary>Two edits within one moment, so that both have one stamp.</summary>
    private void EditBackAndForth(string stream)
    {
        var ids = Some(population.Of(stream).Live, 1);
        Edit(stream, ids);
        Edit(stream, ids);
    }

    private void Recompute(string stream, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0 || computedFields.GetValueOrDefault(stream) is not { Count: > 0 } computed)
            return;
        Do(new EditRecords(stream, ids, new Dictionary<string, string?> { [Any(computed)] = Value() }));
        NoteAll(stream, ids, Touch.Unstamped, "recompute");
    }

    private void Delete(string stream, IReadOnlyList<string> ids)
    {
        var people = population.Of(stream);
        if (ids.Count == 0 || people.Live.Count <= ids.Count)
            return;
        Do(new DeleteRecords(stream, ids));
        Move(people.Live, people.Archived, ids);
        NoteAll(stream, ids, Touch.Ended, "delete");
    }

    private void Restore(string stream)
    {
        var people = population.Of(stream);
        var ids = Some(people.Archived, 1 + chance.Next(2)).Where(id => crm.StateOf(stream, id)?.Deleted == "archived").ToList();
        if (ids.Count == 0)
            return;
        Do(new RestoreRecords(stream, ids));
        Move(people.Archived, people.Live, ids);
        NoteAll(stream, ids, Touch.Unstamped, "restore");
    }

    private void Purge(string stream)
    {
        var people = population.Of(stream);
        var from = chance.Next(2) == 0 ? people.Archived : people.Live;
        var ids = Some(from, 1).Where(id => crm.StateOf(stream, id)?.Deleted is null or "archived").ToList();
        if (ids.Count == 0 || people.Live.Count < 3)
            return;
        Do(new PurgeRecords(stream, ids));
        Move(from, people.Ended, ids);
        NoteAll(stream, ids, Touch.Ended, "purge");
    }

    private void Merge(string stream)
    {
        var people = population.Of(stream);
        if (!Mergeable.Contains(stream) || people.Live.Count < 6 || Some(people.Live, 2 + chance.Next(2)) is not { Count: > 1 } ids)
            return;
        var survivor = Do(new MergeRecords(stream, ids[0], [.. ids.Skip(1)])).Id!;
        Move(people.Live, people.Ended, ids);
        people.Live.Add(survivor);
        NoteAll(stream, ids, Touch.Ended, $"merge into {survivor}");

        // A merge of three goes by way of a survivor that does not survive.
        for (var id = long.Parse(survivor, CultureInfo.InvariantCulture) - ids.Count + 2; id < long.Parse(survivor, CultureInfo.InvariantCulture); id++)
        {
            people.Ended.Add(id.ToString(CultureInfo.InvariantCulture));
            population.Note(stream, id.ToString(CultureInfo.InvariantCulture), Touch.Stamped);
            population.Note(stream, id.ToString(CultureInfo.InvariantCulture), Touch.Ended);
        }

        population.Note(stream, survivor, Touch.Stamped);
    }

    private void Link()
    {
        if (AnyPair() is not { } pair || Some(population.Of(pair.From).Live, 1) is not [var from] || Some(population.Of(pair.To).Live, 1) is not [var to]
            || (pair.From == pair.To && from == to))
            return;
        Do(new AssociateRecords(new LinkEnd(pair.From, from), new LinkEnd(pair.To, to), chance.Next(3) == 0 ? Any(["Decision maker", "Billing"]) : null));
        NoteLink(pair.From, from, pair.To, to, "link");
    }

    private void Unlink()
    {
        if (AnyPair() is not { } pair || Some(population.Of(pair.From).Live, 1) is not [var from])
            return;
        if (crm.StateOf(pair.From, from)?.Links.Where(link => link.Stream == pair.To).ToList() is not { Count: > 0 } links)
            return;
        var link = links[chance.Next(links.Count)];
        Do(new DissociateRecords(new LinkEnd(pair.From, from), new LinkEnd(pair.To, link.Id), link.Label));
        NoteLink(pair.From, from, pair.To, link.Id, "unlink");
    }

    private void AddField(string stream)
    {
        var computed = chance.Next(2) == 0;
        var name = $"sim_field_{(++fields).ToString(CultureInfo.InvariantCulture)}";
        Do(new AddField(stream, new EmulatedField(name, $"Field {fields}", chance.Next(3) == 0 ? "number" : "string", Calculated: computed)));
        ListOf(computed ? computedFields : customFields, stream).Add(name);
        NoteField(stream, name, "add");
    }

    private void RenameField(string stream)
    {
        if (customFields.GetValueOrDefault(stream) is not { Count: > 0 } names)
            return;
        var name = Any(names);
        Do(new EditField(stream, new EmulatedField(name, $"Renamed {chance.Next(1_000)}", "enumeration",
            [.. Enumerable.Range(0, chance.Next(4)).Select(i => new EmulatedOption($"o{i}", $"Option {chance.Next(100)}"))])));
        NoteField(stream, name, "edit");
    }

    private void EditPipeline(string stream)
    {
        var pipelines = crm.PipelinesOf(stream);
        if (pipelines.Count == 0 && stream != "machine")
            return;
        var pipeline = pipelines.Count == 0 || (pipelines.Count < 5 && chance.Next(4) == 0)
            ? new EmulatedPipeline($"sim_{chance.Next(1_000)}", "Drawn", []) : pipelines[chance.Next(pipelines.Count)];
        var stages = pipeline.Stages!.Where(_ => chance.Next(8) > 0).ToList();
        if (chance.Next(2) == 0)
            stages.Insert(chance.Next(stages.Count + 1), new EmulatedOption($"stage_{++this.stages}", Value() ?? "Stage"));
        Do(new EditPipeline(stream, pipeline with { Label = chance.Next(2) == 0 ? Value() ?? "" : pipeline.Label, Stages = stages }));
        NoteField(stream, Population.Pipelines, "redraw");
    }

    private void RemoveField(string stream) => MoveField(customFields, removedFields, stream, name => new RemoveField(stream, name), "remove");

    private void ReturnField(string stream) =>
        MoveField(removedFields, customFields, stream, name => new AddField(stream, new EmulatedField(name, "Returned", "string")), "return");

    private void HideField(string stream) => MoveField(customFields, hiddenFields, stream, name => new HideField(stream, name), "hide");

    private void ShowField(string stream) => MoveField(hiddenFields, customFields, stream, name => new ShowField(stream, name), "show");

    private void MoveField(
        Dictionary<string, List<string>> from, Dictionary<string, List<string>> to, string stream, Func<string, Mutation> mutation, string what)
    {
        if (from.GetValueOrDefault(stream) is not { Count: > 0 } names)
            return;
        var name = Any(names);
        Do(mutation(name));
        names.Remove(name);
        ListOf(to, stream).Add(name);
        NoteField(stream, name, what);
    }

    private Dictionary<string, string?> Values(string stream, int count)
    {
        var values = new Dictionary<string, string?>();
        var names = Names(stream);
        for (var i = 0; i < count; i++)
            values[Any(names)] = Value();
        return values;
    }

    /// <summary>Whether people know what to edit in a stream.</summary>
    public static bool Knows(string stream) => Editable.ContainsKey(stream);

    private List<string> Names(string stream) => [.. Editable[stream], .. customFields.GetValueOrDefault(stream) ?? []];

    private string? Value() => chance.Next(3) == 0 ? Awkward[chance.Next(Awkward.Length)] : $"value {chance.Next(100_000)}";

    private MutationResult Do(Mutation mutation) => crm.Mutate(mutation)[0];

    private void NoteAll(string stream, IReadOnlyList<string> ids, Touch touch, string what)
    {
        foreach (var id in ids)
            population.Note(stream, id, touch);

        voice.Say($"crm: {what} {stream} {string.Join(',', ids.Take(5))}{(ids.Count > 5 ? $" and {ids.Count - 5} more" : "")}");
    }

    private void NoteLink(string fromStream, string from, string toStream, string to, string what)
    {
        population.Note(fromStream, from, Touch.Linked);
        population.Note(toStream, to, Touch.Linked);
        voice.Say($"crm: {what} {fromStream} {from} with {toStream} {to}");
    }

    private void NoteField(string stream, string field, string what)
    {
        population.NoteField(stream, field);
        voice.Say($"crm: {what} field {stream}.{field}");
    }

    private (string From, string To)? AnyPair()
    {
        var possible = Pairs.Where(pair => streams.Contains(pair.From) && streams.Contains(pair.To)).ToList();
        return possible.Count == 0 ? null : possible[chance.Next(possible.Count)];
    }

    private List<string> Some(List<string> all, int count)
    {
        var some = new List<string>();
        for (var tries = 0; tries < count && all.Count > 0; tries++)
        {
            var id = all[chance.Next(all.Count)];
            if (!some.Contains(id))
                some.Add(id);
        }

        return some;
    }

    private string Any(List<string> names) => names[chance.Next(names.Count)];

    private static void Move(List<string> from, List<string> to, IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
            from.Remove(id);
        to.AddRange(ids);
    }

    private static List<string> ListOf(Dictionary<string, List<string>> lists, string stream)
    {
        if (!lists.TryGetValue(stream, out var list))
            lists.Add(stream, list = []);
        return list;
    }
}
