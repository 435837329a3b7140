using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 5, 7, 12 and 14: runs that die, overtake each other or never get through.</summary>
public sealed class Interruptions
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Fact]
    public async Task G52_five_syncs_of_a_quiet_account_change_nothing()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(60, 1, "contacts", "companies");
        var before = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None))[^1].Position;

        for (var run = 0; run < 5; run++)
        {
            var report = await account.SyncAsync(SyncKind.Hourly);
            Assert.All(report.Streams, stream => Assert.Equal((0L, 0L, 0L), (stream.RowsWritten, stream.Created, stream.Updated)));
        }

        Assert.Empty(await account.Mirror.ChangesAsync(before, 100, CancellationToken.None));
    }

    [Fact]
    public async Task G53_a_load_that_dies_and_is_tried_again_leaves_one_record_and_one_event_per_id()
    {
        await using var account = await HubSpotAccount.StartAsync(1_000, 1, "contacts");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            account.Crm.Control(new FaultControl(503, NoHeaders, null) { Endpoint = "list", Stream = "contacts", Skip = 4 });
            Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
            account.Crm.ClearControls();
            await account.RestartAsync();
        }

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        var created = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None)).Where(change => change.Kind == ChangeKind.Created).ToList();
        Assert.Equal(account.Ids("contacts").Count, created.Count);
        Assert.Equal(created.Count, created.Select(change => change.Id).Distinct().Count());
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G75_a_full_sync_of_many_batches_keeps_every_one_of_them()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(21_000, 1, "contacts");
        var before = account.Ids("contacts").Count;

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal((0L, (long)before), (account.Of(report, "contacts").Buried, account.Of(report, "contacts").InTrueup));
        Assert.Equal(before, (await account.MirroredIdsAsync("contacts")).Count);
    }

    [Fact]
    public async Task G76_a_late_run_of_an_earlier_owner_cannot_undo_what_the_present_one_did()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts");
        var earlier = account.Engine;
        await account.RestartAsync();
        account.Crm.Mutate(new CreateRecord("contacts", new Dictionary<string, string?> { ["city"] = "Generation two" }));
        await account.SyncAsync(SyncKind.Full);
        account.Crm.Control(new FaultControl(200, NoHeaders, """{"results":[]}""") { Endpoint = "list" });

        await Assert.ThrowsAsync<FencedOffException>(() => earlier.RunAsync(new SyncRequest("late", SyncKind.Full), _ => { }, CancellationToken.None));

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G114_a_stream_whose_records_were_not_yet_kept_gets_them_with_the_next_run()
    {
        await using var account = await HubSpotAccount.StartAsync(1_500, 1, "contacts", "companies", "deals");
        for (var attempt = 0; attempt < 6; attempt++)
        {
            using var dies = new CancellationTokenSource();
            var seen = 0;
            await account.Engine.RunAsync(new SyncRequest("onboarding", SyncKind.Onboarding), _ =>
            {
                if (++seen > attempt)
                    dies.Cancel();
            }, dies.Token);
            await account.RestartAsync();
        }

        var report = await account.SyncAsync(SyncKind.Onboarding);
        Assert.True(report.Status == SyncStatus.Verified,
            string.Join(' ', report.Streams.Select(stream => $"{stream.Stream} {stream.Status} {stream.InApp} {stream.InTrueup}: {stream.Reason}")));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G131_streams_that_were_done_when_a_run_was_interrupted_are_not_read_again()
    {
        await using var account = await HubSpotAccount.StartAsync(2_000, 1, "contacts", "companies", "deals");
        account.Crm.Control(new FaultControl(503, NoHeaders, null) { Endpoint = "list", Stream = "deals", Skip = 2 });
        await account.SyncAsync(SyncKind.Onboarding);
        account.Crm.ClearControls();
        await account.RestartAsync();
        account.Crm.Requests.Clear();

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        var lists = account.Crm.Requests.All.Where(request => request.Endpoint == "list").ToList();
        // One each to see whether the stream may be read.
        Assert.InRange(lists.Count(request => request.Stream == "contacts"), 0, 2);
        Assert.InRange(lists.Count(request => request.Stream == "companies"), 0, 2);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G135_a_window_that_no_run_gets_through_is_got_through_bit_by_bit()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(2_500, 1, "contacts");
        account.Crm.Mutate(new EditRecords("contacts", account.Ids("contacts"), new Dictionary<string, string?> { ["city"] = "Month end" }));
        var runs = 0;
        SyncReport report;
        do
        {
            // Thirteen pages are needed, and each run dies at its fourth.
            account.Crm.Control(new FaultControl(503, NoHeaders, null) { Endpoint = "search", Skip = 4 });
            report = await account.SyncAsync(SyncKind.Hourly);
            account.Crm.ClearControls();
            await account.RestartAsync();
            account.Crm.Clock.Advance(TimeSpan.FromHours(6));
        }
        while (account.Of(report, "contacts").Status == SyncStatus.Failed && ++runs < 12);

        Assert.InRange(runs, 2, 11);
        await account.AssertEqualAsync();
    }
}
