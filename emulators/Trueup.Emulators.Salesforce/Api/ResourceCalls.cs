using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>Versions, resources, limits and approximate counts (facts, sections 1.6, 4 and 9). Used under the org's lock.</summary>
internal sealed class ResourceCalls(SalesforceOrg org, Quotas quotas, Func<string> url)
{
    private const int FirstListed = 31;
    private const int LastListed = 67;
    private const long KilobytesPerMegabyte = 1_024;

    private static readonly string[] Seasons = ["Spring", "Summer", "Winter"];

    public static Answer Versions() => Reply.Json(200, new JsonArray([.. Enumerable.Range(FirstListed, LastListed - FirstListed + 1).Select(number =>
    {
        // 66 is Spring '26, and there are three a year.
        var release = number - 66 + 26 * 3;
        var season = Seasons[release % 3];
        return new JsonObject
        {
            ["label"] = $"{season} '{release / 3 + (season == "Winter" ? 1 : 0)}",
            ["url"] = string.Create(CultureInfo.InvariantCulture, $"/services/data/v{number}.0"),
            ["version"] = string.Create(CultureInfo.InvariantCulture, $"{number}.0"),
        };
    })]));

    public Answer List(Request request)
    {
        var json = new JsonObject();
        foreach (var name in new[] { "composite", "jobs", "limits", "query", "queryAll", "sobjects" })
            json[name] = $"/services/data/{request.Version}/{name}";
        json["identity"] = $"{url()}/id/{SalesforceOrg.OrganizationId}/{SalesforceOrg.UserId}";
        return Reply.Json(200, json);
    }

    public Answer Limits() => Reply.Json(200, new JsonObject
    {
        ["DailyApiRequests"] = Limit(quotas.Requests),
        ["DailyBulkApiBatches"] = Limit(quotas.Batches),
        ["DailyBulkV2QueryJobs"] = Limit(quotas.QueryJobs),
        ["DailyBulkV2QueryFileStorageMB"] = Limit(quotas.QueryKilobytes, KilobytesPerMegabyte),
        ["DailyAsyncApexExecutions"] = Limit(250_000, 250_000),
        ["DataStorageMB"] = Limit(1_073, 611),
        ["FileStorageMB"] = Limit(1_073, 990),
    });

    /// <summary>How many live records objects have; of unknown objects nothing is told.</summary>
    public Answer RecordCount(Call call)
    {
        var names = call.List("sObjects");
        var tables = names.Count == 0 ? org.Tables.Where(table => !table.Concealed) : names.Select(org.FindVisible).OfType<SObjectTable>().Distinct();
        return Reply.Json(200, new JsonObject
        {
            ["sObjects"] = new JsonArray([.. tables.Select(table => new JsonObject { ["count"] = table.LiveCount, ["name"] = table.Name })]),
        });
    }

    private static JsonObject Limit(DailyBudget budget, long unit = 1) => Limit(budget.Limit / unit, (budget.Limit - budget.Used) / unit);

    private static JsonObject Limit(long most, long remaining) => new() { ["Max"] = most, ["Remaining"] = Math.Max(0L, remaining) };
}
