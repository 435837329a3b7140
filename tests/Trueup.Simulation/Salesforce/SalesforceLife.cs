using System.Globalization;
using Trueup.Emulators;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.Salesforce;

/// <summary>What people do in Salesforce. What each deed moves beside the records it is about, deletions that cascade, lookups cleared and
/// children of merged records, is found by asking the org what it has just written.</summary>
public sealed class SalesforceLife(SalesforceCrm crm, Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams)
    : WatchedLife(crm, population, tally, voice, chance, streams)
{
    private static readonly Dictionary<string, string[]> Editable = new()
    {
        ["Account"] = ["Name", "Phone", "Website", "Rating", "BillingCity", "NumberOfEmployees"],
        ["Contact"] = ["LastName", "Title", "Department", "External_Number__c", "MailingCity"],
        ["Lead"] = ["LastName", "Company", "AnnualRevenue", "Rating"],
        ["Opportunity"] = ["Name", "Amount", "Description"],
        ["Case"] = ["Subject", "Description", "Priority"],
        ["Machine__c"] = ["Name", "Serial__c", "Hours__c", "Remarks__c"],
        ["Campaign"] = ["Name", "BudgetedCost"],
        ["CampaignMember"] = ["Status"],
    };

    private static readonly string[] Mergeable = ["Account", "Contact", "Lead", "Case"];
    private static readonly string[] NumberFields = ["NumberOfEmployees", "AnnualRevenue", "External_Number__c", "Amount", "Hours__c", "BudgetedCost"];
    private static readonly string[] Numbers = ["0", "1", "-7", "12.5", "9007199254740993", "0.1", "1200.00"];

    private static readonly (string From, string To, string Lookup)[] Lookups =
    [
        ("Contact", "Account", "AccountId"), ("Contact", "Contact", "ReportsToId"), ("Account", "Account", "ParentId"), ("Opportunity", "Account", "AccountId"),
        ("Case", "Contact", "ContactId"), ("Machine__c", "Contact", "Operator__c"),
    ];


    /// <summary>The streams in which people know what to edit.</summary>
    public static IReadOnlyCollection<string> Streams => Editable.Keys;

    /// <inheritdoc/>
    protected override (string Number, string Choice) FieldTypes => ("double", "picklist");

    /// <inheritdoc/>
    protected override IReadOnlyList<string> EditableFields(string stream) => Editable[stream];

    /// <inheritdoc/>
    protected override string FieldName(string stream, int number) => $"Sim_Field_{number.ToString(CultureInfo.InvariantCulture)}__c";

    /// <inheritdoc/>
    protected override string? ValueOf(string stream, string field) =>
        !NumberFields.Contains(field) && !IsNumber(field) ? Value()
        : Chance.Next(4) == 0 ? null
        : field == "NumberOfEmployees" ? Chance.Next(-1, 100_000).ToString(CultureInfo.InvariantCulture)
        : Numbers[Chance.Next(Numbers.Length)];

    /// <inheritdoc/>
    protected override void Complete(string stream, Dictionary<string, string?> values)
    {
        if (stream is "Contact" or "Opportunity" && Some(Population.Of("Account").Live, 1) is [var account])
            values["AccountId"] = account;
        if (stream == "Machine__c" && Some(Population.Of("Account").Live, 1) is [var owner])
            values["Account__c"] = owner;
        if (stream != "CampaignMember")
            return;
        if (Some(Population.Of("Campaign").Live, 1) is [var campaign])
            values["CampaignId"] = campaign;
        if (Some(Population.Of("Lead").Live, 1) is [var lead])
            values["LeadId"] = lead;
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
        if (!Mergeable.Contains(stream) || people.Live.Count < 6 || Some(people.Live, 2 + Chance.Next(2)) is not { Count: > 1 } ids)
            return;
        Do(new MergeRecords(stream, ids[0], [.. ids.Skip(1)]));
        NoteAll(stream, ids, Touch.Ended, $"merge into {ids[0]}");
    }

    /// <inheritdoc/>
    protected override void Link() => Lookup(set: true, "link");

    /// <inheritdoc/>
    protected override void Unlink() => Lookup(set: false, "unlink");

    /// <inheritdoc/>
    /// <remarks>There are no pipelines: a field gets another API name.</remarks>
    protected override void Redraw(string stream)
    {
        if (Chance.Next(2) == 0 && AddedFields(stream) is { Count: > 0 } names)
        {
            var (before, after) = (Any(names), $"Sim_Renamed_{Chance.Next(1_000_000).ToString(CultureInfo.InvariantCulture)}__c");
            Do(new RenameField(stream, before, after));
            Rename(stream, before, after);
        }
    }

    private void Lookup(bool set, string what)
    {
        var possible = Lookups.Where(lookup => Edited.Contains(lookup.From) && Edited.Contains(lookup.To)).ToList();
        if (possible.Count == 0)
            return;
        var (from, to, lookup) = possible[Chance.Next(possible.Count)];
        if (Some(Population.Of(from).Live, 1) is not [var child] || Some(Population.Of(to).Live, 1) is not [var parent] || child == parent)
            return;
        Do(new EditRecords(from, [child], new Dictionary<string, string?> { [lookup] = set ? parent : null }));
        Voice.Say($"crm: {what} {from} {child} by {lookup}{(set ? $" with {parent}" : "")}");
    }
}
