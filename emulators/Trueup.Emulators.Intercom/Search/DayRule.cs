namespace Trueup.Emulators.Intercom.Search;

/// <summary>Calendar days of a time zone (facts, section 5).</summary>
internal sealed class DayRule(TimeZoneInfo zone)
{
    /// <summary>The first second of the day that an instant lies in, or of a day after it.</summary>
    public long StartOfDay(long second, int daysLater = 0)
    {
        var instant = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(second, 0, 250_000_000_000));
        var midnight = DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(instant, zone).Date.AddDays(daysLater), DateTimeKind.Unspecified);
        // Where clocks are put forward at midnight, the day begins after it.
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUnixTimeSeconds();
    }
}
