namespace Trueup.Mirrors.Sqlite;

/// <summary>Times as they are stored: microseconds since 1970 UTC.</summary>
internal static class Instants
{
    public static long Of(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long? OfOrNull(DateTimeOffset? instant) => instant is { } known ? Of(known) : null;

    public static DateTimeOffset At(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset? AtOrNull(long? microseconds) => microseconds is { } known ? At(known) : null;
}
