using System.Runtime.CompilerServices;
using System.Text;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Follows cursors from page to page, one page ahead of whoever uses them, and never in a circle.</summary>
internal static class Walk
{
    // HubSpot may send pages without records in the middle; this many in a row is no walk any more.
    private const int MostEmptyPages = 1000;

    public static async IAsyncEnumerable<RecordPage> ThroughAsync(
        StreamName stream, string? resume, Func<string?, CancellationToken, Task<RecordPage>> fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new HashSet<UInt128>();
        Note(seen, stream, resume);
        var emptyInARow = 0;
        var ahead = fetch(resume, stopped.Token);
        try
        {
            while (true)
            {
                var page = await ahead;
                ahead = Nothing;
                var next = page.Next;
                try
                {
                    emptyInARow = page.Records.Count + page.SetAside.Count > 0 ? 0 : emptyInARow + 1;
                    if (emptyInARow > MostEmptyPages)
                        throw new CrmContractException($"HubSpot sent {MostEmptyPages} pages of {stream} in a row without a record; try again later.");
                    Note(seen, stream, next);
                    if (next is not null)
                        ahead = fetch(next, stopped.Token);
                }
                catch
                {
                    page.Dispose();
                    throw;
                }
                yield return page;
                if (next is null)
                    yield break;
            }
        }
        finally
        {
            await stopped.CancelAsync();
            await DiscardAsync(ahead);
        }
    }

    private static Task<RecordPage> Nothing { get; } = Task.FromResult(new RecordPage([], 0));

    private static void Note(HashSet<UInt128> seen, StreamName stream, string? cursor)
    {
        if (cursor is not null && !seen.Add(Fingerprint.OfId(Encoding.UTF8.GetBytes(cursor))))
        {
            throw new CrmContractException(
                $"HubSpot sent the same page token twice while {stream} was read, so the read would never end; it starts again with the next sync.");
        }
    }

    // The consumer left early, or failed: what was read ahead for it is of no use, and neither is its error.
    private static async Task DiscardAsync(Task<RecordPage> ahead)
    {
        await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ahead.IsCompletedSuccessfully)
            ahead.Result.Dispose();
    }
}
