using System.Text;
using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 9 to 17 and 20: odd values, failing endpoints, limits, sign-in, changing fields.</summary>
public sealed class Trouble
{
    [Fact]
    public async Task G93_a_number_field_that_holds_text_is_kept_as_it_is()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(100, 1, "contacts");
        var id = account.Ids("contacts")[0];
        account.Crm.Mutate(new AddField("contacts", new EmulatedField("ticket_ids", "Ticket ids", "number")));
        account.Crm.Mutate(new EditRecords("contacts", [id], new Dictionary<string, string?> { ["ticket_ids"] = "134376773869;137654776000" }));

        await account.SyncAsync(SyncKind.Hourly);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G99_dates_and_instants_near_midnight_are_kept_exactly()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(20, 1, "deals");
        var ids = account.Ids("deals");
        string[] values = ["2026-03-31T23:59:59.999Z", "2026-04-01T00:00:00Z", "2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z"];
        for (var index = 0; index < values.Length; index++)
            account.Crm.Mutate(new EditRecords("deals", [ids[index]], new Dictionary<string, string?> { ["closedate"] = values[index] }));

        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G107_a_record_without_an_id_is_set_aside_and_all_others_proceed()
    {
        await using var account = await HubSpotAccount.StartAsync(300, 1, "contacts");
        account.Crm.Control(new NoIdControl { Endpoint = "list", Share = 0.02 });

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Unverified, report.Status);
        Assert.InRange(account.Of(report, "contacts").SetAside, 1, 30);
        Assert.NotEmpty(account.Of(report, "contacts").Drift.SetAside);
        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G113_a_checkpoint_is_never_ahead_of_its_records()
    {
        await using var account = await HubSpotAccount.StartAsync(12_000, 1, "contacts");
        var random = new Random(7);
        for (var stop = 0; stop < 8; stop++)
        {
            using var dies = new CancellationTokenSource();
            var commits = 0;
            var dieAt = random.Next(1, 6);
            await account.Engine.RunAsync(new SyncRequest("onboarding", SyncKind.Onboarding), _ =>
            {
                if (++commits == dieAt)
                    dies.Cancel();
            }, dies.Token);
            await account.RestartAsync();
        }

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G116_a_run_that_was_paused_while_another_took_over_cannot_write()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(100, 1, "contacts");
        var zombie = account.Engine;
        await account.RestartAsync();
        account.Crm.Mutate(new EditRecords("contacts", [account.Ids("contacts")[0]], new Dictionary<string, string?> { ["city"] = "Kiel" }));

        await Assert.ThrowsAsync<FencedOffException>(() => zombie.RunAsync(new SyncRequest("z", SyncKind.LastHour), _ => { }, CancellationToken.None));

        await account.SyncAsync(SyncKind.LastHour);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G117_a_daily_limit_leaves_the_rest_incomplete_and_not_green()
    {
        await using var account = await HubSpotAccount.StartAsync(3_000, 1, "contacts", "companies", "deals");
        account.Crm.Control(new QuotaControl("daily", 60, 30));

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.NotEqual(SyncStatus.Verified, report.Status);
        Assert.NotNull(report.Reason);
        account.Crm.ClearControls();
        account.Crm.Clock.Advance(TimeSpan.FromDays(1));
        await account.RestartAsync();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G125_a_failed_enumeration_is_said_and_the_next_one_starts()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts");
        account.Crm.Control(new FaultControl(400, new Dictionary<string, string>(), null) { Endpoint = "list" });
        Assert.Equal(SyncStatus.Failed, (await account.SyncAsync(SyncKind.Full)).Status);
        account.Crm.ClearControls();

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
    }

    [Fact]
    public async Task G128_an_empty_sync_moves_the_watermark_all_the_same()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(50, 1, "contacts");
        var before = account.Engine.WatermarkOf(new("contacts"));
        account.Crm.Clock.Advance(TimeSpan.FromHours(3));

        await account.SyncAsync(SyncKind.Hourly);

        Assert.True(account.Engine.WatermarkOf(new("contacts")) > before);
    }

    [Fact]
    public async Task G136_an_endpoint_that_never_answers_is_given_up_and_the_others_are_done()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "deals");
        account.Crm.Control(new StallControl(null) { Stream = "deals", Endpoint = "list" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Failed, account.Of(report, "deals").Status);
        Assert.Equal(SyncStatus.Verified, account.Of(report, "contacts").Status);
    }

    [Fact]
    public async Task G147_fields_with_nearly_the_same_name_have_columns_of_their_own()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(20, 1, "contacts");
        var longName = new string('x', 70);
        foreach (var name in new[] { longName + "_one", longName + "_two", "a-b", "a_b", "select", "Select_", "select_" })
            account.Crm.Mutate(new AddField("contacts", new EmulatedField(name)));

        await account.SyncAsync(SyncKind.Hourly);

        var fields = (await account.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name.Value == "contacts").Fields;
        Assert.Equal(fields.Count, fields.Select(field => field.Column.ToLowerInvariant()).Distinct().Count());
        Assert.All(fields, field => Assert.True(Encoding.UTF8.GetByteCount(field.Column) <= 63));
    }

    [Fact]
    public async Task G149_eight_hundred_fields_are_all_mirrored()
    {
        await using var account = await HubSpotAccount.StartAsync(150, 1, "contacts");
        for (var index = 0; index < 800; index++)
            account.Crm.Mutate(new AddField("contacts", new EmulatedField($"a_field_with_a_rather_long_name_{index:000}")));
        account.Crm.Mutate(new EditRecords("contacts", account.Ids("contacts"), new Dictionary<string, string?>
        {
            ["a_field_with_a_rather_long_name_000"] = "first", ["a_field_with_a_rather_long_name_799"] = "last",
        }));

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G150_an_endpoint_that_is_gone_freezes_its_stream_and_deletes_nothing()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "notes");
        var notes = (await account.MirroredIdsAsync("notes")).Count;
        account.Crm.Control(new FaultControl(404, new Dictionary<string, string>(), "<html>gone</html>") { Stream = "notes" });

        var report = await account.SyncAsync(SyncKind.Full);

        Assert.Equal(SyncStatus.Partial, report.Status);
        Assert.Equal(notes, (await account.MirroredIdsAsync("notes")).Count);
    }

    [Fact]
    public async Task G110_truncated_answers_and_html_are_read_again_and_never_believed()
    {
        await using var account = await HubSpotAccount.StartAsync(600, 1, "contacts");
        account.Crm.Control(
            new TruncateControl(5_000) { Endpoint = "list", Times = 1 },
            new FaultControl(200, new Dictionary<string, string> { ["Content-Type"] = "text/html" }, "<html>Just a moment…</html>") { Endpoint = "list", Times = 1 },
            new CutControl(9_000) { Endpoint = "list", Times = 1 });

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        await account.AssertEqualAsync();
    }
}
