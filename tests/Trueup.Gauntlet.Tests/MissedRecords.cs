using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 1 and 2: records that other tools missed under a green light.</summary>
public sealed class MissedRecords
{
    private static readonly Dictionary<string, string?> InKiel = new() { ["city"] = "Kiel" };

    [Fact]
    public async Task G04_contacts_are_asked_for_by_their_own_modified_property()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "contacts");
        account.Crm.Mutate(new EditRecords("contacts", [.. account.Ids("contacts").Take(5)], InKiel));

        var report = await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal(5, account.Of(report, "contacts").Updated);
        Assert.Equal(SyncStatus.Verified, report.Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G11_more_changes_than_the_search_can_show_all_arrive()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(10_700, 1, "contacts");
        foreach (var some in account.Ids("contacts").Chunk(500))
            account.Crm.Mutate(new EditRecords("contacts", some, InKiel));

        await account.SyncAsync(SyncKind.Hourly);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G21_every_page_is_read_not_only_the_first()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(1_000, 1, "contacts");

        Assert.InRange((await account.MirroredIdsAsync("contacts")).Count, 900, 1_000);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G22_an_empty_page_in_the_middle_does_not_end_a_read()
    {
        await using var account = await HubSpotAccount.StartAsync(700, 1, "contacts");
        account.Crm.Control(new PagesControl([100, 0, 40, 100]) { Endpoint = "list" });

        await account.SyncAsync(SyncKind.Onboarding);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G27_more_ids_than_a_batch_takes_are_read_in_several()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(500, 1, "contacts");
        var ids = account.Ids("contacts").Take(180).ToArray();
        account.Crm.Mutate(new EditRecords("contacts", ids, InKiel));

        var report = await account.SyncAsync(SyncKind.Records, "contacts", ids);

        Assert.Equal(180, account.Of(report, "contacts").Updated);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G31_a_list_that_leaves_records_out_is_never_green()
    {
        await using var account = await HubSpotAccount.StartAsync(400, 1, "contacts");
        account.Crm.Control(new CapControl(200, CapManner.End) { Endpoint = "list" });

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Unverified, report.Status);
        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G32_archived_owners_are_mirrored_so_that_no_owner_id_dangles()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "owners", "deals");
        var owners = await account.MirroredIdsAsync("owners");
        var mirrored = await account.Mirror.LoadAsync(new("owners"), [.. owners.Select(id => new RecordId(id))], CancellationToken.None);

        Assert.Contains(mirrored, owner => owner.IsLive && System.Text.Encoding.UTF8.GetString(owner.Properties.Span).Contains("\"archived\":true", StringComparison.Ordinal));
        var used = account.Crm.State("deals").Streams.Values.Single().Select(deal => deal.Properties.GetValueOrDefault("hubspot_owner_id")).Where(id => !string.IsNullOrEmpty(id)).Distinct();
        Assert.Empty(used.Except(owners));
    }

    [Fact]
    public async Task G36_an_index_that_shows_changes_in_any_order_loses_none()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "contacts");
        account.Crm.Control(
            new LagControl(TimeSpan.FromMinutes(3)) { Endpoint = "search", Share = 0.5 }, new OrderControl(OrderManner.Shuffle) { Endpoint = "search" });
        var ids = account.Ids("contacts");
        for (var round = 0; round < 20; round++)
        {
            account.Crm.Mutate(new EditRecords("contacts", [ids[round * 7]], new Dictionary<string, string?> { ["city"] = $"City {round}" }));
            account.Crm.Clock.Advance(TimeSpan.FromSeconds(40));
            await account.SyncAsync(SyncKind.LastHour);
        }

        account.Crm.Clock.Advance(TimeSpan.FromMinutes(4));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G37_a_search_index_minutes_behind_loses_nothing_with_default_settings()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts");
        account.Crm.Control(new LagControl(TimeSpan.FromMinutes(3)) { Endpoint = "search" });
        var ids = account.Ids("contacts");
        for (var minute = 0; minute < 12; minute++)
        {
            account.Crm.Mutate(new EditRecords("contacts", [ids[minute]], new Dictionary<string, string?> { ["city"] = $"Minute {minute}" }));
            account.Crm.Clock.Advance(TimeSpan.FromMinutes(1));
            await account.SyncAsync(SyncKind.LastHour);
        }

        account.Crm.Clock.Advance(TimeSpan.FromMinutes(4));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G38_a_record_edited_while_the_search_runs_arrives_with_its_last_value()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(600, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new EditRecords("contacts", ids, InKiel));
        account.Crm.Control(
            new LagControl(TimeSpan.FromSeconds(2)) { Endpoint = "search" },
            new HookControl(2, [new EditRecords("contacts", [ids[0], ids[^1]], new Dictionary<string, string?> { ["city"] = "Hot" })]) { Endpoint = "search" });
        account.Crm.Clock.Advance(TimeSpan.FromSeconds(3));

        await account.SyncAsync(SyncKind.LastHour);
        account.Crm.Clock.Advance(TimeSpan.FromMinutes(1));
        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G92_states_that_change_while_pages_are_read_are_right_in_the_end()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(2_400, 1, "tickets");
        var ids = account.Ids("tickets");
        account.Crm.Mutate(new EditRecords("tickets", ids, new Dictionary<string, string?> { ["content"] = "A note for each" }));
        account.Crm.Control(new HookControl(2,
            [new EditRecords("tickets", [.. ids.Take(200)], new Dictionary<string, string?> { ["hs_pipeline_stage"] = "4" })]) { Endpoint = "search", Stream = "tickets" });
        for (var poll = 0; poll < 12; poll++)
        {
            account.Crm.Mutate(new EditRecords("tickets", [ids[^(1 + poll)]], new Dictionary<string, string?> { ["content"] = $"Note {poll}" }));
            await account.SyncAsync(SyncKind.Hourly);
            account.Crm.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(200, account.Crm.State("tickets").Streams.Values.Single().Count(ticket => ticket.Properties.GetValueOrDefault("hs_pipeline_stage") == "4" && ids.Take(200).Contains(ticket.Id)));
        await account.AssertEqualAsync();
    }
}
