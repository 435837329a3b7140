using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Makes connectors to HubSpot portals. One factory serves all connections of a process.</summary>
public sealed class HubSpotConnectorFactory : IConnectorFactory, IReceivesWebhooks, IDisposable
{
    internal const string VendorBaseUrl = "https://api.hubapi.com";

    private readonly HttpMessageInvoker invoker;
    private readonly int? seed;
    private readonly HubSpotLimits limits;

    /// <summary>Makes a factory.</summary>
    /// <param name="handler">What sends, such as a simulation's handler; null for sockets. The factory disposes of it.</param>
    /// <param name="seed">Seeds the spread of retries; null for a different spread in each process.</param>
    /// <param name="limits">HubSpot's rate limits; null for those it documents.</param>
    public HubSpotConnectorFactory(HttpMessageHandler? handler = null, int? seed = null, HubSpotLimits? limits = null)
    {
        invoker = new HttpMessageInvoker(handler ?? CrmHttpHandlers.Create(), disposeHandler: true);
        this.seed = seed;
        this.limits = limits ?? new HubSpotLimits();
    }

    /// <inheritdoc/>
    public string App => "hubspot";

    /// <inheritdoc/>
    public string Label => "HubSpot";

    /// <inheritdoc/>
    public Uri DefaultBaseUrl { get; } = new(VendorBaseUrl);

    /// <inheritdoc/>
    /// <remarks>Optional scopes depend on the customer's plan: a required one that the portal cannot grant makes the consent fail.
    /// Source: hubspot.md §1.5, 2026-09.</remarks>
    public OAuthEndpoints? OAuth { get; } = new(
        new Uri("https://app.hubspot.com/oauth/authorize"),
        HubSpotPaths.Token,
        [
            "oauth",
            "crm.objects.contacts.read", "crm.objects.companies.read", "crm.objects.deals.read", "crm.objects.owners.read",
            "crm.schemas.contacts.read", "crm.schemas.companies.read", "crm.schemas.deals.read",
        ],
        [
            "tickets", "e-commerce", "crm.objects.products.read", "crm.objects.line_items.read", "sales-email-read",
            "crm.objects.custom.read", "crm.schemas.custom.read",

            // Whoever only reads leaves these out of the app, and edits are refused with HubSpot's reason.
            "crm.objects.contacts.write", "crm.objects.companies.write", "crm.objects.deals.write", "crm.objects.products.write",
            "crm.objects.line_items.write", "crm.objects.custom.write",
        ]);

    /// <inheritdoc/>
    public IConnector Create(ConnectorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return new HubSpotConnector(setup, invoker, seed is { } fixedSeed ? new Random(fixedSeed) : new Random(), limits);
    }

    /// <inheritdoc/>
    public WebhookReading ReadWebhook(WebhookDelivery delivery, Credentials credentials, string externalId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials.ClientSecret is not { Length: > 0 } secret)
            return new WebhookReading.Refused("The account has no client secret to check deliveries with; give it on the account's page.");
        if (WebhookSignature.Flaw(delivery, secret, now) is { } flaw)
            return new WebhookReading.Refused(flaw);
        return WebhookEvents.Read(delivery.Body, externalId) is { } hints
            ? new WebhookReading.Accepted(hints)
            : new WebhookReading.Refused("The delivery is no list of events of this account's portal.");
    }

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();
}
