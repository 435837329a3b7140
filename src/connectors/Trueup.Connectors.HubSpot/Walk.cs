using System.Runtime.CompilerServices;
using System.Text;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Fetches the page at a cursor.</summary>
/// <param name="cursor">Where; null for the first page.</param>
/// <param name="nextSeen">May be told the cursor after this one as soon as it shows, so that the next page is fetched while this one is still read.
/// A guess is fine: the page's own <see cref="RecordPage.Next"/> decides.</param>
/// <param name="cancellationToken">Cancels.</param>
internal delegate Task<RecordPage> FetchPage(string? cursor, Action<string> nextSeen, CancellationToken cancellationToken);

/// <summary>Follows cursors from page to page, a few pages ahead of whoever uses them, and never in a circle.</summary>
internal static class Walk
{
    // HubSpot may send pages without records in the middle; this many in a row is no walk any more.
    private const int MostEmptyPages = 1000;

    // The one that is handed out next, the one being answered, and one more: a cursor is only known once its page has begun to arrive.
    private const int MostAtOnce = 3;

    public static async IAsyncEnumerable<RecordPage> ThroughAsync(
        StreamName stream, string? resume, FetchPage fetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new HashSet<UInt128>();
        Note(seen, stream, resume);
        var emptyInARow = 0;
        var underWay = new Queue<Fetch>();
        underWay.Enqueue(new Fetch(resume, fetch, stopped.Token));
        try
        {
            while (underWay.Count > 0)
            {
                await FetchAheadAsync(underWay, fetch, stopped.Token);
                var page = await underWay.Peek().Page;
                underWay.Dequeue();
                var next = page.Next;
                try
                {
                    emptyInARow = page.Records.Count + page.SetAside.Count > 0 ? 0 : emptyInARow + 1;
                    if (emptyInARow > MostEmptyPages)
                        throw new CrmContractException($"HubSpot sent {MostEmptyPages} pages of {stream} in a row without a record; try again later.");
                    Note(seen, stream, next);
                    if (underWay.TryPeek(out var ahead) && ahead.Cursor != next)
                        await DiscardAsync(underWay);
                    if (underWay.Count == 0 && next is not null)
                        underWay.Enqueue(new Fetch(next, fetch, stopped.Token));
                }
                catch
                {
                    page.Dispose();
                    throw;
                }
                yield return page;
            }
        }
        finally
        {
            stopped.Cancel();
            await DiscardAsync(underWay);
        }
    }

    /// <summary>Returns once the first page is there. Until then, each cursor that shows starts the next fetch.</summary>
    private static async Task FetchAheadAsync(Queue<Fetch> underWay, FetchPage fetch, CancellationToken cancellationToken)
    {
        while (!underWay.Peek().Page.IsCompleted)
        {
            var last = underWay.Last();
            if (underWay.Count >= MostAtOnce || last.Page.IsCompleted)
                return;
            await Task.WhenAny(underWay.Peek().Page, last.NextSeen);
            if (last.NextSeen.IsCompletedSuccessfully)
                underWay.Enqueue(new Fetch(last.NextSeen.Result, fetch, cancellationToken));
        }
    }

    private static void Note(HashSet<UInt128> seen, StreamName stream, string? cursor)
    {
        if (cursor is not null && !seen.Add(Fingerprint.OfId(Encoding.UTF8.GetBytes(cursor))))
        {
            throw new CrmContractException(
                $"HubSpot sent the same page token twice while {stream} was read, so the read would never end; it starts again with the next sync.");
        }
    }

    // The consumer left early, a read failed, or a guess was wrong: what was fetched for it is of no use, and neither is its error.
    private static async Task DiscardAsync(Queue<Fetch> underWay)
    {
        while (underWay.TryDequeue(out var fetch))
        {
            await ((Task)fetch.Page).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (fetch.Page.IsCompletedSuccessfully)
                fetch.Page.Result.Dispose();
        }
    }

    /// <summary>One page on its way.</summary>
    private sealed class Fetch
    {
        private readonly TaskCompletionSource<string> nextSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Fetch(string? cursor, FetchPage fetch, CancellationToken cancellationToken)
        {
            Cursor = cursor;
            Page = fetch(cursor, next => nextSeen.TrySetResult(next), cancellationToken);
        }

        public string? Cursor { get; }

        public Task<RecordPage> Page { get; }

        /// <summary>Completes when the cursor of the next page shows, which may be never.</summary>
        public Task<string> NextSeen => nextSeen.Task;
    }
}
