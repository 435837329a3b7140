using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators.Salesforce;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Salesforce;

/// <summary>Salesforce.</summary>
public sealed class SalesforceApp : SimulatedApp
{
    /// <inheritdoc/>
    public override string Name => "salesforce";

    /// <inheritdoc/>
    public override IReadOnlyList<string> WriteEndpoints => ["collections-create", "collections-update", "collections-delete", "update"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> StreamChoices { get; } =
        ["Account,Contact", "Account,Contact,Opportunity", "Contact,Lead,Case,User", "Account,Contact,Machine__c", "Lead,Contact,Campaign,CampaignMember"];

    /// <inheritdoc/>
    public override SimulatedCrm Create(World world, string name, int number, string token)
    {
        var options = world.Options;
        var url = new Uri($"https://{name}.my.salesforce.com");
        return new SalesforceCrm(url, EmulatedSalesforce.WithoutServer(new SalesforceEmulatorOptions
        {
            Records = Math.Max(1, options.Records / (1 + number)), Seed = number == 0 ? options.Seed : Seeds.Of(options.Seed, name), Clock = world.Time,
            Token = token, InstanceUrl = url.GetLeftPart(UriPartial.Authority), RotateRefreshTokens = options.Seed % 2 == 0,
        }));
    }

    /// <inheritdoc/>
    /// <remarks>Every third world reads by bulk jobs, whose answers hold few rows, although its streams are small.</remarks>
    public override IConnectorFactory Connect(WorldOptions options, HttpMessageHandler handler, int seed) => new SalesforceConnectorFactory(
        handler, seed, options.Seed % 3 == 0 ? new SalesforceOptions { BulkFromRecords = 20, BulkRowsAtFirst = 30 } : null);

    /// <inheritdoc/>
    public override Episode Trouble(string name, Random chance) => SalesforceFaults.Draw(name, chance);
}
