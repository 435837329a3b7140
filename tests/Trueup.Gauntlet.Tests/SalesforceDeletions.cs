using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 6, 7 and 22, against Salesforce: ghosts, false deletes, merges.</summary>
public sealed class SalesforceDeletions
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Fact]
    public async Task G62_records_erased_without_a_trace_are_gone_after_a_full_sync()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(500, "contact");
        account.Crm.Mutate(new PurgeRecords("contact", [.. account.Ids("contact").Take(5)]));

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(5, account.Of(report, "contact").Buried);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G63_deletions_of_an_object_without_a_recycle_bin_arrive()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(9_000, "campaignmember");
        var ids = account.Ids("campaignmember");
        account.Crm.Mutate(new DeleteRecords("campaignmember", [.. ids.Take(30)]));
        account.Crm.Clock.Advance(TimeSpan.FromMinutes(5));
        await account.SyncAsync(SyncKind.Hourly);

        await account.SyncAsync(SyncKind.Nightly);

        Assert.Equal(ids.Count - 30, (await account.MirroredIdsAsync("campaignmember")).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G64_deleted_records_are_asked_for_where_they_show_and_undeleted_ones_live_again()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact");
        string[] ids = [.. account.Ids("contact").Take(10)];
        account.Crm.Mutate(new DeleteRecords("contact", ids));
        Assert.Equal(10, account.Of(await account.SyncAsync(SyncKind.Hourly), "contact").Buried);
        account.Crm.Mutate(new RestoreRecords("contact", ids[..2]));

        await account.SyncAsync(SyncKind.Hourly);

        var live = await account.MirroredIdsAsync("contact");
        Assert.Subset(live.ToHashSet(), ids[..2].ToHashSet());
        Assert.Empty(live.Intersect(ids[2..]));
        // Lookups to the deleted are cleared without a stamp.
        await account.SyncAsync(SyncKind.Full);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G66_records_deleted_before_the_first_load_are_not_loaded_as_live()
    {
        await using var account = await SalesforceAccount.StartAsync(300, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(new DeleteRecords("contact", [.. ids.Take(7)]), new MergeRecords("contact", ids[10], [ids[11]]));
        account.Crm.Control(new PagesControl([50]), new HookControl(2, [new DeleteRecords("contact", [ids[20]])]) { Endpoint = "query-more", Stream = "contact" });

        await account.SyncAsync(SyncKind.Onboarding);
        await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal(ids.Count - 9, (await account.MirroredIdsAsync("contact")).Count);
        // Lookups to the deleted are cleared without a stamp.
        await account.SyncAsync(SyncKind.Full);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G67_deletions_anywhere_in_a_long_list_are_found()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(6_000, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(new PurgeRecords("contact", [ids[0], ids[3_000], ids[^1]]));

        await account.SyncAsync(SyncKind.Full);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G69_reading_a_deleted_record_by_id_buries_it_too()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(100, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(new DeleteRecords("contact", [ids[0]]), new PurgeRecords("contact", [ids[1]]));

        await account.SyncAsync(SyncKind.Records, "contact", ids[0], ids[1]);

        Assert.Equal(ids.Skip(2), await account.MirroredIdsAsync("contact"));
        // Lookups to the deleted are cleared without a stamp.
        await account.SyncAsync(SyncKind.Full);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G71_a_read_that_keeps_failing_half_way_deletes_nothing()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(1_000, "contact");
        var before = account.Ids("contact").Count;
        account.Crm.Control(new PagesControl([100]), new FaultControl(500, NoHeaders, null) { Stream = "contact", Skip = 4 });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.Equal(before, (await account.MirroredIdsAsync("contact")).Count);
    }

    [Fact]
    public async Task G72_unchanged_records_before_changed_ones_neither_block_nor_delete_them()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(200, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(new EditRecords("contact", [.. ids.Skip(100)], new Dictionary<string, string?> { ["Title"] = "Today" }));

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal((ids.Count - 100L, 0L), (account.Of(report, "contact").Updated, account.Of(report, "contact").Buried));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G74_a_stream_that_is_refused_keeps_every_record()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact", "account");
        var accounts = (await account.MirroredIdsAsync("account")).Count;
        account.Crm.Control(new ForbidControl { Stream = "account" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Partial, report.Status);
        Assert.NotNull(account.Of(report, "account").Reason);
        Assert.Equal(SyncStatus.Verified, account.Of(report, "contact").Status);
        Assert.Equal(accounts, (await account.MirroredIdsAsync("account")).Count);
    }

    [Fact]
    public async Task G74_a_stream_that_is_answered_with_a_spent_quota_keeps_every_record()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact", "account");
        var accounts = (await account.MirroredIdsAsync("account")).Count;
        account.Crm.Control(new FaultControl(403, NoHeaders, """[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""") { Endpoint = "query", Stream = "account" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.NotEqual(SyncStatus.Verified, report.Status);
        Assert.Equal(accounts, (await account.MirroredIdsAsync("account")).Count);
    }

    [Fact]
    public async Task G74_an_empty_answer_for_a_full_stream_asks_before_it_buries()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(400, "contact");
        var before = account.Ids("contact").Count;
        account.Crm.Control(
            new FaultControl(200, NoHeaders, """{"totalSize":0,"done":true,"records":[]}""") { Endpoint = "query" },
            new FaultControl(200, NoHeaders, """{"totalSize":0,"done":true,"records":[]}""") { Endpoint = "query-all" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.NotEqual(SyncStatus.Verified, report.Status);
        Assert.Equal(before, (await account.MirroredIdsAsync("contact")).Count);
    }

    [Fact]
    public async Task G78_full_syncs_that_die_at_any_step_never_lose_a_record()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(600, "contact");
        var before = account.Ids("contact").Count;
        for (var step = 0; step < 12; step += 2)
        {
            account.Crm.Control(new PagesControl([100]), new FaultControl(503, NoHeaders, null) { Skip = step });
            await account.SyncAsync(SyncKind.Full);
            Assert.Equal(before, (await account.MirroredIdsAsync("contact")).Count);
            account.Crm.ClearControls();
            await account.RestartAsync();
        }

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G173_merged_records_lead_to_their_survivor_after_an_hourly_sync()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(400, "contact");
        var ids = account.Ids("contact");
        var pairs = Enumerable.Range(0, 60).Select(pair => (Loser: ids[pair * 2], Survivor: ids[(pair * 2) + 1])).ToList();
        foreach (var (loser, survivor) in pairs)
            account.Crm.Mutate(new MergeRecords("contact", survivor, [loser]));

        var report = await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal(60, account.Of(report, "contact").Merged);
        foreach (var (loser, survivor) in pairs)
            Assert.Equal(survivor, (await account.Mirror.ResolveAsync(new("contact"), new RecordId(loser), CancellationToken.None)).Value);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G173_records_merged_before_the_account_was_connected_lead_to_their_survivor()
    {
        await using var account = await SalesforceAccount.StartAsync(100, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(new MergeRecords("contact", ids[0], [ids[1], ids[2]]));

        await account.OnboardAsync();

        foreach (var loser in new[] { ids[1], ids[2] })
            Assert.Equal(ids[0], (await account.Mirror.ResolveAsync(new("contact"), new RecordId(loser), CancellationToken.None)).Value);
        await account.AssertEqualAsync();
        Assert.Equal(0, account.Of(await account.SyncAsync(SyncKind.Full), "contact").RowsWritten);
    }

    [Fact]
    public async Task G173_a_record_that_was_merged_brought_back_and_merged_into_another_leads_to_that_one()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(100, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(new MergeRecords("contact", ids[0], [ids[1]]));
        await account.SyncAsync(SyncKind.Hourly);
        account.Crm.Mutate(new RestoreRecords("contact", [ids[1]]), new MergeRecords("contact", ids[2], [ids[1]]));

        await account.SyncAsync(SyncKind.Full);

        Assert.Equal(ids[2], (await account.Mirror.ResolveAsync(new("contact"), new RecordId(ids[1]), CancellationToken.None)).Value);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G175_chains_of_merges_lead_to_the_last_survivor()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(100, "contact");
        var ids = account.Ids("contact");
        account.Crm.Mutate(new MergeRecords("contact", ids[0], [ids[1]]));
        await account.SyncAsync(SyncKind.LastHour);
        account.Crm.Mutate(new MergeRecords("contact", ids[2], [ids[0]]));

        await account.SyncAsync(SyncKind.LastHour);

        foreach (var id in new[] { ids[0], ids[1] })
            Assert.Equal(ids[2], (await account.Mirror.ResolveAsync(new("contact"), new RecordId(id), CancellationToken.None)).Value);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G177_records_merged_while_they_are_listed_cost_nothing_but_the_losers()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(600, "contact");
        var ids = account.Ids("contact");
        account.Crm.Control(new PagesControl([100]), new HookControl(3, [new MergeRecords("contact", ids[5], [ids[^5]])]) { Endpoint = "query-more", Stream = "contact" });

        await account.SyncAsync(SyncKind.Full);
        await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal(ids[5], (await account.Mirror.ResolveAsync(new("contact"), new RecordId(ids[^5]), CancellationToken.None)).Value);
        await account.AssertEqualAsync();
    }
}
