namespace Trueup.Connectors.Salesforce;

/// <summary>Salesforce's codes of refusals that a reader can do something about.</summary>
/// <remarks>Source: developer.salesforce.com REST API, "Status Codes and Error Responses", read on 2026-09.</remarks>
internal static class Refusals
{
    /// <summary>A query ran for about two minutes.</summary>
    public const string Timeout = "QUERY_TIMEOUT";

    /// <summary>A field is gone, may not be read, or cannot be filtered by.</summary>
    public const string Field = "INVALID_FIELD";

    /// <summary>Formulas expand to more than a query may be.</summary>
    public const string TooComplicated = "QUERY_TOO_COMPLICATED";

    /// <summary>A window of replication is too old, too short, or its log was purged.</summary>
    public const string Replication = "INVALID_REPLICATION_DATE";

    /// <summary>More ids in a window of replication than one answer may hold.</summary>
    public const string TooManyIds = "EXCEEDED_ID_LIMIT";

    /// <summary>Our own name for status 412: the record was modified since it was read.</summary>
    public const string Modified = "PRECONDITION_FAILED";

    /// <summary>Another transaction holds the record or its parent. Nothing was done.</summary>
    public const string Locked = "UNABLE_TO_LOCK_ROW";

    /// <summary>Our own name for statuses 414 and 431, which carry none.</summary>
    public const string AddressTooLong = "URI_TOO_LONG";
}
