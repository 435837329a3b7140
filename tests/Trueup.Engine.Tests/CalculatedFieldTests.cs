using Trueup.Contract;
using Trueup.Engine.Tests.World;

namespace Trueup.Engine.Tests;

/// <summary>How old the values of calculated fields may be is known (invariant I16): no stamp tells when they change.</summary>
public sealed class CalculatedFieldTests
{
    private static StreamName Contacts => SmallCrm.Contacts;

    [Fact]
    public async Task Calculated_values_are_as_old_as_the_last_read_of_everything_and_no_older()
    {
        await using var world = await StartAsync();
        var onboarding = await BetweenAsync(world, SyncKind.Onboarding);
        Assert.InRange(AsOf(world)!.Value, onboarding.Began, onboarding.Ended);

        world.Crm.Recompute(Contacts, "7", "score", "2");
        await world.SyncAsync(SyncKind.Hourly);
        Assert.InRange(AsOf(world)!.Value, onboarding.Began, onboarding.Ended);

        var nightly = await BetweenAsync(world, SyncKind.Nightly);
        Assert.InRange(AsOf(world)!.Value, nightly.Began, nightly.Ended);
        await world.AssertEqualAsync();
    }

    [Fact]
    public async Task A_value_that_changed_before_the_instant_told_is_never_the_old_one()
    {
        await using var world = await StartAsync();
        await world.SyncAsync(SyncKind.Onboarding);
        var recomputedAt = DateTimeOffset.MaxValue;
        world.Crm.BeforePage = (endpoint, page) =>
        {
            // Behind the read's back: the first page has gone by.
            if (endpoint == "list" && page == 1 && recomputedAt == DateTimeOffset.MaxValue)
            {
                world.Crm.Recompute(Contacts, "1", "score", "2");
                recomputedAt = world.Crm.Now;
            }
        };

        await world.SyncAsync(SyncKind.Nightly);

        Assert.True(AsOf(world) < recomputedAt);
    }

    [Fact]
    public async Task A_field_that_is_not_calculated_has_no_such_age()
    {
        await using var world = await StartAsync();

        await world.SyncAsync(SyncKind.Onboarding);

        Assert.Null(world.Engine.CalculatedAsOf(Contacts, "city"));
    }

    [Fact]
    public async Task A_calculated_field_that_appears_has_an_age_of_its_own_from_its_back_fill_on()
    {
        await using var world = await StartAsync();
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.FieldNames.Add("tier");
        world.Crm.CalculatedNames.Add("tier");
        Assert.Null(world.Engine.CalculatedAsOf(Contacts, "tier"));

        var hourly = await BetweenAsync(world, SyncKind.Hourly);

        Assert.InRange(world.Engine.CalculatedAsOf(Contacts, "tier")!.Value, hourly.Began, hourly.Ended);
    }

    [Fact]
    public async Task A_field_that_becomes_a_formula_has_no_age_before_everything_was_read()
    {
        await using var world = await StartAsync();
        await world.SyncAsync(SyncKind.Onboarding);
        world.Crm.CalculatedNames.Add("city");

        await world.SyncAsync(SyncKind.Hourly);
        Assert.Null(world.Engine.CalculatedAsOf(Contacts, "city"));

        await world.SyncAsync(SyncKind.Nightly);
        Assert.NotNull(world.Engine.CalculatedAsOf(Contacts, "city"));
    }

    [Fact]
    public async Task A_field_that_the_crm_no_longer_shows_keeps_its_age_with_its_values()
    {
        await using var world = await StartAsync();
        await world.SyncAsync(SyncKind.Onboarding);
        var before = AsOf(world);
        world.Crm.FieldNames.Remove("score");

        await world.SyncAsync(SyncKind.Nightly);

        Assert.Equal(before, AsOf(world));
    }

    [Fact]
    public async Task A_nightly_sync_that_breaks_off_makes_nothing_younger_and_the_age_outlives_the_process()
    {
        await using var world = await StartAsync();
        await world.SyncAsync(SyncKind.Onboarding);
        var before = AsOf(world);
        var lists = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "list" && ++lists > 1)
                throw new CrmUnavailableException("Busy.");
        };

        await world.SyncAsync(SyncKind.Nightly);
        await world.RestartAsync();

        Assert.NotNull(before);
        Assert.Equal(before, AsOf(world));
    }

    [Fact]
    public async Task A_first_load_that_was_interrupted_is_as_old_as_its_beginning()
    {
        await using var world = await StartAsync(contacts: 12_000);
        world.Crm.RecordsPerPage = 100;
        var lists = 0;
        world.Crm.BeforePage = (endpoint, _) =>
        {
            if (endpoint == "list" && ++lists == 115)
                throw new InvalidOperationException("The process dies here.");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.SyncAsync(SyncKind.Onboarding));
        var diedAt = world.Crm.Now;
        world.Crm.BeforePage = null;
        await world.RestartAsync();

        await world.SyncAsync(SyncKind.Onboarding);

        Assert.True(AsOf(world) < diedAt);
    }

    [Fact]
    public async Task Records_that_wait_for_a_person_keep_the_age_where_it_was()
    {
        await using var world = await StartAsync(contacts: 400);
        await world.SyncAsync(SyncKind.Onboarding);
        var before = AsOf(world);
        for (var id = 1; id <= 150; id++)
            world.Crm.HiddenFromList.Add(id.ToString());

        await world.SyncAsync(SyncKind.Nightly);
        Assert.Equal(before, AsOf(world));

        world.Crm.HiddenFromList.Clear();
        await world.SyncAsync(SyncKind.Nightly);
        Assert.True(AsOf(world) > before);
    }

    [Fact]
    public async Task A_checkpoint_of_an_earlier_version_tells_no_age_and_gets_one_with_the_next_full_sync()
    {
        await using var world = await StartAsync();
        await world.SyncAsync(SyncKind.Onboarding);
        var key = $"checkpoint/stream/{Contacts}";
        var stored = System.Text.Json.Nodes.JsonNode.Parse((await world.Mirror.LoadDocumentAsync(key, CancellationToken.None))!)!.AsObject();
        Assert.True(stored.Remove("CalculatedAsOf"));
        var fence = await world.Mirror.TakeFenceAsync(CancellationToken.None);
        await world.Mirror.CommitAsync(
            new MirrorCommit(fence, world.Clock.GetUtcNow(), "test") { Documents = new Dictionary<string, string?> { [key] = stored.ToJsonString() } },
            CancellationToken.None);
        await world.RestartAsync();
        Assert.Null(AsOf(world));

        await world.SyncAsync(SyncKind.Nightly);

        Assert.NotNull(AsOf(world));
    }

    private static async Task<SmallWorld> StartAsync(int contacts = 30)
    {
        var world = await SmallWorld.StartAsync(contacts);
        world.Crm.FieldNames.Add("score");
        world.Crm.CalculatedNames.Add("score");
        return world;
    }

    private static DateTimeOffset? AsOf(SmallWorld world) => world.Engine.CalculatedAsOf(Contacts, "score");

    private static async Task<(DateTimeOffset Began, DateTimeOffset Ended)> BetweenAsync(SmallWorld world, SyncKind kind)
    {
        var began = world.Clock.GetUtcNow();
        await world.SyncAsync(kind);
        return (began, world.Clock.GetUtcNow());
    }
}
