using System.Net;

namespace Trueup.Http;

/// <summary>The sockets below the pipeline.</summary>
public static class CrmHttpHandlers
{
    /// <summary>Makes a handler for the connections of one app: compressed answers, no redirects, no cookies.</summary>
    /// <remarks>Redirects are off because a CRM that sends us elsewhere, such as into the own network, must not be followed.</remarks>
    public static HttpMessageHandler Create() => new SocketsHttpHandler
    {
        AutomaticDecompression = DecompressionMethods.All,
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        // Picks up changes of the vendor's addresses.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 32,
    };
}
