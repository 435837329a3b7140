using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Trueup.Emulators.Salesforce.Api;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>What a locator of a job's result stands for.</summary>
/// <param name="From">The position of the first row.</param>
/// <param name="Rows">How many rows the page has; null where whoever asks for it decides.</param>
/// <param name="Empties">Empty pages that already stood here: each has a locator of its own.</param>
internal sealed record ResultPlace(int From, int? Rows = null, int Empties = 0)
{
    public static readonly ResultPlace Start = new(0);

    /// <exception cref="Refusal">The text is no locator.</exception>
    public static ResultPlace Of(string? locator)
    {
        if (string.IsNullOrEmpty(locator))
            return Start;
        return Base64Url.IsValid(locator) && Encoding.ASCII.GetString(Base64Url.DecodeFromChars(locator)).Split(' ') is { Length: 1 or 3 } parts
            && Array.TrueForAll(parts, part => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit))
            ? new ResultPlace(Number(parts[0]), parts.Length == 3 && Number(parts[1]) is > 0 and var rows ? rows : null, parts.Length == 3 ? Number(parts[2]) : 0)
            : throw Refusal.Bad("INVALID_QUERY_LOCATOR", "invalid query locator");
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
        Rows is null && Empties == 0 ? From.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{From} {Rows ?? 0} {Empties}")));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
