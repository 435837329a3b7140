using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 6, 7 and 22: ghosts, false deletes, merges.</summary>
public sealed class Deletions
{
    [Fact]
    public async Task G62_records_erased_without_a_trace_are_gone_after_a_full_sync()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(500, 1, "contacts");
        account.Crm.Mutate(new PurgeRecords("contacts", [.. account.Ids("contacts").Take(5)]));

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(5, account.Of(report, "contacts").Buried);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G63_deletions_that_no_list_of_deletions_names_are_found_by_comparing()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(900, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new PurgeRecords("contacts", [.. ids.Take(30)]));
        var hourly = await account.SyncAsync(SyncKind.Hourly);

        var report = await account.SyncAsync(SyncKind.Nightly);

        Assert.Equal(30, account.Of(report, "contacts").Buried + account.Of(hourly, "contacts").Buried);
        Assert.Equal(ids.Count - 30, (await account.MirroredIdsAsync("contacts")).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G66_records_deleted_before_the_first_load_are_not_loaded_as_live()
    {
        await using var account = await HubSpotAccount.StartAsync(100, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new DeleteRecords("contacts", [.. ids.Take(7)]));
        account.Crm.Mutate(new MergeRecords("contacts", ids[10], [ids[11]]));
        account.Crm.Control(new HookControl(2, [new DeleteRecords("contacts", [ids[20]])]) { Endpoint = "list", Stream = "contacts" });

        await account.SyncAsync(SyncKind.Onboarding);
        await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal(ids.Count - 9, (await account.MirroredIdsAsync("contacts")).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G67_deletions_anywhere_in_a_long_list_are_found()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(3_000, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new DeleteRecords("contacts", [ids[0], ids[1_500], ids[^1]]));

        await account.SyncAsync(SyncKind.Full);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G69_reading_a_deleted_record_by_id_buries_it_too()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(100, 1, "contacts");
        var id = account.Ids("contacts")[0];
        account.Crm.Mutate(new DeleteRecords("contacts", [id]));

        await account.SyncAsync(SyncKind.Records, "contacts", id);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G71_a_list_that_keeps_failing_half_way_deletes_nothing()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(1_000, 1, "contacts");
        var before = account.Ids("contacts").Count;
        account.Crm.Control(new FaultControl(500, new Dictionary<string, string>(), null) { Endpoint = "list", Stream = "contacts", Skip = 4 });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.True(account.Crm.Requests.All.Count(request => request is { Endpoint: "list", Status: 200 }) >= 4, "It did not fail half way.");
        Assert.Equal(before, (await account.MirroredIdsAsync("contacts")).Count);
    }

    [Fact]
    public async Task G72_unchanged_records_before_changed_ones_neither_block_nor_delete_them()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new EditRecords("contacts", [.. ids.Skip(100)], new Dictionary<string, string?> { ["city"] = "Today" }));

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal((ids.Count - 100L, 0L), (account.Of(report, "contacts").Updated, account.Of(report, "contacts").Buried));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G74_a_stream_that_is_refused_keeps_every_record()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "contacts", "companies");
        var companies = (await account.MirroredIdsAsync("companies")).Count;
        account.Crm.Control(new ForbidControl { Stream = "companies" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Partial, report.Status);
        Assert.Contains("crm.objects.companies.read", account.Of(report, "companies").Reason);
        Assert.Equal(companies, (await account.MirroredIdsAsync("companies")).Count);
    }

    [Fact]
    public async Task G74_an_empty_answer_for_a_full_stream_asks_before_it_buries()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(400, 1, "contacts");
        var before = account.Ids("contacts").Count;
        account.Crm.Control(new FaultControl(200, new Dictionary<string, string>(), """{"results":[]}""") { Endpoint = "list" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Unverified, report.Status);
        Assert.Equal(before, (await account.MirroredIdsAsync("contacts")).Count);
    }

