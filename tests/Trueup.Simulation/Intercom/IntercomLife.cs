using System.Globalization;
using Trueup.Emulators;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.Intercom;

/// <summary>What people do in Intercom.</summary>
public sealed class IntercomLife(IntercomCrm crm, Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams)
    : WatchedLife(crm, population, tally, voice, chance, streams)
{
    private static readonly Dictionary<string, string[]> Editable = new()
    {
        ["contacts"] = ["name", "phone", "custom_attributes.remark", "custom_attributes.seats", "custom_attributes.plan_tier"],
        ["companies"] = ["name", "website", "industry", "custom_attributes.region"],
        ["conversations"] = ["title", "conversation_parts", "custom_attributes.topic"],
        ["tickets"] = ["ticket_attributes._default_title_", "ticket_attributes._default_description_", "ticket_attributes.severity"],
    };

    private static readonly (string From, string To)[] Pairs =
        [("contacts", "companies"), ("contacts", "tags"), ("companies", "tags"), ("conversations", "contacts"), ("conversations", "tags"), ("tickets", "contacts")];

    /// <summary>The streams in which people know what to edit.</summary>
    public static IReadOnlyCollection<string> Streams => Editable.Keys;

    /// <inheritdoc/>
    protected override (string Number, string Choice) FieldTypes => ("float", "string");

    /// <inheritdoc/>
    protected override IReadOnlyList<string> EditableFields(string stream) => Editable[stream];

    /// <inheritdoc/>
    protected override string FieldName(string stream, int number) => $"{(stream == "tickets" ? "ticket_attributes" : "custom_attributes")}.sim_field_{number.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    protected override string? ValueOf(string stream, string field) =>
        field == "custom_attributes.seats" || IsNumber(field) ? Chance.Next(4) == 0 ? null : Chance.Next(-1, 100_000).ToString(CultureInfo.InvariantCulture)
        : field is "name" or "conversation_parts" ? Value() ?? "nobody"
        : Value();

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
        var ids = Some(Chance.Next(2) == 0 ? people.Archived : people.Live, 1).Where(id => crm.StateOf(stream, id)?.Deleted is null or "archived").ToList();
        if (ids.Count == 0 || people.Live.Count < 3)
            return;
        Do(new PurgeRecords(stream, ids));
        NoteAll(stream, ids, Touch.Ended, "purge");
    }

    /// <inheritdoc/>
    protected override void Merge(string stream)
    {
        var people = Population.Of(stream);
        if (stream != "contacts" || people.Live.Count < 6 || Some(people.Live, 2 + Chance.Next(2)) is not { Count: > 1 } ids)
            return;
        Do(new MergeRecords(stream, ids[0], [.. ids.Skip(1)]));
        NoteAll(stream, ids, Touch.Ended, $"merge into {ids[0]}");
    }

    /// <inheritdoc/>
    protected override void Link()
    {
        if (AnyPair() is not { } pair || Some(Population.Of(pair.From).Live, 1) is not [var from] || Some(Population.Of(pair.To).Live, 1) is not [var to])
            return;
        Do(new AssociateRecords(new LinkEnd(pair.From, from), new LinkEnd(pair.To, to)));
        Voice.Say($"crm: link {pair.From} {from} with {pair.To} {to}");
    }

    /// <inheritdoc/>
    protected override void Unlink()
    {
        if (AnyPair() is not { } pair || Some(Population.Of(pair.From).Live, 1) is not [var from])
            return;
        if (crm.StateOf(pair.From, from)?.Links.Where(link => link.Stream == pair.To).ToList() is not { Count: > 0 } links)
            return;
        var link = links[Chance.Next(links.Count)];
        Do(new DissociateRecords(new LinkEnd(pair.From, from), new LinkEnd(pair.To, link.Id)));
        Voice.Say($"crm: unlink {pair.From} {from} from {pair.To} {link.Id}");
    }

    /// <inheritdoc/>
    /// <remarks>There are no pipelines.</remarks>
    protected override void Redraw(string stream)
    {
    }

    private (string From, string To)? AnyPair()
    {
        var possible = Pairs.Where(pair => Edited.Contains(pair.From) && Edited.Contains(pair.To)).ToList();
        return possible.Count == 0 ? null : possible[Chance.Next(possible.Count)];
    }
}
