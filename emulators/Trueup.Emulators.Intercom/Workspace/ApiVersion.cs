using System.Globalization;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>A version of the API (facts, section 1).</summary>
/// <param name="Number">The part after the dot of a version 2; above all others for Preview.</param>
internal readonly record struct ApiVersion(int Number)
{
    private const int First = 0;
    private const int Last = 17;
    private const int Preview = 99;

    /// <summary>The version in which a workspace's state is told.</summary>
    public static readonly ApiVersion OfState = new(16);

    /// <summary>Whether merged contacts are gone with a trace, deleted conversations are listed, conversation attributes stand apart, and orders are checked.</summary>
    public bool Has16 => Number >= 16;

    /// <summary>Whether times of contacts are searched to the second, and companies are searched at all.</summary>
    public bool Has17 => Number >= 17;

    /// <summary>Reads a version; null for one that there is not.</summary>
    public static ApiVersion? Parse(string text) => text switch
    {
        "Preview" or "Unstable" => new(Preview),
        _ when text.StartsWith("2.", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= First and <= Last => new(number),
        _ => null,
    };
}
