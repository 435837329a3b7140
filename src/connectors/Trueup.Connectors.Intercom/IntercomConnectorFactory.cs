using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Makes connectors to Intercom workspaces. One factory serves all connections of a process.</summary>
public sealed class IntercomConnectorFactory : IConnectorFactory, IReceivesWebhooks, IDisposable
{
    internal const string VendorBaseUrl = "https://api.intercom.io";

    private static readonly string[] VendorHosts = ["api.intercom.io", "api.eu.intercom.io", "api.au.intercom.io"];

    private readonly HttpMessageInvoker invoker;
    private readonly int? seed;
    private readonly ScrollLocks locks = new();

    /// <summary>Makes a factory.</summary>
    /// <param name="handler">What sends, such as a simulation's handler; null for sockets. The factory disposes of it.</param>
    /// <param name="seed">Seeds the spread of retries; null for a different spread in each process.</param>
    public IntercomConnectorFactory(HttpMessageHandler? handler = null, int? seed = null)
    {
        invoker = new HttpMessageInvoker(handler ?? CrmHttpHandlers.Create(), disposeHandler: true);
        this.seed = seed;
    }

    /// <inheritdoc/>
    public string App => "intercom";

    /// <inheritdoc/>
    public string Label => "Intercom";

    /// <inheritdoc/>
    public Uri DefaultBaseUrl { get; } = new(VendorBaseUrl);

    /// <inheritdoc/>
    /// <remarks>Permissions belong to the app and are not asked for. Tokens do not end. Source: intercom.md, section 1, 2026-09.</remarks>
    public OAuthEndpoints? OAuth { get; } = new(new Uri("https://app.intercom.com/oauth"), "/auth/eagle/token", [], []) { TokenMember = "token" };

    /// <inheritdoc/>
    public Uri? OwnAddressExample { get; } = new("https://api.eu.intercom.io");

    /// <inheritdoc/>
    /// <remarks>The three regions.</remarks>
    public bool IsVendorAddress(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address is { Scheme: "https", IsDefaultPort: true } && VendorHosts.Contains(address.Host);
    }

    /// <inheritdoc/>
    public IConnector Create(ConnectorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return new IntercomConnector(setup, invoker, seed is { } fixedSeed ? new Random(fixedSeed) : new Random(), locks);
    }

    /// <inheritdoc/>
    public WebhookReading ReadWebhook(WebhookDelivery delivery, Credentials credentials, string externalId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(credentials);
        return Webhooks.Read(delivery, credentials, externalId);
    }

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();
}
