using System.Globalization;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Spans of days that go by a name (facts, section 3.2). The user's time zone is UTC.</summary>
/// <param name="From">The first day.</param>
/// <param name="Until">The day after the last.</param>
internal readonly record struct DaySpan(DateOnly From, DateOnly Until)
{
    public static bool Knows(string name) => Of(name, DateOnly.FromDayNumber(700_000)) is not null;

    /// <summary>The span that a name means today; null where there is none of that name.</summary>
    public static DaySpan? Of(string name, DateOnly today)
    {
        var parts = name.ToUpperInvariant().Split(':');
        var count = 0;
        if (parts.Length > 2 || parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out count))
            return null;
        var week = today.AddDays(-(int)today.DayOfWeek);
        var month = new DateOnly(today.Year, today.Month, 1);
        var quarter = new DateOnly(today.Year, (today.Month - 1) / 3 * 3 + 1, 1);
        var year = new DateOnly(today.Year, 1, 1);
        return (parts[0], parts.Length) switch
        {
            ("TODAY", 1) => new(today, today.AddDays(1)),
            ("YESTERDAY", 1) => new(today.AddDays(-1), today),
            ("TOMORROW", 1) => new(today.AddDays(1), today.AddDays(2)),
            ("THIS_WEEK", 1) => new(week, week.AddDays(7)),
            ("LAST_WEEK", 1) => new(week.AddDays(-7), week),
            ("NEXT_WEEK", 1) => new(week.AddDays(7), week.AddDays(14)),
            ("THIS_MONTH", 1) => new(month, month.AddMonths(1)),
            ("LAST_MONTH", 1) => new(month.AddMonths(-1), month),
            ("NEXT_MONTH", 1) => new(month.AddMonths(1), month.AddMonths(2)),
            ("THIS_QUARTER", 1) => new(quarter, quarter.AddMonths(3)),
            ("LAST_QUARTER", 1) => new(quarter.AddMonths(-3), quarter),
            ("NEXT_QUARTER", 1) => new(quarter.AddMonths(3), quarter.AddMonths(6)),
            ("THIS_YEAR", 1) => new(year, year.AddYears(1)),
            ("LAST_YEAR", 1) => new(year.AddYears(-1), year),
            ("NEXT_YEAR", 1) => new(year.AddYears(1), year.AddYears(2)),
            ("LAST_90_DAYS", 1) => new(today.AddDays(-90), today.AddDays(1)),
            ("NEXT_90_DAYS", 1) => new(today.AddDays(1), today.AddDays(91)),
            ("LAST_N_DAYS", 2) => new(today.AddDays(-count), today.AddDays(1)),
            ("NEXT_N_DAYS", 2) => new(today.AddDays(1), today.AddDays(count + 1)),
            _ => null,
        };
    }
}
