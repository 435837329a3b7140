using System.Globalization;
using System.Text;

namespace Trueup.Connectors.Salesforce;

/// <summary>Builds queries in Salesforce's query language.</summary>
/// <remarks>Source: developer.salesforce.com "SOQL and SOSL Reference", read on 2026-09.</remarks>
internal static class Soql
{
    /// <summary>Longest query. Source: same, "SOQL and SOSL Limits".</summary>
    public const int LongestCharacters = 100_000;

    public static string Select(IEnumerable<string> fields, string from, IEnumerable<string?> conditions, string? order = null, int? limit = null)
    {
        var soql = new StringBuilder("SELECT ").AppendJoin(',', fields).Append(" FROM ").Append(from);
        var met = string.Join(" AND ", conditions.OfType<string>());
        if (met.Length > 0)
            soql.Append(" WHERE ").Append(met);
        if (order is not null)
            soql.Append(" ORDER BY ").Append(order);
        if (limit is not null)
            soql.Append(CultureInfo.InvariantCulture, $" LIMIT {limit}");
        return soql.ToString();
    }

    /// <summary>An instant as a literal, which stands without quotes.</summary>
    public static string Literal(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string In(IEnumerable<string> ids) => $"Id IN ('{string.Join("','", ids)}')";

    /// <summary>Escapes a query for an address. Characters that a query string may hold stay as they are, because addresses have a limit.</summary>
    public static string Escape(string soql)
    {
        var escaped = new StringBuilder(soql.Length + 64);
        foreach (var octet in Encoding.UTF8.GetBytes(soql))
        {
            if (octet == ' ')
                escaped.Append('+');
            else if (octet < 128 && (char.IsAsciiLetterOrDigit((char)octet) || ",().:_-*!".Contains((char)octet, StringComparison.Ordinal)))
                escaped.Append((char)octet);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }
        return escaped.ToString();
    }
}
