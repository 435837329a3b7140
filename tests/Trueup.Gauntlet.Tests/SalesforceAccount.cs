using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators.Salesforce;

namespace Trueup.Gauntlet.Tests;

/// <summary>An account with an emulated Salesforce org.</summary>
internal sealed class SalesforceAccount : Account<EmulatedSalesforce>
{
    // By the hasty clock an answer has to begin within six tenths of a second: those of bulk jobs are kept small.
    private static readonly SalesforceOptions Usual = new() { BulkRowsAtFirst = 500, BulkAnswerBytes = 1024 * 1024 };

    private readonly SalesforceOptions options;

    private SalesforceAccount(EmulatedSalesforce crm, IReadOnlyList<string> streams, SalesforceAccount? beside = null, SalesforceOptions? options = null)
        : base(crm, new Credentials { AccessToken = "00D!test" }, streams, beside) => this.options = options ?? Usual;

    /// <summary>Starts an account with so many contacts, and the rest in proportion.</summary>
    public static async Task<SalesforceAccount> StartAsync(int records = 300, params string[] streams)
    {
        var account = new SalesforceAccount(await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = records }), streams);
        await account.RestartAsync();
        return account;
    }

    /// <summary>Starts an account whose objects are all read by bulk jobs, in answers of so many rows.</summary>
    public static async Task<SalesforceAccount> StartInBulkAsync(int records, int rowsPerAnswer, params string[] streams)
    {
        var options = new SalesforceOptions { BulkFromRecords = 1, BulkRowsAtFirst = rowsPerAnswer, BulkAnswerBytes = 1 };
        var account = new SalesforceAccount(await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = records }), streams, options: options);
        await account.RestartAsync();
        return account;
    }

    /// <summary>An account whose edit runs of so many changes are written by bulk jobs.</summary>
    public static async Task<SalesforceAccount> OnboardedForBulkWritesAsync(int records, int changes, params string[] streams)
    {
        var account = new SalesforceAccount(await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = records }), streams, options: Usual with { BulkWritesFrom = changes });
        await account.RestartAsync();
        await account.OnboardAsync();
        return account;
    }

    /// <summary>Starts an account with another org, whose mirror lies beside this one's. Dispose of it first.</summary>
    public async Task<SalesforceAccount> StartBesideAsync(int records, long seed, params string[] streams)
    {
        var neighbour = new SalesforceAccount(await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = records, Seed = seed }), streams, this);
        await neighbour.RestartAsync();
        return neighbour;
    }

    /// <summary>Starts an account and onboards it.</summary>
    public static async Task<SalesforceAccount> OnboardedAsync(int records = 300, params string[] streams)
    {
        var account = await StartAsync(records, streams);
        await account.OnboardAsync();
        return account;
    }

    /// <summary>Signs in by OAuth from now on: sessions that end and are replaced.</summary>
    public async Task UseOAuthAsync()
    {
        var issued = Crm.IssueTokens();
        await UseAsync(new Credentials { AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken, ClientId = "c", ClientSecret = "s" });
    }

    protected override IConnector Connect(ConnectorSetup setup) => new SalesforceConnectorFactory(options: options).Create(setup);

    // Compound addresses repeat their components; who looked at a record last is another value for each user.
    protected override bool IsMirrored(string field) =>
        !field.EndsWith("Address", StringComparison.Ordinal) && field is not ("LastViewedDate" or "LastReferencedDate");
}
