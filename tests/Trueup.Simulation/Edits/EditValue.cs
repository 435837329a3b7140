using System.Globalization;
using System.Text.Json;

namespace Trueup.Simulation.Edits;

/// <summary>Values of edits as texts, to compare them with the CRM's.</summary>
internal static class EditValue
{
    /// <summary>The values of one JSON object as texts, by name; null for those that are null. None for no object.</summary>
    public static IReadOnlyDictionary<string, string?> Read(ReadOnlyMemory<byte> json) => json.IsEmpty ? Read((string?)null) : Read(System.Text.Encoding.UTF8.GetString(json.Span));

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte})"/>
    public static IReadOnlyDictionary<string, string?> Read(string? json)
    {
        var values = new Dictionary<string, string?>();
        if (json is null)
            return values;
        using var document = JsonDocument.Parse(json);
        foreach (var value in document.RootElement.EnumerateObject())
            values[value.Name] = value.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => value.Value.GetString(),
                _ => value.Value.GetRawText(),
            };
        return values;
    }

    /// <summary>Whether two values mean the same: an empty text is none, and a number or an instant is the same however it is written.</summary>
    public static bool Same(string? one, string? other) => (one ?? "") == (other ?? "")
        || (decimal.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && decimal.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var second)
            && number == second)
        || (Instant(one) is { } instant && instant == Instant(other));

    private static DateTimeOffset? Instant(string? text) => text is { Length: >= 10 } && text[4] == '-'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;
}
