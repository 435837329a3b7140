using System.Text.Json;
using Trueup.Emulators.Intercom.Api;

namespace Trueup.Emulators.Intercom.Search;

/// <summary>Where a walk through records goes on. Callers see it as a text that means nothing to them.</summary>
/// <param name="Query">What belongs to the query and order that it was given for.</param>
/// <param name="Disturbance">How the order is disturbed during this walk: 0 for not, above 0 for wholly, below 0 among equal keys.</param>
/// <param name="Page">The number of the page it leads to, from 1.</param>
/// <param name="Key">The key of the last record before it.</param>
/// <param name="Id">That record; 0 for the beginning.</param>
internal readonly record struct Cursor(ulong Query, long Disturbance, int Page, SortKey Key, long Id)
{
    public string Text => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new object?[] { Query, Disturbance, Page, Key.Number, Key.Text, Id })).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <exception cref="Refusal">It is none, or one of another query.</exception>
    public static Cursor Parse(string text, ulong query)
    {
        try
        {
            var base64 = text.Replace('-', '+').Replace('_', '/');
            var parts = JsonDocument.Parse(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='))).RootElement;
            var cursor = new Cursor(parts[0].GetUInt64(), parts[1].GetInt64(), parts[2].GetInt32(),
                new SortKey(parts[3].ValueKind == JsonValueKind.Null ? null : parts[3].GetDouble(), parts[4].GetString()), parts[5].GetInt64());
            if (cursor.Query == query)
                return cursor;
        }
        catch (Exception invalid) when (invalid is FormatException or JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            // Refused below, as one of another query is.
        }
        throw Refusal.Invalid("starting_after is not valid", "starting_after");
    }
}
