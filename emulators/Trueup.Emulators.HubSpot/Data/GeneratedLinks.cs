using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Data;

/// <summary>Links the records of a generated portal, some of them many times and with labels.</summary>
internal sealed class GeneratedLinks(HubSpotPortal portal, Random random)
{
    private const int MostOnOne = 1_200;

    public void Generate(ObjectTable machines, ObjectTable? surveys)
    {
        var contacts = portal.Contacts;
        var companies = portal.Find("companies")!;
        var deals = portal.Find("deals")!;
        var primary = portal.Types.Find(contacts.Type, companies.Type, AssociationTypes.Vendor, 1)!;
        var decides = portal.Types.Add(contacts.Type, companies.Type, "Decision maker", null, null);
        var pays = portal.Types.Add(contacts.Type, companies.Type, "Billing contact", null, null);
        var big = companies.Records[0].Id;
        for (var i = 0; i < contacts.Records.Count; i++)
        {
            var id = contacts.Records[i].Id;
            if (i % 10 != 9)
                portal.Links.Add(primary, id, Any(companies));
            if (i % 25 == 0)
                portal.Links.Add(i % 50 == 0 ? decides : pays, id, Any(companies));
            if (i % 20 == 1 && i / 20 < MostOnOne)
                portal.Links.Add(portal.Types.Unlabelled(contacts.Type, companies.Type), id, big);
        }
        Each(deals, companies, 9, "Primary");
        Each(deals, contacts, 8, null);
        Each(deals, portal.Find("line_items")!, 9, null);
        Each(portal.Find("tickets")!, contacts, 9, null);
        Each(portal.Find("tickets")!, companies, 5, "Primary");
        foreach (var name in new[] { "calls", "emails", "meetings", "notes", "tasks" })
        {
            Each(portal.Find(name)!, contacts, 9, null);
            Each(portal.Find(name)!, deals, 3, null);
        }
        Each(machines, companies, 9, null);
        if (surveys is not null)
            Each(surveys, contacts, 9, null);
        var parentOf = portal.Types.Find(companies.Type, companies.Type, AssociationTypes.Vendor, 13)!;
        for (var i = 1; i < companies.Records.Count; i += 7)
            portal.Links.Add(parentOf, companies.Records[i / 2].Id, companies.Records[i].Id);
        for (var i = 0; i + 3 < contacts.Records.Count; i += 50)
            portal.Links.Add(portal.Types.Labelled(contacts.Type, contacts.Type, "Reports to"), contacts.Records[i].Id, contacts.Records[i + 3].Id);
    }

    private void Each(ObjectTable from, ObjectTable to, int tenths, string? label)
    {
        var type = portal.Types.Labelled(from.Type, to.Type, label);
        foreach (var record in from.Records)
            if (random.Next(10) < tenths)
                portal.Links.Add(type, record.Id, Any(to));
    }

    private long Any(ObjectTable table) => table.Records[random.Next(table.Records.Count)].Id;
}
