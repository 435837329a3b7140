namespace Trueup.Simulation.Tests;

/// <summary>Worlds in which members edit through Trueup, with whatever else their seeds bring.</summary>
public sealed class EditedWorlds : Worlds
{
    private const double EditsPerHour = 4;

    public static TheoryData<int> Seeds => From(2, 8);

    [Theory, MemberData(nameof(Seeds))]
    public void Every_edit_is_accounted_for_whatever_the_crm_and_the_network_do(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small) with { EditsPerHour = EditsPerHour });

    public static TheoryData<int> OrgSeeds => From(1, 8);

    [Theory, MemberData(nameof(OrgSeeds))]
    public void Every_edit_is_accounted_for_whatever_the_org_and_the_network_do(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small).Of("salesforce") with { EditsPerHour = EditsPerHour });

    public static TheoryData<int> WorkspaceSeeds => From(1, 12);

    [Theory, MemberData(nameof(WorkspaceSeeds))]
    public void Every_edit_is_accounted_for_whatever_the_workspace_and_the_network_do(int seed) =>
        Run(WorldOptions.Draw(seed, Gear.Small).Of("intercom") with { EditsPerHour = EditsPerHour });
}
