using System.Buffers;

namespace Trueup.Http;

/// <summary>One request to a CRM, as often as it must be sent.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="PathAndQuery">Path and query below the connection's base URL, escaped, beginning with a slash. No address of
/// another host can be expressed, so nothing that a CRM answers can lead a request elsewhere.</param>
/// <param name="Endpoint">The name of the endpoint for telemetry, budgets and messages, such as <c>list contacts</c>; never an id.</param>
public sealed record CrmRequest(HttpMethod Method, string PathAndQuery, string Endpoint)
{
    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's media type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The media type asked for.</summary>
    public string Accept { get; init; } = "application/json";

    /// <summary>Headers that the vendor wants beside the pipeline's own, such as the version of its API.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Asks only for what changed since an instant; null: for all. An answer with status 304 and no body is then one with success.</summary>
    public DateTimeOffset? IfModifiedSince { get; init; }

    /// <summary>Carried out only if what it is about was not modified since an instant; null: in any case. An answer with status 412 says that it was.</summary>
    public DateTimeOffset? IfUnmodifiedSince { get; init; }

    /// <summary>Names of the rate limits that the request counts against.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>Whether sending it twice has the same effect as once. False: it is sent again only after an answer which
    /// says that it was not carried out, or where it never left; else it ends as a <see cref="Trueup.Contract.CrmUnavailableException"/> that
    /// may be done. True for everything that reads, whatever its method; false for everything that writes.</summary>
    public bool Repeatable { get; init; } = true;

    /// <summary>Where the buffer of the answer's body comes from, and goes back to.</summary>
    public ArrayPool<byte> Buffers { get; init; } = ArrayPool<byte>.Shared;
}
