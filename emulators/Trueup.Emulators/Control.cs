namespace Trueup.Emulators;

/// <summary>A way in which an emulated CRM can be made difficult.</summary>
/// <remarks>Chances are drawn from the seed, so the same calls meet the same faults.</remarks>
public abstract record Control
{
    /// <summary>The stable name of the endpoint concerned; <c>*</c> for all.</summary>
    public string Endpoint { get; init; } = "*";

    /// <summary>The stream concerned, by any name the CRM knows it by; null for all.</summary>
    public string? Stream { get; init; }

    /// <summary>The part of the requests (or of the records, for lag, tie and no-id; or of the items, for partial) that it strikes: above 0, at most 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>How often it strikes before it is spent; null for ever.</summary>
    public int? Times { get; init; }

    /// <summary>Requests that it would strike but lets pass first; 0 for none.</summary>
    public int Skip { get; init; }
}

/// <summary>Writes are stamped now and show up later at an endpoint; reading by id is immediate.</summary>
public sealed record LagControl(TimeSpan Delay) : Control;

/// <summary>Stamps many records alike, at once: a bulk import or a month-end job.</summary>
/// <param name="Count">How many records, the lowest ids first.</param>
/// <param name="Properties">What the bulk write sets; empty for a stamp alone.</param>
public sealed record TieControl(int Count, IReadOnlyDictionary<string, string?> Properties) : Control;

/// <summary>How a result ceiling shows.</summary>
public enum CapManner
{
    /// <summary>An error of the vendor.</summary>
    Error,
    /// <summary>A <c>Warning</c> header, and the end.</summary>
    Header,
    /// <summary>The end, without a word.</summary>
    End,
}

/// <summary>A result ceiling.</summary>
/// <param name="Limit">Records that can be reached.</param>
/// <param name="Manner">What happens beyond.</param>
public sealed record CapControl(int Limit, CapManner Manner) : Control;

/// <summary>The server picks the page sizes, whatever was asked for. Never more than asked for.</summary>
/// <param name="Sizes">Records per page, repeated in turn; 0 is an empty page in the middle.</param>
public sealed record PagesControl(IReadOnlyList<int> Sizes) : Control;

/// <summary>What happens to the order of an answer.</summary>
public enum OrderManner
{
    /// <summary>The sort is not honoured at all.</summary>
    Shuffle,
    /// <summary>Only records with equal sort keys change places, differently at each request.</summary>
    Ties,
}

/// <summary>The order of an endpoint is not what it should be.</summary>
public sealed record OrderControl(OrderManner Manner) : Control;

/// <summary>Changes data before a given page of an endpoint is read.</summary>
/// <param name="Page">1 for the next request to the endpoint after the control was set, 2 for the one after.</param>
/// <param name="Operations">What happens then.</param>
public sealed record HookControl(int Page, IReadOnlyList<Mutation> Operations) : Control;

/// <summary>Answers with something else.</summary>
/// <param name="Status">The HTTP status; 200 with wrong content is possible.</param>
/// <param name="Headers">Headers of the answer.</param>
/// <param name="Body">The body as it is sent; null for the vendor's own error envelope.</param>
public sealed record FaultControl(int Status, IReadOnlyDictionary<string, string> Headers, string? Body) : Control
{
    /// <summary>The request is carried out before the fault is answered, so that the caller cannot know.</summary>
    public bool Applied { get; init; }

    /// <summary>Strikes from this instant on, by the CRM's clock; null for at once.</summary>
    public DateTimeOffset? From { get; init; }
}

/// <summary>Sends only the first bytes of an answer's body and breaks the connection. The request has been carried out.</summary>
/// <param name="Bytes">Bytes sent; 0 breaks before the status line.</param>
public sealed record CutControl(int Bytes) : Control;

/// <summary>Ends an answer early but cleanly: the declared length is that of the truncated body.</summary>
public sealed record TruncateControl(int Bytes) : Control;

/// <summary>Holds an answer back.</summary>
/// <param name="Delay">How long, by the host's clock; null until the caller gives up.</param>
public sealed record StallControl(TimeSpan? Delay) : Control;

/// <summary>Ends something that opens the CRM.</summary>
/// <param name="What"><c>token</c> (access tokens), <c>refresh</c> (refresh tokens), <c>revoke</c> (both), <c>locator</c> (open queries), <c>job</c> (bulk jobs with their results) or <c>scroll</c> (the open scroll), where the vendor has such.</param>
/// <param name="After">Requests that still succeed; 0 for at once.</param>
public sealed record ExpireControl(string What, int After) : Control;

/// <summary>Sets a budget of the vendor.</summary>
/// <param name="Bucket">The vendor's bucket: <c>burst</c>, <c>search</c>, <c>daily</c>, <c>associations</c> or <c>token</c>; another vendor's are its own.</param>
/// <param name="Limit">Calls in its window.</param>
/// <param name="Foreign">Calls of the present window that another app has used up.</param>
public sealed record QuotaControl(string Bucket, int Limit, int Foreign) : Control;

/// <summary>How a background job goes that is created from now on.</summary>
/// <param name="Delay">How long it runs, by the CRM's clock; null where polls decide.</param>
/// <param name="Polls">The poll that finds it ended; null for the vendor's usual one.</param>
/// <param name="End">How it ends.</param>
/// <param name="Message">The vendor's reason where it does not end well; null for none.</param>
public sealed record JobControl(TimeSpan? Delay, int? Polls, JobEnd End, string? Message) : Control;

/// <summary>How a background job ends.</summary>
public enum JobEnd
{
    /// <summary>Well.</summary>
    Complete,
    /// <summary>It failed.</summary>
    Failed,
    /// <summary>Somebody stopped it.</summary>
    Aborted,
}

/// <summary>How the files of bulk results are written.</summary>
/// <param name="ByteOrderMark">Whether a byte-order mark stands before the name of the first column.</param>
/// <param name="OpenEnd">Whether the last row has no line end.</param>
public sealed record CsvControl(bool ByteOrderMark, bool OpenEnd) : Control;

/// <summary>From a given page on the page token leads back to the same page.</summary>
/// <param name="Page">1 for the next page of the endpoint after the control was set.</param>
public sealed record RepeatControl(int Page) : Control;

/// <summary>Records come without an id: always the same ones.</summary>
public sealed record NoIdControl : Control;

/// <summary>Records of one page come again on the next.</summary>
public sealed record TwiceControl : Control;

/// <summary>Some items of a batch fail for a moment, each as chance has it, while the others are answered. <see cref="Control.Share"/>,
/// <see cref="Control.Times"/> and <see cref="Control.Skip"/> count items.</summary>
public sealed record PartialControl : Control;

/// <summary>The connection may not read a stream: the vendor's refusal with the scope it asks for.</summary>
public sealed record ForbidControl : Control;
