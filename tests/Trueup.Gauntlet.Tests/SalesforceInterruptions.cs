using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 7 and 12 to 15, against Salesforce: runs that die or overtake each other, budgets, sessions and locators that end.</summary>
public sealed class SalesforceInterruptions
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Fact]
    public async Task G75_a_full_sync_of_many_pages_keeps_every_record()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(21_000, "contact");
        var before = account.Ids("contact").Count;

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal((0L, (long)before), (account.Of(report, "contact").Buried, account.Of(report, "contact").InTrueup));
        Assert.Equal(before, (await account.MirroredIdsAsync("contact")).Count);
    }

    [Fact]
    public async Task G76_a_late_run_of_an_earlier_owner_cannot_undo_what_the_present_one_did()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(200, "contact");
        var earlier = account.Engine;
        await account.RestartAsync();
        account.Crm.Mutate(new CreateRecord("contact", new Dictionary<string, string?> { ["Title"] = "Generation two" }));
        await account.SyncAsync(SyncKind.Full);

        await Assert.ThrowsAsync<FencedOffException>(() => earlier.RunAsync(new SyncRequest("late", SyncKind.Full), _ => { }, CancellationToken.None));

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G113_a_checkpoint_is_never_ahead_of_its_records()
    {
        await using var account = await SalesforceAccount.StartAsync(8_000, "contact");
        account.Crm.Control(new PagesControl([500]));
        var random = new Random(7);
        for (var stop = 0; stop < 8; stop++)
        {
            using var dies = new CancellationTokenSource();
            var commits = 0;
            var dieAt = random.Next(1, 4);
            await account.Engine.RunAsync(new SyncRequest("onboarding", SyncKind.Onboarding), _ =>
            {
                if (++commits == dieAt)
                    dies.Cancel();
            }, dies.Token);
            await account.RestartAsync();
        }

        await account.OnboardAsync();
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G114_a_stream_whose_records_were_not_yet_kept_gets_them_with_the_next_run()
    {
        await using var account = await SalesforceAccount.StartAsync(1_500, "contact", "account", "opportunity");
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

        await account.OnboardAsync();
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G115_two_orgs_on_one_host_whose_records_have_the_same_ids_do_not_mix_after_a_crash()
    {
        await using var one = await SalesforceAccount.StartAsync(600, "contact");
        await using var two = await one.StartBesideAsync(500, 2, "contact");
        foreach (var account in new[] { one, two })
        {
            account.Crm.Control(new PagesControl([100]), new FaultControl(503, NoHeaders, null) { Stream = "contact", Skip = 3 });
            Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
            account.Crm.ClearControls();
            await account.RestartAsync();
        }

        await Task.WhenAll(one.OnboardAsync(), two.OnboardAsync());

        Assert.NotEmpty(one.Ids("contact").Intersect(two.Ids("contact")));
        await one.AssertEqualAsync();
        await two.AssertEqualAsync();
    }

    [Fact]
    public async Task G116_a_run_that_was_paused_while_another_took_over_cannot_write()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(100, "contact");
        var zombie = account.Engine;
        await account.RestartAsync();
        account.Crm.Mutate(new EditRecords("contact", [account.Ids("contact")[0]], new Dictionary<string, string?> { ["Title"] = "Captain" }));

        await Assert.ThrowsAsync<FencedOffException>(() => zombie.RunAsync(new SyncRequest("z", SyncKind.LastHour), _ => { }, CancellationToken.None));

        await account.SyncAsync(SyncKind.LastHour);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G117_a_daily_limit_leaves_the_rest_incomplete_and_not_green_and_none_starves()
    {
        string[] streams = ["contact", "account", "lead", "opportunity", "case", "task", "event", "campaign"];
        await using var account = await SalesforceAccount.StartAsync(400, streams);
        account.Crm.Control(new PagesControl([100]));
        SyncReport report;
        var days = 0;
        do
        {
            account.Crm.Control(new QuotaControl("daily", 30, 0));
            report = await account.SyncAsync(SyncKind.Onboarding);
            if (report.Status != SyncStatus.Verified)
                Assert.NotNull(report.Reason);
            account.Pass(TimeSpan.FromHours(25));
        }
        while (report.Status != SyncStatus.Verified && ++days < 8);

        Assert.InRange(days, 1, 7);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G122_what_a_load_costs_follows_the_data_and_jobs_that_are_not_to_be_had_are_replaced_by_pages()
    {
        await using var account = await SalesforceAccount.StartAsync(20_500, "contact");

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.InRange(report.ApiCalls, 11, 60);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G125_a_failed_enumeration_is_said_and_the_next_one_starts()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(200, "contact");
        account.Crm.Control(new FaultControl(400, NoHeaders, null) { Endpoint = "query" });
        Assert.Equal(SyncStatus.Failed, (await account.SyncAsync(SyncKind.Full)).Status);
        account.Crm.ClearControls();

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
    }

    [Fact]
    public async Task G128_an_empty_sync_moves_the_watermark_all_the_same()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(50, "contact");
        var before = account.Engine.WatermarkOf(new("contact"));
        account.Crm.Clock.Advance(TimeSpan.FromHours(3));

        await account.SyncAsync(SyncKind.Hourly);

        Assert.True(account.Engine.WatermarkOf(new("contact")) > before);
    }

    [Fact]
    public async Task G131_streams_that_were_done_when_a_run_was_interrupted_are_not_read_again()
    {
        await using var account = await SalesforceAccount.StartAsync(2_000, "account", "contact", "opportunity");
        account.Crm.Control(new PagesControl([100]), new FaultControl(503, NoHeaders, null) { Stream = "opportunity", Skip = 3 });
        await account.SyncAsync(SyncKind.Onboarding);
        account.Crm.ClearControls();
        await account.RestartAsync();
        account.Crm.Control(new PagesControl([100]));
        account.Crm.Requests.Clear();

        await account.OnboardAsync();

        Assert.InRange(account.Crm.Requests.All.Count(request => request is { Endpoint: "query-more", Stream: "Contact" }), 0, 2);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G135_a_window_that_no_run_gets_through_is_got_through_bit_by_bit()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(2_500, "contact");
        account.Crm.Mutate(new EditRecords("contact", account.Ids("contact"), new Dictionary<string, string?> { ["Title"] = "Month end" }));
        var runs = 0;
        SyncReport report;
        do
        {
            // Thirteen pages are needed, and each run dies at its fourth.
            account.Crm.Control(new PagesControl([200]), new FaultControl(503, NoHeaders, null) { Stream = "contact", Skip = 4 });
            report = await account.SyncAsync(SyncKind.Hourly);
            account.Crm.ClearControls();
            await account.RestartAsync();
            account.Crm.Clock.Advance(TimeSpan.FromHours(6));
        }
        while (account.Of(report, "contact").Status == SyncStatus.Failed && ++runs < 12);

        Assert.InRange(runs, 2, 11);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G136_an_object_that_never_answers_is_given_up_and_the_others_are_done()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(200, "contact", "opportunity");
        account.Crm.Control(new StallControl(null) { Stream = "opportunity", Endpoint = "query" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, account.Of(report, "opportunity").Status);
        Assert.Equal(SyncStatus.Verified, account.Of(report, "contact").Status);
    }

    [Fact]
    public async Task G140_locators_that_die_with_their_session_are_replaced_by_a_query_for_the_rest()
    {
        for (var after = 8; after < 40; after += 6)
        {
            await using var account = await SalesforceAccount.StartAsync(2_000, "contact");
            await account.UseOAuthAsync();
            account.Crm.Control(new PagesControl([100]), new ExpireControl("token", after));

            await account.OnboardAsync();

            Assert.InRange(account.Refreshes, 0, 1);
            await account.AssertEqualAsync();
        }
    }

    [Fact]
    public async Task G141_locators_that_are_pushed_out_at_any_moment_lose_nothing()
    {
        await using var account = await SalesforceAccount.StartAsync(1_500, "contact", "account", "opportunity", "lead");
        account.Crm.Control(
            new PagesControl([50]), new FaultControl(400, NoHeaders, """[{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}]""")
            {
                Endpoint = "query-more", Share = 0.2, Times = 10,
            });

        await account.OnboardAsync();

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G141_a_locator_that_died_between_two_runs_does_not_block_the_next()
    {
        await using var account = await SalesforceAccount.StartAsync(1_500, "contact");
        account.Crm.Control(new PagesControl([100]), new FaultControl(503, NoHeaders, null) { Stream = "contact", Skip = 5 });
        Assert.NotEqual(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
        account.Crm.ClearControls();
        account.Crm.Control(new PagesControl([100]), new ExpireControl("locator", 0));
        await account.RestartAsync();

        await account.OnboardAsync();

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G142_a_session_that_another_program_ended_is_replaced()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact", "account");
        await account.UseOAuthAsync();
        for (var round = 0; round < 4; round++)
        {
            account.Crm.Mutate(new EditRecords("contact", [account.Ids("contact")[round]], new Dictionary<string, string?> { ["Title"] = $"Round {round}" }));
            account.Crm.Control(new ExpireControl("token", round * 2));
            Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(round % 2 == 0 ? SyncKind.LastHour : SyncKind.Full)).Status);
        }

        Assert.InRange(account.Refreshes, 2, 4);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G142_an_access_that_is_withdrawn_stops_at_once_and_deletes_nothing()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(200, "contact");
        await account.UseOAuthAsync();
        await account.SyncAsync(SyncKind.LastHour);
        account.Crm.Control(new ExpireControl("revoke", 0));
        account.Crm.Requests.Clear();

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, report.Status);
        Assert.Contains("econnect", report.Reason);
        Assert.InRange(account.Crm.Requests.All.Count, 1, 6);
        Assert.Equal(account.Ids("contact").Count, (await account.MirroredIdsAsync("contact")).Count);
    }
}
