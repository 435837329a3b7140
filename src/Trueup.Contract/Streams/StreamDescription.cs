namespace Trueup.Contract;

/// <summary>One stream as the CRM presents it to this connection.</summary>
/// <param name="Name">Our stable name. The CRM's own type id decides identity, so a custom object called like a built-in one gets a name of its own.</param>
/// <param name="Label">The CRM's own plural label, for people.</param>
/// <param name="TypeId">The CRM's immutable id of the type, such as HubSpot's <c>0-1</c>.</param>
/// <param name="Traits">What can be done with this stream, and where it stops.</param>
/// <param name="Refusal">Why the connection may not read it, in the CRM's words with the scope it asks for; null when it may.</param>
public sealed record StreamDescription(StreamName Name, string Label, string TypeId, StreamTraits Traits, string? Refusal = null);

/// <summary>What one stream of a CRM offers. Sources are named by the connector that fills it in.</summary>
public sealed record StreamTraits
{
    /// <summary>Whether records can be asked for by modification time (<see cref="IReadsModified"/>). False: every pass reads everything.</summary>
    public bool ReadsModified { get; init; }

    /// <summary>Whether a stream that cannot be asked for by modification time is so dear to read that hourly and login syncs leave it to the night where it has
    /// more than a page. Its changes then arrive at night, by webhooks, and with syncs that someone asks for. False: every pass reads it.</summary>
    public bool WaitsForNight { get; init; }

    /// <summary>How long a write can stay invisible to a read by modification time. The watermark stays this far behind now.</summary>
    public TimeSpan IndexLag { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Records in one page of a full read; at least 1.</summary>
    public int RecordsPerFullPage { get; init; } = 100;

    /// <summary>API calls that one page of a full read costs (2 where properties must be read apart from ids).</summary>
    public int CallsPerFullPage { get; init; } = 1;

    /// <summary>Records in one page of a read by modification time; at least 1.</summary>
    public int RecordsPerModifiedPage { get; init; } = 100;

    /// <summary>Records in one read by ids; at least 1.</summary>
    public int RecordsPerBatch { get; init; } = 100;

    /// <summary>Whether the CRM lists deleted records (<see cref="IReportsDeletions"/>).</summary>
    public bool ReportsDeletions { get; init; }

    /// <summary>How far back that list reaches; null: without end.</summary>
    public TimeSpan? DeletionsReachBack { get; init; }

    /// <summary>Whether the CRM tells how many live records there are (<see cref="ICounts"/>).</summary>
    public bool Counts { get; init; }
}
