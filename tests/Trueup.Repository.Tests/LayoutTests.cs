using System.Text.RegularExpressions;

namespace Trueup.Repository.Tests;

/// <summary>The layout is the architecture: arrows point one way, and everything is where the documents say.</summary>
public sealed partial class LayoutTests
{
    [Fact]
    public void The_contract_refers_to_no_other_project() => Assert.Empty(Checkout.References("Trueup.Contract"));

    [Theory]
    [InlineData("Trueup.Engine")]
    [InlineData("Trueup.Http")]
    [InlineData("Trueup.Mirrors.Sqlite")]
    public void Engine_pipeline_and_mirrors_refer_to_the_contract_alone(string project) => Assert.Equal(["Trueup.Contract"], Checkout.References(project));

    [Fact]
    public void Connectors_refer_to_the_contract_and_the_pipeline_alone()
    {
        var connectors = Checkout.Files("*.csproj", "src/connectors").Select(file => Path.GetFileNameWithoutExtension(file)).ToList();

        Assert.NotEmpty(connectors);
        Assert.All(connectors, connector => Assert.Equal(["Trueup.Contract", "Trueup.Http"], Checkout.References(connector).Order()));
    }

    [Fact]
    public void Only_the_host_names_a_concrete_connector_mirror_or_emulator()
    {
        string[] concrete = ["Trueup.Connectors.", "Trueup.Mirrors.", "Trueup.Emulators"];
        var others = Checkout.Files("*.csproj", "src").Select(file => Path.GetFileNameWithoutExtension(file)).Where(project => project != "Trueup.Host");

        Assert.All(others, project => Assert.DoesNotContain(Checkout.References(project), reference => concrete.Any(reference.StartsWith)));
    }

    [Fact]
    public void The_engine_knows_no_crm_by_name() =>
        Assert.All(Checkout.Files("*.cs", "src/Trueup.Engine"), file => Assert.DoesNotMatch(VendorName(), File.ReadAllText(file)));

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Checkout.Root, "Trueup.slnx"));

        Assert.All(Checkout.Files("*.csproj", "src", "emulators", "tests", "bench"),
            file => Assert.Contains(Path.GetRelativePath(Checkout.Root, file), solution));
    }

    [Fact]
    public void No_package_has_a_version_of_its_own() =>
        Assert.All(Checkout.Files("*.csproj", "src", "emulators", "tests", "bench"),
            file => Assert.DoesNotMatch(OwnVersion(), File.ReadAllText(file)));

    [Fact]
    public void Nothing_is_left_for_later_without_a_word() =>
        Assert.All(Checkout.Files("*.cs", "src", "emulators"), file => Assert.DoesNotMatch(LeftOver(), File.ReadAllText(file)));

    [GeneratedRegex("HubSpot|Salesforce|Intercom", RegexOptions.IgnoreCase)]
    private static partial Regex VendorName();

    [GeneratedRegex("PackageReference[^>]*Version=")]
    private static partial Regex OwnVersion();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b")]
    private static partial Regex LeftOver();
}
