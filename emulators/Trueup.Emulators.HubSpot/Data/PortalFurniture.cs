using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Data;

/// <summary>What every portal has: owners, some of them gone, and pipelines.</summary>
internal static class PortalFurniture
{
    private const long Opened = 1_704_448_800_000;

    private static readonly (string First, string Last, bool Archived)[] People =
    [
        ("Mara", "Keller", false), ("Jon", "Berg", false), ("Élodie", "Dubois", false), ("Sören", "Ångström", false),
        ("Nour", "Haddad", false), ("Priya", "Raman", false), ("Old", "Hand", true), ("Left", "Long-Ago", true),
    ];

    public static void Add(HubSpotPortal portal)
    {
        var id = 6_391_204L;
        foreach (var (first, last, archived) in People)
        {
            portal.Owners.Add(new Owner(id, $"{first}.{last}@example.com".ToLowerInvariant().Replace('é', 'e').Replace('ö', 'o').Replace('å', 'a'),
                first, last, 71_003_321 + id - 6_391_204, Opened, Opened + 36_000_000_123, archived, archived ? null : "North"));
            id += 7;
        }
        portal.Owners.Add(new Owner(id, "support@example.com", "Support", "Queue", 71_009_999, Opened, Opened, false, null) { Type = "QUEUE" });
        portal.Pipelines["deals"] = [Sales(), Renewals()];
        portal.Pipelines["tickets"] = [Support()];
    }

    private static Pipeline Sales()
    {
        var pipeline = new Pipeline("default", "Sales Pipeline", 0, Opened);
        Deal(pipeline, "appointmentscheduled", "Appointment Scheduled", "0.2");
        Deal(pipeline, "qualifiedtobuy", "Qualified To Buy", "0.4");
        Deal(pipeline, "contractsent", "Contract Sent", "0.9");
        Deal(pipeline, "closedwon", "Closed Won", "1.0");
        Deal(pipeline, "closedlost", "Closed Lost", "0.0");
        return pipeline;
    }

    private static Pipeline Renewals()
    {
        var pipeline = new Pipeline("renewals", "Renewals", 1, Opened);
        Deal(pipeline, "renewal_open", "Open", "0.5");
        Deal(pipeline, "renewal_won", "Renewed", "1.0");
        return pipeline;
    }

    private static Pipeline Support()
    {
        var pipeline = new Pipeline("0", "Support Pipeline", 0, Opened);
        foreach (var (id, label, state) in new[]
            { ("1", "New", "OPEN"), ("2", "Waiting on contact", "OPEN"), ("3", "Waiting on us", "OPEN"), ("4", "Closed", "CLOSED") })
            pipeline.Stages.Add(new Stage(id, label, pipeline.Stages.Count, Opened,
                new Dictionary<string, string> { ["ticketState"] = state, ["isClosed"] = state == "CLOSED" ? "true" : "false" }));
        return pipeline;
    }

    private static void Deal(Pipeline pipeline, string id, string label, string probability) =>
        pipeline.Stages.Add(new Stage(id, label, pipeline.Stages.Count, Opened, new Dictionary<string, string>
        {
            ["isClosed"] = probability is "1.0" or "0.0" ? "true" : "false",
            ["probability"] = probability,
        }));
}
