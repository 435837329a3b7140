using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>How a stream is read.</summary>
internal enum Reading
{
    /// <summary>By searches, page after page.</summary>
    Search,
    /// <summary>By searches for ids, and each record by id, because only that shows all of it.</summary>
    SearchAndGet,
    /// <summary>By the one scroll that an app may have.</summary>
    Scroll,
    /// <summary>In one answer.</summary>
    Whole,
}

/// <summary>One stream of Intercom: where it is, and how it is read.</summary>
/// <param name="Name">Its name, which is also its path.</param>
/// <param name="Label">What people read.</param>
/// <param name="Type">The value of its records' <c>type</c>.</param>
/// <param name="ListMember">The member of an answer that holds the records.</param>
/// <param name="Reading">How it is read.</param>
/// <param name="Attributes">The member of a record that holds what people defined; null where they define nothing.</param>
/// <remarks>Source: intercom.md, sections 2 and 3, 2026-09.</remarks>
internal sealed record IntercomStream(string Name, string Label, string Type, string ListMember, Reading Reading, string? Attributes = null)
{
    /// <summary>Records in one page of a search, which is the most.</summary>
    public const int PerSearchPage = 150;

    /// <summary>Records in one page of the scroll; the vendor chooses.</summary>
    public const int PerScrollPage = 100;

    /// <summary>Searches are behind by minutes. Source: intercom.md, section 14.</summary>
    public static readonly TimeSpan SearchLag = TimeSpan.FromMinutes(10);

    /// <summary>All streams.</summary>
    public static IReadOnlyList<IntercomStream> All { get; } =
    [
        new("contacts", "Contacts", "contact", "data", Reading.Search, "custom_attributes"),
        new("companies", "Companies", "company", "data", Reading.Scroll, "custom_attributes"),
        new("conversations", "Conversations", "conversation", "conversations", Reading.SearchAndGet, "custom_attributes"),
        new("tickets", "Tickets", "ticket", "tickets", Reading.Search, "ticket_attributes"),
        new("admins", "Admins", "admin", "admins", Reading.Whole),
        new("teams", "Teams", "team", "teams", Reading.Whole),
        new("tags", "Tags", "tag", "data", Reading.Whole),
        new("segments", "Segments", "segment", "segments", Reading.Whole),
    ];

    /// <summary>Whether its records carry a modified stamp.</summary>
    public bool IsStamped => Reading != Reading.Whole;

    /// <summary>Whether all its records can be searched. Companies cannot: a search, from version 2.17, leaves out those without users.</summary>
    public bool IsSearched => Reading is Reading.Search or Reading.SearchAndGet;

    public StreamDescription Description => new(new StreamName(Name), Label, Type, new StreamTraits
    {
        ReadsModified = IsSearched, WaitsForNight = Reading == Reading.Scroll, IndexLag = SearchLag,
        RecordsPerFullPage = Reading switch { Reading.Scroll => PerScrollPage, Reading.Whole => 1_000, _ => PerSearchPage },
        CallsPerFullPage = Reading == Reading.SearchAndGet ? 1 + PerSearchPage : 1,
        RecordsPerModifiedPage = PerSearchPage, RecordsPerBatch = 1,
        ReportsDeletions = Name == "conversations", Counts = IsSearched,
    });

    /// <exception cref="CrmNotFoundException">Intercom has no such stream.</exception>
    public static IntercomStream Of(StreamDescription stream) =>
        All.FirstOrDefault(known => known.Type == stream.TypeId) ?? throw new CrmNotFoundException($"Intercom has no stream {stream.Name}.");
}