    [Fact]
    public async Task G78_full_syncs_that_die_at_any_step_never_lose_a_record()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(600, 1, "contacts");
        var before = account.Ids("contacts").Count;
        foreach (var endpoint in new[] { "list", "search", "archived" })
        {
            account.Crm.Control(new FaultControl(503, new Dictionary<string, string>(), null) { Endpoint = endpoint });
            await account.SyncAsync(SyncKind.Full);
            Assert.Equal(before, (await account.MirroredIdsAsync("contacts")).Count);
            account.Crm.ClearControls();
            await account.RestartAsync();
        }

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G173_merged_records_lead_to_their_survivor_after_an_hourly_sync()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(400, 1, "contacts");
        var ids = account.Ids("contacts");
        var survivors = Enumerable.Range(0, 60)
            .Select(pair => (Loser: ids[pair * 2], Survivor: account.Crm.Mutate(new MergeRecords("contacts", ids[(pair * 2) + 1], [ids[pair * 2]]))[0].Id!)).ToList();

        var report = await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal(120, account.Of(report, "contacts").Merged);
        foreach (var (loser, survivor) in survivors)
            Assert.Equal(survivor, (await account.Mirror.ResolveAsync(new("contacts"), new RecordId(loser), CancellationToken.None)).Value);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G174_of_two_contacts_with_one_address_one_is_live_after_a_merge_and_has_the_links_of_both()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(100, 1, "contacts", "companies");
        var (ids, companies) = (account.Ids("contacts"), account.Ids("companies"));
        account.Crm.Mutate(
            new EditRecords("contacts", [ids[0]], new Dictionary<string, string?> { ["email"] = "ada@example.com" }),
            new AssociateRecords(new("contacts", ids[0]), new("companies", companies[0])),
            new AssociateRecords(new("contacts", ids[1]), new("companies", companies[1])));
        await account.SyncAsync(SyncKind.Hourly);
        var survivor = account.Crm.Mutate(new MergeRecords("contacts", ids[0], [ids[1]]))[0].Id!;

        await account.SyncAsync(SyncKind.Hourly);

        var mirrored = await account.MirroredIdsAsync("contacts");
        Assert.DoesNotContain(mirrored, id => id == ids[0] || id == ids[1]);
        Assert.Contains(survivor, mirrored);
        var linked = (await account.Mirror.LinksAsync(new("contacts"), new RecordId(survivor), CancellationToken.None)).Select(link => link.Link.Target.Value);
        Assert.Superset(new HashSet<string> { companies[0], companies[1] }, linked.ToHashSet());
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G175_chains_of_merges_lead_to_the_last_survivor()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(100, 1, "contacts");
        var ids = account.Ids("contacts");
        var first = account.Crm.Mutate(new MergeRecords("contacts", ids[0], [ids[1]]))[0].Id!;
        await account.SyncAsync(SyncKind.LastHour);
        var last = account.Crm.Mutate(new MergeRecords("contacts", ids[2], [first]))[0].Id!;

        await account.SyncAsync(SyncKind.LastHour);

        foreach (var id in new[] { ids[0], ids[1], ids[2], first })
            Assert.Equal(last, (await account.Mirror.ResolveAsync(new("contacts"), new RecordId(id), CancellationToken.None)).Value);
    }

    [Fact]
    public async Task G177_records_merged_between_the_list_and_the_reading_by_id_cost_nothing_but_the_losers()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(600, 1, "contacts", "companies");
        var ids = account.Ids("contacts");
        account.Crm.Control(new HookControl(3, [new MergeRecords("contacts", ids[5], [ids[^5]])]) { Endpoint = "list", Stream = "contacts" });

        await account.SyncAsync(SyncKind.Full);
        await account.SyncAsync(SyncKind.Hourly);

        var survivor = await account.Mirror.ResolveAsync(new("contacts"), new RecordId(ids[^5]), CancellationToken.None);
        Assert.Equal(survivor, await account.Mirror.ResolveAsync(new("contacts"), new RecordId(ids[5]), CancellationToken.None));
        Assert.Contains(survivor.Value, await account.MirroredIdsAsync("contacts"));
        await account.AssertEqualAsync();
    }
}
