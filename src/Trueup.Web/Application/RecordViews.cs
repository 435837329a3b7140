using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>A record as people and programs see it.</summary>
/// <param name="Properties">The values exactly as the CRM sent them; null for a known field that it did not send.</param>
/// <param name="Retired">Last known values of fields that the CRM no longer shows; null where there are none.</param>
/// <param name="Gone">Why it is no longer live; null for a live one.</param>
/// <param name="Associations">Linked records by stream; null in lists.</param>
/// <param name="Link">Opens the record in the CRM; null where there is none.</param>
public sealed record RecordView(
    string Id, string Stream, DateTimeOffset? ModifiedAt, JsonObject Properties, JsonObject? Retired, GoneView? Gone,
    IReadOnlyDictionary<string, IReadOnlyList<AssociationView>>? Associations, string? Link);

/// <summary>Why a record is no longer live.</summary>
public sealed record GoneView(GoneCause Cause, DateTimeOffset? At, string? MergedInto);

/// <summary>A linked record.</summary>
/// <param name="IsReverse">Whether the link is stored from the other record to this one, so that its label is the other's.</param>
public sealed record AssociationView(string Id, string Category, string TypeId, string? Label, bool IsReverse);

/// <summary>An observed version of a record.</summary>
/// <param name="Before">The values that were replaced.</param>
public sealed record HistoryView(DateTimeOffset SeenAt, DateTimeOffset? ModifiedAt, ChangeKind Kind, JsonElement? Before, string Source, GoneView? Gone);

/// <summary>All that is known about one record, or about why it is not here.</summary>
/// <param name="Known">Whether the mirror has ever seen it.</param>
/// <param name="Summary">One sentence for people.</param>
public sealed record WhyView(
    string Stream, string Id, bool Known, bool Live, string Summary, DateTimeOffset? FirstSeenAt, DateTimeOffset? WrittenAt, DateTimeOffset? ModifiedAt,
    string? Source, GoneView? Gone, string? ResolvesTo, IReadOnlyList<HistoryView> History);

/// <summary>One event of the change feed.</summary>
/// <param name="Position">Its place; the cursor of the next page is the last position seen.</param>
/// <param name="Kind"><c>put</c>, <c>bury</c>, <c>merge</c> or <c>associate</c>.</param>
/// <param name="Detail">What kind of put: <c>created</c>, <c>changed</c> or <c>restored</c>; null otherwise.</param>
public sealed record ChangeView(long Position, DateTimeOffset At, string Stream, string Id, string Kind, string? Detail, string? MergedInto, string? WithStream);

/// <summary>A page of records to ask for.</summary>
/// <param name="Fields">Only these fields; null for all.</param>
public sealed record RecordsQuery(string? Filter = null, string? Sort = null, IReadOnlyList<string>? Fields = null, int Limit = 100, string? Cursor = null, int Skip = 0);
