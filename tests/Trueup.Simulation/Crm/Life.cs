using Trueup.Emulators;

namespace Trueup.Simulation.Crm;

/// <summary>What people do in a CRM: edits and bulk edits, creations, merges, deletions and their undoing, links, fields, pipelines.</summary>
public abstract class Life(SimulatedCrm crm, Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams)
{
    /// <summary>Values that have broken mirrors before.</summary>
    private static readonly string?[] Awkward =
    [
        null, "", "0", "false", "N/A", "9007199254740993", "1E-7", "Zoë 🚀", "line\nbreak", "quote\"and\\slash", "\u0001control", "null", " spaces ", "ﬁ\u00AD",
        "-0.00000012", "2026-02-30",
    ];

    private readonly Dictionary<string, List<string>> customFields = [];
    private readonly Dictionary<string, List<string>> computedFields = [];
    private readonly Dictionary<string, List<string>> hiddenFields = [];
    private readonly Dictionary<string, List<string>> removedFields = [];
    private readonly HashSet<string> numbers = [];
    private int fields;

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
            case < 985 when Redraws: Redraw(stream); break;
            default: Edit(stream, Some(people.Live, 1)); break;
        }
    }

    /// <summary>The names of the fields that people edit in a stream now; the first is a text.</summary>
    public IReadOnlyList<string> FieldsOf(string stream) => Names(stream);

    /// <summary>What a new record must have beside values that people make up.</summary>
    public IReadOnlyDictionary<string, string?> Newcomer(string stream)
    {
        var values = new Dictionary<string, string?>();
        Complete(stream, values);
        return values;
    }

    /// <summary>The names of fields that people edit in a stream from the start.</summary>
    protected abstract IReadOnlyList<string> EditableFields(string stream);

    /// <summary>The vendor's name of the n-th field that somebody adds, to a stream.</summary>
    protected abstract string FieldName(string stream, int number);

    /// <summary>The vendor's types of a number and of a choice.</summary>
    protected abstract (string Number, string Choice) FieldTypes { get; }

    /// <summary>Erases a record for good.</summary>
    protected abstract void Purge(string stream);

    /// <summary>Merges some records.</summary>
    protected abstract void Merge(string stream);

    /// <summary>Links two records.</summary>
    protected abstract void Link();

    /// <summary>Unlinks two records.</summary>
    protected abstract void Unlink();

    /// <summary>Changes what no record holds but gives its values their meaning, or who may see it.</summary>
    protected abstract void Redraw(string stream);

    /// <summary>What a new record must have beside values that people make up.</summary>
    protected abstract void Complete(string stream, Dictionary<string, string?> values);

    /// <summary>The time, by the CRM's clock.</summary>
    protected DateTimeOffset Now => crm.Emulated.Clock.GetUtcNow();

    /// <summary>The fineness of the CRM's stamps.</summary>
    protected TimeSpan StampsTo => crm.StampsTo;

    /// <summary>A value for a field.</summary>
    protected virtual string? ValueOf(string stream, string field) => Value();

    /// <summary>Who lives in it.</summary>
    protected Population Population => population;

    /// <summary>The streams that people edit.</summary>
    protected IReadOnlyList<string> Edited => streams;

    /// <summary>What people leave to chance.</summary>
    protected Random Chance => chance;

    /// <summary>Tells what happens.</summary>
    protected Voice Voice => voice;

    private void Create(string stream)
    {
        var values = Values(stream, 3);
        Complete(stream, values);
        var id = Do(new CreateRecord(stream, values)).Id!;
        Bear(stream, id);
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
        var field = Any(computed);
        Do(new EditRecords(stream, ids, new Dictionary<string, string?> { [field] = ValueOf(stream, field) }));
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

    private void AddField(string stream)
    {
        var computed = chance.Next(2) == 0;
        var name = FieldName(stream, ++fields);
        var isNumber = chance.Next(3) == 0;
        Do(new AddField(stream, new EmulatedField(name, $"Field {fields}", isNumber ? FieldTypes.Number : "string", Calculated: computed)));
        if (isNumber)
            numbers.Add(name);
        ListOf(computed ? computedFields : customFields, stream).Add(name);
        NoteField(stream, name, "add");
    }

    private void RenameField(string stream)
    {
        if (customFields.GetValueOrDefault(stream) is not { Count: > 0 } names)
            return;
        var name = Any(names);
        Do(new EditField(stream, new EmulatedField(name, $"Renamed {chance.Next(1_000)}", FieldTypes.Choice,
            [.. Enumerable.Range(0, chance.Next(4)).Select(i => new EmulatedOption($"o{i}", $"Option {chance.Next(100)}"))])));
        numbers.Remove(name);
        NoteField(stream, name, "edit");
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
        if (what == "return")
            numbers.Remove(name);
        NoteField(stream, name, what);
    }

    private Dictionary<string, string?> Values(string stream, int count)
    {
        var values = new Dictionary<string, string?>();
        var names = Names(stream);
        for (var i = 0; i < count; i++)
        {
            var name = Any(names);
            values[name] = ValueOf(stream, name);
        }

        return values;
    }

    /// <summary>Whether somebody added a field for numbers.</summary>
    protected bool IsNumber(string field) => numbers.Contains(field);

    /// <summary>Notes that a field that somebody added has another name.</summary>
    protected void Rename(string stream, string before, string after)
    {
        var names = AddedFields(stream);
        names[names.IndexOf(before)] = after;
        if (numbers.Remove(before))
            numbers.Add(after);
        NoteField(stream, before, "rename");
        NoteField(stream, after, "name");
    }

    /// <summary>The fields that somebody added to a stream and that can be edited now.</summary>
    protected List<string> AddedFields(string stream) => ListOf(customFields, stream);

    private List<string> Names(string stream) => [.. EditableFields(stream), .. customFields.GetValueOrDefault(stream) ?? []];

    /// <summary>A text that people make up.</summary>
    protected string? Value() => chance.Next(3) == 0 ? Awkward[chance.Next(Awkward.Length)] : $"value {chance.Next(100_000)}";

    /// <summary>Does something in the CRM.</summary>
    protected virtual MutationResult Do(Mutation mutation) => crm.Emulated.Mutate(mutation)[0];

    /// <summary>Notes what has been written in the CRM just now.</summary>
    protected void TakeNote() => population.Take(crm.WrittenSince(Now), StampsTo);

    /// <summary>Notes that a record was created.</summary>
    protected virtual void Bear(string stream, string id)
    {
        population.Of(stream).Live.Add(id);
        population.Note(stream, id, Touch.Stamped);
    }

    /// <summary>Notes what happened to a record.</summary>
    protected virtual void Note(string stream, string id, Touch touch) => population.Note(stream, id, touch);

    /// <summary>Notes that records went from one list to another.</summary>
    protected virtual void Move(List<string> from, List<string> to, IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
            from.Remove(id);
        to.AddRange(ids);
    }


    /// <summary>Notes and tells what happened to records.</summary>
    protected void NoteAll(string stream, IReadOnlyList<string> ids, Touch touch, string what)
    {
        foreach (var id in ids)
            Note(stream, id, touch);

        voice.Say($"crm: {what} {stream} {string.Join(',', ids.Take(5))}{(ids.Count > 5 ? $" and {ids.Count - 5} more" : "")}");
    }

    /// <summary>Notes and tells what happened to a field.</summary>
    protected void NoteField(string stream, string field, string what)
    {
        population.NoteField(stream, field);
        voice.Say($"crm: {what} field {stream}.{field}");
    }

    /// <summary>Some of many, by chance; fewer where one is drawn twice.</summary>
    protected List<string> Some(List<string> all, int count)
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

    /// <summary>One of several, by chance.</summary>
    protected string Any(List<string> names) => names[chance.Next(names.Count)];

    private static List<string> ListOf(Dictionary<string, List<string>> lists, string stream)
    {
        if (!lists.TryGetValue(stream, out var list))
            lists.Add(stream, list = []);
        return list;
    }
}
