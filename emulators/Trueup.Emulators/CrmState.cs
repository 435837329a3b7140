namespace Trueup.Emulators;

/// <summary>What is true now in an emulated CRM, values exactly as the vendor's API returns them.</summary>
/// <param name="Now">The CRM's time.</param>
/// <param name="Streams">Records by stream and ascending id.</param>
public sealed record CrmState(DateTimeOffset Now, IReadOnlyDictionary<string, IReadOnlyList<RecordState>> Streams);

/// <summary>One record as it is now.</summary>
/// <param name="Id">The vendor's id.</param>
/// <param name="ModifiedAt">The vendor's modified stamp, in the vendor's spelling.</param>
/// <param name="Properties">Every field that can be read, null where unset.</param>
/// <param name="Associations">Ids of live linked records by stream, ascending; streams without links are absent.</param>
/// <param name="Links">The same links with their types.</param>
/// <param name="Deleted">null, <c>archived</c> or <c>purged</c>. A merged record is what the vendor makes of it, and names its survivor.</param>
/// <param name="MergedInto">The id that answers for this one; null unless merged away.</param>
public sealed record RecordState(
    string Id, string ModifiedAt, IReadOnlyDictionary<string, string?> Properties,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Associations,
    IReadOnlyList<LinkState> Links, string? Deleted, string? MergedInto);

/// <summary>One typed link from a record.</summary>
public sealed record LinkState(string Stream, string Id, string Category, string TypeId, string? Label);
