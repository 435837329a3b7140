using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads the events of a webhook as hints. Events may come double, late and in any order; kinds that are not known hint at nothing.</summary>
/// <remarks>Source: developers.hubspot.com "Webhooks", hubspot.md §10.1, 2026-09; amp-labs/connectors#3487 for merges.</remarks>
internal static class WebhookEvents
{
    /// <summary>Reads a body.</summary>
    /// <returns>The hints; null where the body is no list of events, or one is of another portal.</returns>
    public static IReadOnlyList<WebhookHint>? Read(ReadOnlyMemory<byte> body, string externalId)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                return null;
            var hints = new HashSet<WebhookHint>();
            foreach (var happened in document.RootElement.EnumerateArray())
            {
                // A public app serves many portals at one address: what is another's is not ours to read.
                if (happened.Id("portalId") is { } portal && $"portal {portal}" != externalId)
                    return null;
                Add(hints, happened);
            }

            return [.. hints];
        }
    }

    private static void Add(HashSet<WebhookHint> hints, JsonElement happened)
    {
        // The documents disagree about the member's name.
        var type = happened.Text("subscriptionType") ?? happened.Text("eventType") ?? "";
        var dot = type.LastIndexOf('.');
        if (dot < 1)
            return;
        var (kind, what) = (type[..dot], type[(dot + 1)..]);
        if (what == "associationChange")
        {
            AddEnds(hints, kind, happened);
            return;
        }

        if (TypeOf(kind, happened.Text("objectTypeId")) is not { } typeId || what is not
            ("creation" or "deletion" or "merge" or "restore" or "propertyChange" or "privacyDeletion"))
            return;
        var isMerge = what == "merge";
        foreach (var name in isMerge ? ["newObjectId", "primaryObjectId", "objectId"] : new[] { "objectId" })
        {
            if (happened.Id(name) is { } id)
                hints.Add(new WebhookHint(typeId, new RecordId(id), Links: isMerge || what is "creation" or "restore", Erased: what == "privacyDeletion"));
        }

        foreach (var merged in happened.Items("mergedObjectIds"))
        {
            if (merged.ValueKind is JsonValueKind.Number or JsonValueKind.String)
                hints.Add(new WebhookHint(typeId, new RecordId(merged.ValueKind == JsonValueKind.String ? merged.GetString()! : merged.GetRawText()), Links: true));
        }
    }

    // CONTACT_TO_COMPANY names both ends; the generic form names their types.
    private static void AddEnds(HashSet<WebhookHint> hints, string kind, JsonElement happened)
    {
        var ends = (happened.Text("associationType") ?? "").Split("_TO_", 2);
        var from = TypeOf(ends.Length == 2 ? ends[0] : kind, happened.Text("fromObjectTypeId") ?? happened.Text("objectTypeId"));
        var to = TypeOf(ends.Length == 2 ? ends[1] : "", happened.Text("toObjectTypeId"));
        if (from is not null && happened.Id("fromObjectId") is { } source)
            hints.Add(new WebhookHint(from, new RecordId(source), Links: true));
        if (to is not null && happened.Id("toObjectId") is { } target)
            hints.Add(new WebhookHint(to, new RecordId(target), Links: true));
    }

    private static string? TypeOf(string kind, string? typeId) => kind.ToUpperInvariant() switch
    {
        _ when typeId is { Length: > 2 and <= 40 } => typeId,
        "CONTACT" => "0-1",
        "COMPANY" => "0-2",
        "DEAL" => "0-3",
        "TICKET" => "0-5",
        "PRODUCT" => "0-7",
        "LINE_ITEM" => "0-8",
        _ => null,
    };
}
