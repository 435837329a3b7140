using System.Globalization;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Conditional requests (facts, sections 6.3 and 8.1). HTTP dates have whole seconds.</summary>
internal static class Conditions
{
    public static string HttpDate(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Whether the caller says that it has what has not changed since. A date that cannot be read is passed over.</summary>
    public static bool IsUnmodified(Call call, long modified) =>
        call.Headers.GetValueOrDefault("If-Modified-Since") is { } text && Parse(text) is { } since && Whole(modified) <= since;

    /// <summary>Refuses a write to what has changed since the caller last looked.</summary>
    /// <exception cref="Refusal">It has changed, or the condition cannot be read.</exception>
    public static void RequireUnmodified(Call call, SObjectTable table, Record record)
    {
        if (call.Headers.GetValueOrDefault("If-Match") is { } tag && table.Type.HasETag && tag != "*" && tag != ETag(record))
            throw Failed();
        if (call.Headers.GetValueOrDefault("If-Unmodified-Since") is not { } text)
            return;
        if (Parse(text) is not { } since)
            throw Refusal.Bad("INVALID_HEADER", "If-Unmodified-Since is not an HTTP date");
        if (Whole(record.Now.ModifiedByPerson) > since)
            throw Failed();
    }

    /// <summary>The tag of a row as it is now.</summary>
    public static string ETag(Record record) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{record.Id:x}-{record.Now.Modified:x}--gzip\"");

    private static Refusal Failed() => Refusal.Of(412, "PRECONDITION_FAILED", "The requested resource has been modified since the given date");

    private static long Whole(long milliseconds) => milliseconds / 1000 * 1000;

    private static long? Parse(string text) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeMilliseconds() : null;
}
