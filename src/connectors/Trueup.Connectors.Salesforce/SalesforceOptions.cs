namespace Trueup.Connectors.Salesforce;

/// <summary>How the connector reads, where the vendor leaves a choice.</summary>
public sealed record SalesforceOptions
{
    /// <summary>The API version of every call. Each is supported for at least three years.
    /// Source: developer.salesforce.com REST API, "API End-of-Life Policy", read on 2026-09.</summary>
    public string ApiVersion { get; init; } = "67.0";

    /// <summary>Records from which on a full read is a bulk job: below, its waits cost more time than pages of 2,000 do; above, its calls are far fewer.</summary>
    public long BulkFromRecords { get; init; } = 20_000;

    /// <summary>Changes of one kind in an edit run from which on they are written by bulk jobs: below, a job's waits cost more time than collections of 200 do.
    /// Source: developer.salesforce.com, "Bulk API 2.0": "any data operation that includes more than 2,000 records", read on 2026-09.</summary>
    public int BulkWritesFrom { get; init; } = 2_000;

    /// <summary>Rows of a bulk result in one answer at first; later answers are sized by what the rows weigh. At least 1.</summary>
    public int BulkRowsAtFirst { get; init; } = 5_000;

    /// <summary>Bytes that an answer with a bulk result should have, so that memory does not grow with the width of an object. A little below a power of
    /// two, which its buffer then is. At least 1.</summary>
    public int BulkAnswerBytes { get; init; } = 15 * 512 * 1024;
}
