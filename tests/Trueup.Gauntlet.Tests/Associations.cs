using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, section 21: links between records.</summary>
public sealed class Associations
{
    [Fact]
    public async Task G169_links_made_removed_and_relabelled_without_a_stamp_are_right_after_the_nightly_sync()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "contacts", "companies");
        var contacts = account.Ids("contacts");
        var companies = account.Ids("companies");
        for (var index = 0; index < 30; index++)
            account.Crm.Mutate(new AssociateRecords(new("contacts", contacts[index]), new("companies", companies[index % companies.Count]), index % 3 == 0 ? "Reseller" : null));
        await account.SyncAsync(SyncKind.Nightly);
        await account.AssertEqualAsync();
        for (var index = 0; index < 10; index++)
            account.Crm.Mutate(new DissociateRecords(new("contacts", contacts[index]), new("companies", companies[index % companies.Count])));

        await account.SyncAsync(SyncKind.Nightly);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G170_a_company_with_more_than_a_thousand_links_has_all_of_them()
    {
        await using var account = await HubSpotAccount.StartAsync(1_100, 1, "contacts", "companies");
        var company = account.Ids("companies")[0];
        foreach (var contact in account.Ids("contacts").Take(1_001))
            account.Crm.Mutate(new AssociateRecords(new("contacts", contact), new("companies", company)));

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        var links = await account.Mirror.LinksAsync(new("companies"), new RecordId(company), CancellationToken.None);
        Assert.True(links.Select(link => link.Link.Target).Distinct().Count() >= 1_001);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G171_editing_a_record_never_loses_its_links()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "companies");
        account.Crm.Mutate(new EditRecords("contacts", account.Ids("contacts"), new Dictionary<string, string?> { ["city"] = "Kiel" }));

        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task Links_of_records_that_changed_are_right_after_the_hourly_sync()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "companies");
        var (contact, company) = (account.Ids("contacts")[3], account.Ids("companies")[1]);
        account.Crm.Mutate(
            new AssociateRecords(new("contacts", contact), new("companies", company)),
            new EditRecords("companies", [company], new Dictionary<string, string?> { ["name"] = "Changed" }));

        await account.SyncAsync(SyncKind.Hourly);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G172_every_activity_leads_to_the_record_it_belongs_to()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "calls", "notes");
        var contacts = account.Ids("contacts");
        var made = contacts.Take(100).Select(contact =>
        {
            var note = account.Crm.Mutate(new CreateRecord("notes", new Dictionary<string, string?> { ["hs_note_body"] = "Called" }))[0].Id!;
            account.Crm.Mutate(new AssociateRecords(new("notes", note), new("contacts", contact)));
            return (Note: note, Contact: contact);
        }).ToList();

        await account.SyncAsync(SyncKind.Hourly);

        foreach (var (note, contact) in made)
        {
            var links = await account.Mirror.LinksAsync(new("notes"), new RecordId(note), CancellationToken.None);
            Assert.Equal([contact], links.Where(link => link.OtherStream.Value == "contacts").Select(link => link.Link.Target.Value).Distinct());
        }

        await account.AssertEqualAsync();
    }
}
