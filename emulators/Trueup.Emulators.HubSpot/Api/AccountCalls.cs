using System.Text.Json.Nodes;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Api;

/// <summary>Account information, record counts and API usage (facts, sections 1.4 and 4). Used under the portal's lock.</summary>
internal sealed class AccountCalls(HubSpotPortal portal, Quotas quotas)
{
    public const string TimeZone = "Europe/Zurich";

    public Answer Details()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
        var offset = zone.GetUtcOffset(portal.Clock.GetUtcNow());
        return Reply.Json(200, new JsonObject
        {
            ["portalId"] = portal.PortalId,
            ["accountType"] = "STANDARD",
            ["timeZone"] = TimeZone,
            ["companyCurrency"] = "CHF",
            ["additionalCurrencies"] = new JsonArray("EUR"),
            ["utcOffset"] = $"+{offset:hh\\:mm}",
            ["utcOffsetMilliseconds"] = (long)offset.TotalMilliseconds,
            ["uiDomain"] = "app-eu1.hubspot.com",
            ["dataHostingLocation"] = "eu1",
        });
    }

    public Answer Usage() => Reply.Json(200, new JsonObject
    {
        ["results"] = new JsonArray(new JsonObject
        {
            ["name"] = "private-apps-api-calls-daily",
            ["usageLimit"] = quotas.Daily.Limit,
            ["currentUsage"] = quotas.Daily.Used,
            ["collectedAt"] = JsonBytes.StampText(portal.Clock.Milliseconds),
            ["fetchStatus"] = "SUCCESS",
            ["resetsAt"] = JsonBytes.StampText(quotas.DailyResetsAt),
        }),
    });

    public Answer Counts()
    {
        const int Limit = 15_000_000;
        const int CustomLimit = 1_500_000;
        var custom = portal.Tables.Where(table => table.Type.IsCustom).ToList();
        var usage = custom.Sum(table => table.LiveCount);
        return Reply.Json(200, new JsonObject
        {
            ["hubspotDefinedObjectTypes"] = new JsonArray([.. portal.Tables.Where(table => !table.Type.IsCustom).Select(table => Count(table, Limit))]),
            ["customObjectTypes"] = new JsonObject
            {
                ["overallLimit"] = CustomLimit,
                ["overallUsage"] = usage,
                ["overallPercentage"] = Percentage(usage, CustomLimit),
                ["byObjectType"] = new JsonArray([.. custom.Select(table => Count(table, CustomLimit))]),
            },
        });
    }

    private static JsonObject Count(ObjectTable table, int limit) => new()
    {
        ["objectTypeId"] = table.Type.TypeId,
        ["singularLabel"] = table.Type.SingularLabel,
        ["pluralLabel"] = table.Type.PluralLabel,
        ["limit"] = limit,
        ["usage"] = table.LiveCount,
        ["percentage"] = Percentage(table.LiveCount, limit),
    };

    private static double Percentage(int usage, int limit) => Math.Round(100.0 * usage / limit, 2);
}
