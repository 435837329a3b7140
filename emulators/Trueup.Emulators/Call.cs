using System.Text;

namespace Trueup.Emulators;

/// <summary>One request to an emulated CRM.</summary>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Path">The path, decoded, as sent.</param>
/// <param name="QueryText">The query as sent, with its question mark; empty where there is none.</param>
/// <param name="Body">The body.</param>
/// <param name="Authorization">The header of that name; null where there is none.</param>
/// <param name="ContentType">The header of that name; null where there is none.</param>
public sealed record Call(string Method, string Path, string QueryText, ReadOnlyMemory<byte> Body, string? Authorization, string? ContentType)
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    private IReadOnlyList<KeyValuePair<string, string>>? query;

    /// <summary>Length of path and query together, in characters as sent.</summary>
    public required int UrlLength { get; init; }

    /// <summary>All headers by name, in any case; several of one name are joined by a comma.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = NoHeaders;

    /// <summary>Bytes of the headers as sent, name, value and line ends together.</summary>
    public int HeaderBytes => Headers.Sum(header => header.Key.Length + header.Value.Length + 4);

    /// <summary>The query's pairs, decoded, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query => query ??= Pairs(QueryText.TrimStart('?'));

    /// <summary>The first value of a query parameter; null where it is absent.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var pair in Query)
                if (pair.Key == name)
                    return pair.Value;
            return null;
        }
    }

    /// <summary>All values of a parameter that may be repeated or separated by commas.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. Query.Where(pair => pair.Key == name).SelectMany(pair => pair.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>The pairs of a form body.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Form => Pairs(Encoding.UTF8.GetString(Body.Span));

    private static List<KeyValuePair<string, string>> Pairs(string text)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var split = part.IndexOf('=');
            pairs.Add(split < 0
                ? new(Decode(part), "")
                : new(Decode(part[..split]), Decode(part[(split + 1)..])));
        }
        return pairs;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>Which endpoint a request is for.</summary>
/// <param name="Endpoint">The stable endpoint name that controls use; empty for an unknown path.</param>
/// <param name="Stream">The stream it is about; null where there is none.</param>
public readonly record struct Target(string Endpoint, string? Stream);

/// <summary>What an emulated CRM answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body; empty for none.</param>
/// <param name="ContentType">Its content type; null for none.</param>
public sealed record Answer(int Status, ReadOnlyMemory<byte> Body, string? ContentType)
{
    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The pooled array that the body lies in, to be given back when it has been sent; null for none.</summary>
    public byte[]? Rented { get; init; }

    /// <summary>How many records it wrote.</summary>
    public int Written { get; init; }
}
