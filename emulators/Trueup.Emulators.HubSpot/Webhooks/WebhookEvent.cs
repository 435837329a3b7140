using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Webhooks;

/// <summary>Makes the events that HubSpot sends (facts, section 10.1).</summary>
internal static class WebhookEvent
{
    private static readonly string[] Named = ["contact", "company", "deal", "ticket", "product", "line_item"];

    public static JsonObject Of(ObjectType type, long id, string what) => new()
    {
        ["subscriptionType"] = $"{KindOf(type)}.{what}", ["objectId"] = id, ["objectTypeId"] = type.TypeId,
    };

    public static JsonObject Change(ObjectType type, long id, string property, string? value)
    {
        var happened = Of(type, id, "propertyChange");
        happened["propertyName"] = property;
        happened["propertyValue"] = value ?? "";
        return happened;
    }

    public static JsonObject Merge(ObjectType type, long winner, long loser, long survivor)
    {
        var happened = Of(type, survivor, "merge");
        happened["changeFlag"] = "MERGED";
        happened["primaryObjectId"] = winner;
        happened["mergedObjectIds"] = new JsonArray(loser);
        happened["newObjectId"] = survivor;
        return happened;
    }

    public static JsonObject Association(AssociationType type, long from, long to, bool removed) => new()
    {
        ["subscriptionType"] = $"{KindOf(type.From)}.associationChange",
        ["associationType"] = $"{type.From.Singular}_to_{type.To.Singular}".ToUpperInvariant(),
        ["fromObjectId"] = from, ["toObjectId"] = to, ["fromObjectTypeId"] = type.From.TypeId, ["toObjectTypeId"] = type.To.TypeId,
        ["associationRemoved"] = removed, ["isPrimaryAssociation"] = type.Label == "Primary",
    };

    private static string KindOf(ObjectType type) => Named.Contains(type.Singular) ? type.Singular : "object";
}
