using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>A kind of record that every portal may have.</summary>
/// <param name="Name">The stream's name, which is also HubSpot's plural name in scopes.</param>
/// <param name="Label">The plural label.</param>
/// <param name="TypeId">HubSpot's immutable type id.</param>
/// <param name="HasPipelines">Whether records move through pipelines.</param>
internal sealed record HubSpotType(string Name, string Label, string TypeId, bool HasPipelines = false)
{
    /// <summary>Owners are no CRM objects: they have an API of their own, without type id.</summary>
    public const string Owners = "owners";

    private const string BuiltInPrefix = "0-";

    private const string ContactsId = "0-1";

    /// <summary>In the order in which pairs of associations are stored.</summary>
    public static readonly IReadOnlyList<HubSpotType> BuiltIn =
    [
        new("contacts", "Contacts", ContactsId),
        new("companies", "Companies", "0-2"),
        new("deals", "Deals", "0-3", HasPipelines: true),
        new("tickets", "Tickets", "0-5", HasPipelines: true),
        new("products", "Products", "0-7"),
        new("line_items", "Line items", "0-8"),
        new("calls", "Calls", "0-48"),
        new("emails", "Emails", "0-49"),
        new("meetings", "Meetings", "0-47"),
        new("notes", "Notes", "0-46"),
        new("tasks", "Tasks", "0-27"),
    ];

    public static bool IsOwners(StreamDescription stream) => stream.TypeId == Owners;

    public static bool IsCustom(StreamDescription stream) =>
        !IsOwners(stream) && !stream.TypeId.StartsWith(BuiltInPrefix, StringComparison.Ordinal);

    public static bool HasPipelinesFor(StreamDescription stream) =>
        IsCustom(stream) || BuiltIn.Any(type => type.TypeId == stream.TypeId && type.HasPipelines);

    /// <summary>The property that search filters modification times by.</summary>
    /// <remarks>Contacts list an <c>hs_lastmodifieddate</c> too, but a filter on it finds nothing, with status 200.
    /// Source: airbytehq/airbyte#85019, read on 2026-09.</remarks>
    public static string ModifiedPropertyOf(StreamDescription stream) =>
        stream.TypeId == ContactsId ? "lastmodifieddate" : "hs_lastmodifieddate";
}
