using Trueup.Simulation.Faults;
using Trueup.Simulation.Soak;

namespace Trueup.Simulation.Tests;

/// <summary>Whole worlds, each from a seed. What fails prints how to see it again.</summary>
/// <remarks>The classes run side by side, which two processors make use of; the worlds of one class follow each other.</remarks>
public abstract class Worlds
{
    private protected static void Run(WorldOptions options)
    {
        var outcome = Outcome.Of(options, null);
        Assert.True(outcome.Failure is null, outcome.Told());
    }

    private protected static TheoryData<int> From(int first, int count) => [.. Enumerable.Range(first, count)];
}

/// <summary>Worlds with whatever their seeds bring.</summary>
public sealed class DrawnWorlds : Worlds
{
    public static TheoryData<int> Seeds => From(1, Commands.MutantSeeds);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_whatever_the_crm_and_the_network_do(int seed) => Run(WorldOptions.Draw(seed, Gear.Small));
}

/// <summary>Worlds in which one thing goes wrong, and often.</summary>
public sealed class OneFault : Worlds
{
    public static TheoryData<string, int> Faults
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var fault in FaultCatalog.Names)
                for (var seed = 1001; seed <= 1002; seed++)
                    data.Add(fault, seed);
            return data;
        }
    }

    [Theory, MemberData(nameof(Faults))]
    public void The_mirror_converges_after_one_kind_of_trouble(string fault, int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small) with { Faults = [fault], FaultsPerDay = 12, DeathsPerDay = 0 });
}

/// <summary>Worlds in which nothing goes wrong but the process, all the time.</summary>
public sealed class DyingProcesses : Worlds
{
    public static TheoryData<int> Seeds => From(2001, 25);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_although_processes_die_and_the_dead_come_back(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small) with { Faults = [], DeathsPerDay = 16 });
}

/// <summary>Worlds in which so much is modified between two syncs that a search takes many pages, and its pages are not what they should be.</summary>
public sealed class BusyHours : Worlds
{
    public static TheoryData<int> Seeds => From(4001, 16);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_although_searches_are_long_and_their_pages_odd(int seed) => Run(WorldOptions.Draw(seed, Gear.Small).Busy());

    public static TheoryData<int> CappedSeeds => From(4001, 16);

    [Theory, MemberData(nameof(CappedSeeds))]
    public void The_mirror_converges_although_lists_and_searches_end_at_ceilings(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small).Busy() with { Faults = ["cap"], FaultsPerDay = 40 });
}

/// <summary>Worlds in which processes die all the time amid searches of many pages, which their successors go on with.</summary>
public sealed class BrokenOffSearches : Worlds
{
    public static TheoryData<int> Seeds => From(4025, 6);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_although_processes_die_amid_long_searches(int seed) => Run(WorldOptions.Draw(seed, Gear.Small).Busy() with
    {
        Restlessness = 0.1, Hourly = TimeSpan.FromHours(1), Faults = ["pages"], FaultsPerDay = 30, DeathsPerDay = 60, Accounts = 1,
    });
}

/// <summary>Worlds in which the CRM cannot be reached for longer than its recycle bin remembers.</summary>
public sealed class LongAbsences : Worlds
{
    public static TheoryData<int> Seeds => From(5001, 4);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_after_an_outage_longer_than_the_recycle_bin_remembers(int seed) => Run(WorldOptions.Draw(seed, Gear.Small).Forgotten());
}

/// <summary>Worlds in which one service mirrors several accounts, opened by tokens that end.</summary>
public sealed class SeveralAccounts : Worlds
{
    public static TheoryData<int> Seeds => From(6001, 16);

    [Theory, MemberData(nameof(Seeds))]
    public void Nothing_of_one_account_is_ever_seen_in_another(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small) with { Accounts = 2 + (seed % 2), UsesOAuth = true, DeathsPerDay = 6, Records = 120 });

    public static TheoryData<int> ExpirySeeds => From(6101, 12);

    [Theory, MemberData(nameof(ExpirySeeds))]
    public void Tokens_that_end_heal_or_are_asked_for(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small) with { UsesOAuth = true, Faults = ["expire", "cut", "outage"], FaultsPerDay = 16, DeathsPerDay = 6, Records = 120 });
}

/// <summary>Everything at once, in a CRM that changes between any two requests.</summary>
public sealed class EverythingAtOnce : Worlds
{
    public static TheoryData<int> Seeds => From(3001, 25);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_although_everything_goes_wrong_at_once(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small) with { Faults = FaultCatalog.Names, FaultsPerDay = 16, DeathsPerDay = 6, Restlessness = 0.05 });
}
