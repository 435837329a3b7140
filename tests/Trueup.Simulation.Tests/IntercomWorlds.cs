using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Tests;

/// <summary>Worlds of Intercom workspaces. What goes wrong in them is what goes wrong in those of HubSpot, told by Intercom's own names.</summary>
public sealed class IntercomWorlds : Worlds
{
    private static WorldOptions Draw(int seed) => WorldOptions.Draw(seed, Gear.Small).Of("intercom");

    public static TheoryData<int> Seeds => From(1, 30);

    [Theory, MemberData(nameof(Seeds))]
    public void The_mirror_converges_whatever_the_workspace_and_the_network_do(int seed) => Run(Draw(seed));

    public static TheoryData<string> Faults => [.. FaultCatalog.Names];

    [Theory, MemberData(nameof(Faults))]
    public void The_mirror_converges_after_one_kind_of_trouble(string fault) => Run(Draw(1001) with { Days = 1, Faults = [fault], FaultsPerDay = 12, DeathsPerDay = 0 });

    public static TheoryData<int> DyingSeeds => From(2001, 8);

    [Theory, MemberData(nameof(DyingSeeds))]
    public void The_mirror_converges_although_processes_die_and_the_dead_come_back(int seed) => Run(Draw(seed) with { Faults = [], DeathsPerDay = 16 });

    public static TheoryData<int> HardSeeds => From(3001, 12);

    [Theory, MemberData(nameof(HardSeeds))]
    public void The_mirror_converges_although_everything_goes_wrong_at_once(int seed) =>
        Run(Draw(seed) with { Faults = FaultCatalog.Names, FaultsPerDay = 16, DeathsPerDay = 6, Restlessness = 0.05 });
}
