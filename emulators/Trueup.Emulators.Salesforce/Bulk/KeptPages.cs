namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Pages of bulk results that were rendered once and are sent again as they are, to any job with the same query, while the object does not
/// change. Used under the org's lock.</summary>
internal sealed class KeptPages
{
    private readonly Dictionary<string, Kept> byObject = [];

    private sealed record Kept((long Records, long Fields) Version, Dictionary<(string Soql, string Operation, CsvDialect Dialect, ResultPlace Place, int Rows), Answer> Pages);

    /// <summary>A page that was rendered before, or the one that is rendered now.</summary>
    public Answer Get(QueryJob job, ResultPlace place, int rows, Func<Answer> render)
    {
        if (byObject.GetValueOrDefault(job.Table.Name) is not { } kept || kept.Version != job.TableVersion)
            byObject[job.Table.Name] = kept = new Kept(job.TableVersion, []);
        var key = (job.Soql, job.Operation, job.Dialect, place, rows);
        if (!kept.Pages.TryGetValue(key, out var page))
        {
            page = render();
            // The rented buffer goes back with the answer that is sent; what is kept lies in an array of its own.
            kept.Pages.Add(key, page with { Body = page.Body.ToArray(), Rented = null });
        }
        return page;
    }
}
