using Trueup.Contract;
using Trueup.Engine.Tests.World;

namespace Trueup.Engine.Tests;

public sealed class ReadingTests
{
    private static StreamName Contacts => SmallCrm.Contacts;

    [Fact]
    public async Task A_stream_that_is_too_dear_for_every_hour_waits_for_the_night_and_nothing_later_is_called_verified()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 10, companies: 30);
        world.Crm.OnlyWhole.Add(SmallCrm.Companies);
        await world.SyncAsync(SyncKind.Onboarding);
        var verifiedAt = world.Engine.VerifiedAsOf;
        world.Crm.Edit(SmallCrm.Companies, "11", "city", "Bonn");
        world.Crm.BeforePage = (endpoint, _) => Assert.NotEqual("list", endpoint);

        var hourly = await world.SyncAsync(SyncKind.Hourly);

        Assert.Equal((SyncStatus.Verified, verifiedAt), (hourly.Status, hourly.AsOf));
        Assert.Equal("wait for the night", Assert.Single(hourly.Steps, step => step.Stream == SmallCrm.Companies && step.Means != "fields").Means);

        world.Crm.BeforePage = null;
        var named = await world.SyncAsync(SyncKind.Hourly, SmallCrm.Companies);
        Assert.Equal(1, named.Streams.Single().Updated);
        Assert.True((await world.SyncAsync(SyncKind.Nightly)).AsOf > verifiedAt);
    }

    [Fact]
    public async Task I8_cursors_that_never_live_long_enough_end_the_read()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 100);
        var lists = 0;
        world.Crm.BeforePage = (endpoint, page) =>
        {
            if (endpoint == "list" && ++lists > 200)
                throw new InvalidOperationException("The read would never end.");
            if (endpoint == "list" && page == 2)
                throw new CursorExpiredException("The cursor has expired.");
        };

        var report = await world.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Failed, report.Streams.Single(stream => stream.Stream == Contacts).Status);
    }

    [Fact]
    public async Task G146_a_field_that_appears_while_onboarding_is_interrupted_is_filled_in_for_what_was_loaded_before()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 12_000);
        world.Crm.RecordsPerPage = 100;
        var lists = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "list" && ++lists == 115)
                throw new InvalidOperationException("The process dies here.");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.SyncAsync(SyncKind.Onboarding));
        world.Crm.BeforePage = null;
        world.Crm.FieldNames.Add("tier");
        world.Crm.Recompute(Contacts, "7", "tier", "gold");
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Onboarding);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_record_that_goes_for_good_while_onboarding_is_interrupted_does_not_stay()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 12_000);
        var lists = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "list" && ++lists == 1_150)
                throw new InvalidOperationException("The process dies here.");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.SyncAsync(SyncKind.Onboarding));
        world.Crm.BeforePage = null;
        world.Crm.Purge(Contacts, "7");
        world.Crm.Archive(Contacts, "8");
        world.Crm.Merge(Contacts, "9", "10");
        await world.RestartAsync();

        var report = await world.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Verified, report.Status);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_sync_that_goes_on_with_an_interrupted_read_also_brings_what_changed_since()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 12_000);
        world.Crm.RecordsPerPage = 100;
        await world.SyncAsync(SyncKind.Onboarding);
        for (var id = 1; id <= 11_900; id++)
            world.Crm.Edit(Contacts, id.ToString(), "city", "Bonn");
        world.Crm.BeforePage = (endpoint, page) =>
        {
            if (endpoint == "search" && page == 110)
                throw new CrmRefusedException("The test stops the read here.");
        };
        await world.SyncAsync(SyncKind.Hourly);
        world.Crm.BeforePage = null;
        world.Clock.Advance(TimeSpan.FromMinutes(30));
        world.Crm.Edit(Contacts, "1", "city", "Ulm");

        await world.SyncAsync(SyncKind.LastHour);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task I23_a_load_that_a_quota_ends_again_and_again_gets_on_each_time()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 300);
        var left = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "list" && --left < 0)
                throw new CrmQuotaException("The daily quota is used up.", "daily", world.Clock.GetUtcNow());
        };
        for (var day = 0; day < 5; day++)
        {
            left = 12;
            await world.SyncAsync(SyncKind.Onboarding);
        }

        await world.AssertEqualAsync();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(95)]
    public async Task I7_what_a_list_leaves_out_without_a_word_is_read_by_modification_time(int contacts)
    {
        await using var world = await SmallWorld.StartAsync(contacts);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.HiddenFromList.Add(world.Crm.Create(Contacts, "New"));

        var report = await world.SyncAsync(SyncKind.Full);

        await world.AssertEqualAsync();
        Assert.Equal(0, report.Streams.Sum(stream => stream.Difference));
    }

    [Theory]
    [InlineData("search")]
    [InlineData("count")]
    public async Task I7_a_full_sync_that_is_killed_before_it_compared_has_vouched_for_nothing(string endpoint)
    {
        await using var world = await SmallWorld.StartAsync(contacts: 95);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.HiddenFromList.Add(world.Crm.Create(Contacts, "New"));
        world.Crm.BeforePage = (kind, _) => { if (kind == endpoint) throw new InvalidOperationException("The process dies."); };
        await Assert.ThrowsAnyAsync<Exception>(() => world.SyncAsync(SyncKind.Full));
        world.Crm.BeforePage = null;
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Hourly);

        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_computed_value_is_no_sign_of_a_late_index()
    {
        await using var world = await SmallWorld.StartAsync(contacts: 30);
        await world.SyncAsync(SyncKind.Onboarding);
        world.Clock.Advance(TimeSpan.FromHours(10));
        await world.SyncAsync(SyncKind.Hourly);
        world.Crm.Recompute(Contacts, "9", "city", "Ulm");
        await world.SyncAsync(SyncKind.LastDay);

        await world.SyncAsync(SyncKind.Hourly);

        Assert.InRange(world.Clock.GetUtcNow() - world.Engine.WatermarkOf(Contacts)!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(30));
    }
}
