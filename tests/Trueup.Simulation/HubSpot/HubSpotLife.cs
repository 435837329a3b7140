using System.Globalization;
using Trueup.Emulators;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.HubSpot;

/// <summary>What people do in HubSpot.</summary>
public sealed class HubSpotLife(HubSpotCrm crm, Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams)
    : Life(crm, population, tally, voice, chance, streams)
{
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

    private int stages;

    /// <summary>The streams in which people know what to edit.</summary>
    public static IReadOnlyCollection<string> Streams => Editable.Keys;

    /// <inheritdoc/>
    protected override (string Number, string Choice) FieldTypes => ("number", "enumeration");

    /// <inheritdoc/>
    protected override IReadOnlyList<string> EditableFields(string stream) => Editable[stream];

    /// <inheritdoc/>
    protected override string FieldName(string stream, int number) => $"sim_field_{number.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    protected override void Complete(string stream, Dictionary<string, string?> values)
    {
        if (stream == "contacts")
            values["email"] = $"new.{Chance.Next(1_000_000).ToString(CultureInfo.InvariantCulture)}@example.com";
    }

    /// <inheritdoc/>
    protected override void Purge(string stream)
    {
        var people = Population.Of(stream);
        var from = Chance.Next(2) == 0 ? people.Archived : people.Live;
        var ids = Some(from, 1).Where(id => crm.StateOf(stream, id)?.Deleted is null or "archived").ToList();
        if (ids.Count == 0 || people.Live.Count < 3)
            return;
        Do(new PurgeRecords(stream, ids));
        Move(from, people.Ended, ids);
        NoteAll(stream, ids, Touch.Ended, "purge");
    }

    /// <inheritdoc/>
    protected override void Merge(string stream)
    {
        var people = Population.Of(stream);
        if (!Mergeable.Contains(stream) || people.Live.Count < 6 || Some(people.Live, 2 + Chance.Next(2)) is not { Count: > 1 } ids)
            return;
        var survivor = Do(new MergeRecords(stream, ids[0], [.. ids.Skip(1)])).Id!;
        Move(people.Live, people.Ended, ids);
        people.Live.Add(survivor);
        NoteAll(stream, ids, Touch.Ended, $"merge into {survivor}");

        // A merge of three goes by way of a survivor that does not survive.
        for (var id = long.Parse(survivor, CultureInfo.InvariantCulture) - ids.Count + 2; id < long.Parse(survivor, CultureInfo.InvariantCulture); id++)
        {
            people.Ended.Add(id.ToString(CultureInfo.InvariantCulture));
            Population.Note(stream, id.ToString(CultureInfo.InvariantCulture), Touch.Stamped);
            Population.Note(stream, id.ToString(CultureInfo.InvariantCulture), Touch.Ended);
        }

        Population.Note(stream, survivor, Touch.Stamped);
    }

    /// <inheritdoc/>
    protected override void Link()
    {
        if (AnyPair() is not { } pair || Some(Population.Of(pair.From).Live, 1) is not [var from] || Some(Population.Of(pair.To).Live, 1) is not [var to]
            || (pair.From == pair.To && from == to))
            return;
        Do(new AssociateRecords(new LinkEnd(pair.From, from), new LinkEnd(pair.To, to), Chance.Next(3) == 0 ? Any(["Decision maker", "Billing"]) : null));
        NoteLink(pair.From, from, pair.To, to, "link");
    }

    /// <inheritdoc/>
    protected override void Unlink()
    {
        if (AnyPair() is not { } pair || Some(Population.Of(pair.From).Live, 1) is not [var from])
            return;
        if (crm.StateOf(pair.From, from)?.Links.Where(link => link.Stream == pair.To).ToList() is not { Count: > 0 } links)
            return;
        var link = links[Chance.Next(links.Count)];
        Do(new DissociateRecords(new LinkEnd(pair.From, from), new LinkEnd(pair.To, link.Id), link.Label));
        NoteLink(pair.From, from, pair.To, link.Id, "unlink");
    }

    /// <inheritdoc/>
    protected override void Redraw(string stream)
    {
        var pipelines = crm.PipelinesOf(stream);
        if (pipelines.Count == 0 && stream != "machine")
            return;
        var pipeline = pipelines.Count == 0 || (pipelines.Count < 5 && Chance.Next(4) == 0)
            ? new EmulatedPipeline($"sim_{Chance.Next(1_000)}", "Drawn", []) : pipelines[Chance.Next(pipelines.Count)];
        var stages = pipeline.Stages!.Where(_ => Chance.Next(8) > 0).ToList();
        if (Chance.Next(2) == 0)
            stages.Insert(Chance.Next(stages.Count + 1), new EmulatedOption($"stage_{++this.stages}", Value() ?? "Stage"));
        Do(new EditPipeline(stream, pipeline with { Label = Chance.Next(2) == 0 ? Value() ?? "" : pipeline.Label, Stages = stages }));
        NoteField(stream, Population.Pipelines, "redraw");
    }

    private void NoteLink(string fromStream, string from, string toStream, string to, string what)
    {
        Population.Note(fromStream, from, Touch.Linked);
        Population.Note(toStream, to, Touch.Linked);
        Voice.Say($"crm: {what} {fromStream} {from} with {toStream} {to}");
    }

    private (string From, string To)? AnyPair()
    {
        var possible = Pairs.Where(pair => Edited.Contains(pair.From) && Edited.Contains(pair.To)).ToList();
        return possible.Count == 0 ? null : possible[Chance.Next(possible.Count)];
    }
}
