using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Makes connectors to Salesforce orgs. One factory serves all connections of a process.</summary>
public sealed class SalesforceConnectorFactory : IConnectorFactory, IDisposable
{
    private readonly HttpMessageInvoker invoker;
    private readonly int? seed;
    private readonly SalesforceOptions options;

    /// <summary>Makes a factory.</summary>
    /// <param name="handler">What sends, such as a simulation's handler; null for sockets. The factory disposes of it.</param>
    /// <param name="seed">Seeds the spread of retries; null for a different spread in each process.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    public SalesforceConnectorFactory(HttpMessageHandler? handler = null, int? seed = null, SalesforceOptions? options = null)
    {
        invoker = new HttpMessageInvoker(handler ?? CrmHttpHandlers.Create(), disposeHandler: true);
        this.seed = seed;
        this.options = options ?? new SalesforceOptions();
    }

    /// <inheritdoc/>
    public string App => "salesforce";

    /// <inheritdoc/>
    public string Label => "Salesforce";

    /// <inheritdoc/>
    /// <remarks>Production orgs sign in here; sandboxes at <c>https://test.salesforce.com</c>; either at its own My Domain, which alone works
    /// for client credentials and for a token without OAuth.</remarks>
    public Uri DefaultBaseUrl { get; } = new("https://login.salesforce.com");

    /// <inheritdoc/>
    public OAuthEndpoints? OAuth { get; } = new(
        new Uri(SalesforcePaths.Authorize, UriKind.Relative), SalesforcePaths.Token, ["api", "refresh_token"], [])
    {
        BindsCodes = true,
        ApiUrlMember = "instance_url",
    };

    /// <inheritdoc/>
    public IReadOnlyList<SignIn> SignIns => [SignIn.AccessToken, SignIn.ClientCredentials, SignIn.SignedAssertion];

    /// <inheritdoc/>
    public ClientWords ClientWords { get; } = new("consumer key", "consumer secret");

    /// <inheritdoc/>
    public Uri? OwnAddressExample { get; } = new("https://acme.my.salesforce.com");

    /// <inheritdoc/>
    public bool IsVendorAddress(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return VendorAddress.IsOwn(address);
    }

    /// <inheritdoc/>
    public IConnector Create(ConnectorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return new SalesforceConnector(setup, invoker, seed is { } fixedSeed ? new Random(fixedSeed) : new Random(), options);
    }

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();
}
