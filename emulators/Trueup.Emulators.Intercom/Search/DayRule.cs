namespace Trueup.Emulators.Intercom.Search;

/// <summary>How times are compared: to the second, or by calendar days in a zone (facts, section 5).</summary>
/// <param name="Zone">The zone of the days; null where seconds count.</param>
internal sealed record DayRule(TimeZoneInfo? Zone)
{
    /// <summary>Compares a time with the one that was asked for, both in seconds since 1970 UTC.</summary>
    /// <exception cref="Api.Refusal">The operator is not legal for days.</exception>
    public bool Matches(long? value, string comparison, long wanted)
    {
        if (Zone is null)
            return value is { } exact && comparison switch
            {
                "=" => exact == wanted, "!=" => exact != wanted, ">" => exact > wanted, "<" => exact < wanted, ">=" => exact >= wanted, "<=" => exact <= wanted,
                _ => throw Illegal(comparison),
            };
        if (comparison is not ("=" or "<" or ">"))
            throw Illegal(comparison);
        if (value is not { } second)
            return false;
        var (day, asked) = (Day(second), Day(wanted));
        return comparison switch { "=" => day == asked, "<" => day < asked, _ => day > asked };
    }

    private DateOnly Day(long seconds) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), Zone!).DateTime);

    private static Api.Refusal Illegal(string comparison) => Api.Refusal.Invalid($"Operator {comparison} is not supported for date fields");
}
