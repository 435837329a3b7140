using System.Globalization;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>The rest of a query's rows: which records it found at its first page, and for whom.</summary>
internal sealed record OpenQuery(string Id, string Session, BoundQuery Query, bool All, string Endpoint, IReadOnlyList<Record> Records, long OpenedAt);

/// <summary>Query locators (facts, section 3.1): they live two days and belong to the session that made them. Used under the org's lock.</summary>
internal sealed class Locators(VirtualClock clock)
{
    private static readonly long Life = (long)TimeSpan.FromDays(2).TotalMilliseconds;

    // The vendor has no such limit; it bounds what forgotten queries cost the emulator.
    private const int Most = 200;

    private readonly Dictionary<string, OpenQuery> open = [];
    private readonly Queue<string> ages = new();
    private long made;

    public OpenQuery Open(string session, BoundQuery query, bool all, string endpoint, IReadOnlyList<Record> records)
    {
        var opened = new OpenQuery(SalesforceId.Text("01g", ++made), session, query, all, endpoint, records, clock.Milliseconds);
        open[opened.Id] = opened;
        ages.Enqueue(opened.Id);
        if (ages.Count > Most)
            open.Remove(ages.Dequeue());
        return opened;
    }

    /// <summary>Finds the query of a locator such as <c>01g…-2000</c> and the position that it stands for.</summary>
    /// <exception cref="Refusal">There is none, it has expired, or it is another session's.</exception>
    public (OpenQuery Query, int From) Find(string locator, string session)
    {
        var split = locator.LastIndexOf('-');
        return split > 0 && int.TryParse(locator[(split + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && open.TryGetValue(locator[..split], out var found) && found.Session == session && found.OpenedAt + Life > clock.Milliseconds
            && from <= found.Records.Count
            ? (found, from)
            : throw Refusal.Bad("INVALID_QUERY_LOCATOR", "invalid query locator");
    }

    /// <summary>The object that a page's path is about; null for an unknown locator.</summary>
    public string? StreamOf(string path)
    {
        var locator = path[(path.LastIndexOf('/') + 1)..];
        var split = locator.LastIndexOf('-');
        return split > 0 && open.TryGetValue(locator[..split], out var found) ? found.Query.Table.Name : null;
    }

    /// <summary>Ends all of them.</summary>
    public void Clear()
    {
        open.Clear();
        ages.Clear();
    }
}
