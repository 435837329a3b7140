using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Tests;

/// <summary>Worlds of Salesforce orgs. What goes wrong in them is what goes wrong in those of HubSpot, told by Salesforce's own names.</summary>
public abstract class SalesforceWorlds : Worlds
{
    private protected static WorldOptions Draw(int seed) => WorldOptions.Draw(seed, Gear.Small).Of("salesforce");
}

/// <summary>Orgs with whatever their seeds bring.</summary>
public sealed class DrawnOrgs : SalesforceWorlds
{
    public static TheoryData<int> Seeds => From(1, 40);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_whatever_the_org_and_the_network_do(int seed) => Run(Draw(seed));
}

/// <summary>Orgs in which one thing goes wrong, and often.</summary>
public sealed class OrgsWithOneFault : SalesforceWorlds
{
    public static TheoryData<string> Faults => [.. FaultCatalog.Names];

    [Theory, MemberData(nameof(Faults))]
    public void The_mirror_converges_after_one_kind_of_trouble(string fault) => Run(Draw(1001) with { Faults = [fault], FaultsPerDay = 12, DeathsPerDay = 0 });
}

/// <summary>Orgs whose service dies all the time, or everything around it.</summary>
public sealed class OrgsInTrouble : SalesforceWorlds
{
    public static TheoryData<int> DyingSeeds => From(2001, 12);

    [Theory, MemberData(nameof(DyingSeeds))]
    public void The_mirror_converges_although_processes_die_and_the_dead_come_back(int seed) => Run(Draw(seed) with { Faults = [], DeathsPerDay = 16 });

    public static TheoryData<int> Seeds => From(3001, 16);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_although_everything_goes_wrong_at_once(int seed) =>
        Run(Draw(seed) with { Faults = FaultCatalog.Names, FaultsPerDay = 16, DeathsPerDay = 6, Restlessness = 0.05 });

    public static TheoryData<int> AbsenceSeeds => From(5001, 3);

    [Theory, MemberData(nameof(AbsenceSeeds))]
    public void The_mirror_converges_after_an_outage_longer_than_the_recycle_bin_remembers(int seed) =>
        Run(Draw(seed).Forgotten() with { Days = 45, Streams = ["Account", "Contact", "Lead"] });
}

/// <summary>Several orgs in one service, opened by tokens that end and refresh tokens that are used once.</summary>
public sealed class SeveralOrgs : SalesforceWorlds
{
    public static TheoryData<int> Seeds => From(6001, 8);

    [Theory, MemberData(nameof(Seeds))]
    public void Nothing_of_one_account_is_ever_seen_in_another(int seed) =>
        Run(Draw(seed) with { Accounts = 2 + (seed % 2), UsesOAuth = true, DeathsPerDay = 6, Records = 120 });

    public static TheoryData<int> ExpirySeeds => From(6101, 8);

    [Theory, MemberData(nameof(ExpirySeeds))]
    public void Tokens_that_end_heal_or_are_asked_for(int seed) =>
        Run(Draw(seed) with { UsesOAuth = true, Faults = ["expire", "cut", "outage"], FaultsPerDay = 16, DeathsPerDay = 6, Records = 120 });
}
