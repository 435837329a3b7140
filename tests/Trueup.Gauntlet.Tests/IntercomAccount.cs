using Trueup.Connectors.Intercom;
using Trueup.Contract;
using Trueup.Emulators.Intercom;

namespace Trueup.Gauntlet.Tests;

/// <summary>An account with an emulated Intercom workspace.</summary>
internal sealed class IntercomAccount : Account<EmulatedIntercom>
{
    private IntercomAccount(EmulatedIntercom crm, IReadOnlyList<string> streams) : base(crm, new Credentials { AccessToken = "dG9rOnRlc3Q=" }, streams)
    {
    }

    /// <summary>Starts an account with so many contacts, and the rest in proportion.</summary>
    public static async Task<IntercomAccount> StartAsync(int records = 300, params string[] streams)
    {
        var account = new IntercomAccount(await EmulatedIntercom.StartAsync(new IntercomEmulatorOptions { Records = records }), streams);
        await account.RestartAsync();
        return account;
    }

    /// <summary>Starts an account and onboards it.</summary>
    public static async Task<IntercomAccount> OnboardedAsync(int records = 300, params string[] streams)
    {
        var account = await StartAsync(records, streams);
        await account.OnboardAsync();
        return account;
    }

    protected override string KeptAs(MirroredStream stream) => stream.Name.Value;

    // Every record's own type, id and workspace, which the mirror holds once.
    protected override bool IsMirrored(string field) => field is not ("type" or "id" or "workspace_id" or "app_id");

    protected override IConnector Connect(ConnectorSetup setup) => new IntercomConnectorFactory().Create(setup);
}
