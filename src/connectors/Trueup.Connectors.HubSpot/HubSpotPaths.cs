using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>HubSpot's paths: the one place that knows API versions.</summary>
/// <remarks>Source: developers.hubspot.com API reference (classic paths), read on 2026-09. The records of built-in types are
/// addressed by their plural name and custom ones by type id, which survives renaming.</remarks>
internal static class HubSpotPaths
{
    public const string Account = "/account-info/v3/details";
    public const string Limits = "/crm/v3/limits/records";
    public const string Schemas = "/crm-object-schemas/v3/schemas";
    public const string Owners = "/crm/v3/owners";
    public const string Token = "/oauth/v1/token";

    public static string Objects(StreamDescription stream) => "/crm/v3/objects/" + Segment(stream);

    public static string Record(StreamDescription stream, RecordId id) => Objects(stream) + "/" + Uri.EscapeDataString(id.Value);

    public static string BatchRead(StreamDescription stream, bool archived) =>
        Objects(stream) + "/batch/read?archived=" + (archived ? "true" : "false");

    /// <summary>Writing a batch; <paramref name="what"/> is <c>update</c>, <c>create</c> or <c>archive</c>.</summary>
    public static string BatchWrite(StreamDescription stream, string what) => $"{Objects(stream)}/batch/{what}";

    public static string Search(StreamDescription stream) => Objects(stream) + "/search";

    public static string Properties(StreamDescription stream) => "/crm/v3/properties/" + Segment(stream);

    public static string Pipelines(StreamDescription stream) => "/crm/v3/pipelines/" + Segment(stream);

    public static string Associations(StreamDescription from, StreamDescription to) =>
        $"/crm/v4/associations/{Segment(from)}/{Segment(to)}/batch/read";

    public static string LinkTypes(StreamDescription from, StreamDescription to) => $"/crm/v4/associations/{Segment(from)}/{Segment(to)}/labels";

    /// <summary>Writing links; <paramref name="what"/> is <c>create</c>, <c>archive</c> or <c>labels/archive</c>.</summary>
    public static string LinkWrite(StreamDescription from, StreamDescription to, string what) => $"/crm/v4/associations/{Segment(from)}/{Segment(to)}/batch/{what}";

    private static string Segment(StreamDescription stream) =>
        HubSpotType.IsCustom(stream) ? stream.TypeId : stream.Name.Value;
}
