using System.Diagnostics.CodeAnalysis;
using Trueup.Contract;

namespace Trueup.Cluster;

/// <summary>The kinds of CRM that this server knows, and where they are.</summary>
public sealed class Apps(IEnumerable<IConnectorFactory> factories, AppOptions options)
{
    private readonly Dictionary<string, IConnectorFactory> byName = factories.ToDictionary(f => f.App, StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<IConnectorFactory> All => [.. byName.Values.OrderBy(f => f.Label, StringComparer.Ordinal)];

    /// <summary>What an operator set.</summary>
    public AppOptions Options => options;

    /// <summary>Finds an app by its name.</summary>
    public bool TryFind(string app, [NotNullWhen(true)] out IConnectorFactory? factory) => byName.TryGetValue(app, out factory);

    /// <summary>What people call an app; the name itself where the app is unknown.</summary>
    public string LabelOf(string app) => TryFind(app, out var factory) ? factory.Label : app;

    /// <summary>Where an app's API is, if a connection does not say otherwise.</summary>
    public Uri BaseUrlOf(IConnectorFactory factory) =>
        options.BaseUrls.TryGetValue(factory.App, out var set) ? set : factory.DefaultBaseUrl;
}

/// <summary>What an operator may set about apps.</summary>
public sealed record AppOptions
{
    /// <summary>Base URLs by app name, in place of the vendors'.</summary>
    public IReadOnlyDictionary<string, Uri> BaseUrls { get; init; } = new Dictionary<string, Uri>();

    /// <summary>Whether a connection may name a base URL of its own. Default false: it would let members make the server call any address.</summary>
    public bool AllowCustomBaseUrl { get; init; }

    /// <summary>The part of an app's daily quota that may be used, above 0 and at most 1. Default 0.8.</summary>
    public double BudgetShare { get; init; } = 0.8;

    /// <summary>The OAuth client of each app: id and secret.</summary>
    public IReadOnlyDictionary<string, OAuthClient> OAuthClients { get; init; } = new Dictionary<string, OAuthClient>();
}

/// <summary>An OAuth client that the operator registered with the vendor.</summary>
public sealed record OAuthClient(string Id, string Secret)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
