using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Trueup.Contract;

namespace Trueup.Engine.Passes;

/// <summary>Reads pages ahead of the pass that works on them, and goes on from the last cursor when the CRM falters.</summary>
internal static class PageReader
{
    /// <summary>Pages read ahead: enough to hide the CRM's answer time behind the writing, little enough to keep memory flat.</summary>
    private const int PagesAhead = 6;

    /// <summary>Failures in a row, without a page between them, before the stream gives up. Each has been retried by the HTTP pipeline already.</summary>
    private const int MostFailuresInARow = 3;

    /// <summary>Times that one read begins anew because its cursor expired. Pages come between, so failures in a row do not bound it.</summary>
    private const int MostRestarts = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>Reads from a cursor to the end.</summary>
    /// <param name="open">Begins a read at a cursor.</param>
    /// <param name="cursor">Where to begin.</param>
    /// <param name="sync">The sync.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async IAsyncEnumerable<RecordPage> ReadAsync(
        Func<string?, CancellationToken, IAsyncEnumerable<RecordPage>> open, string? cursor, SyncContext sync,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pages = Channel.CreateBounded<RecordPage>(new BoundedChannelOptions(PagesAhead) { SingleReader = true, SingleWriter = true });
        var reading = FillAsync(open, cursor, pages.Writer, sync, stop.Token);
        try
        {
            while (await pages.Reader.WaitToReadAsync(cancellationToken))
                while (pages.Reader.TryRead(out var page))
                    yield return page;
        }
        finally
        {
            stop.Cancel();
            await reading;
            while (pages.Reader.TryRead(out var unread))
                unread.Dispose();
        }
    }

    private static async Task FillAsync(
        Func<string?, CancellationToken, IAsyncEnumerable<RecordPage>> open, string? cursor, ChannelWriter<RecordPage> pages,
        SyncContext sync, CancellationToken cancellationToken)
    {
        var (failures, restarts) = (0, 0);

        // Every token of this read, also across resumptions: two pages that lead to each other would be read for ever.
        var passed = new HashSet<string>();
        while (true)
        {
            try
            {
                await foreach (var page in open(cursor, cancellationToken))
                {
                    if (page.Next is not null && !passed.Add(page.Next))
                    {
                        page.Dispose();
                        throw new CrmContractException("The CRM sent a page token a second time, so the read would never end.");
                    }

                    cursor = page.Next;
                    failures = 0;
                    await pages.WriteAsync(page, cancellationToken);
                }

                pages.Complete();
                return;
            }
            catch (CursorExpiredException) when (cursor is not null && ++restarts <= MostRestarts)
            {
                cursor = null;
                passed.Clear();
            }
            catch (CrmException problem) when (problem is CrmUnavailableException or CrmContractException && ++failures < MostFailuresInARow)
            {
                var pause = (problem as CrmUnavailableException)?.RetryAfter ?? FirstPause * failures * (0.5 + sync.Chance.NextDouble());
                sync.Log.LogWarning("Reading falters ({Failures} in a row), trying again in {Pause}: {Reason}", failures, pause, problem.Message);
                try
                {
                    await Task.Delay(pause, sync.Clock, cancellationToken);
                }
                catch (OperationCanceledException canceled)
                {
                    pages.Complete(canceled);
                    return;
                }
            }
            catch (Exception problem) when (problem is CrmException or OperationCanceledException)
            {
                pages.Complete(problem);
                return;
            }
            catch (Exception bug)
            {
                // Not ours to judge here: the reader of the channel gets it, with its stack.
                pages.Complete(bug);
                return;
            }
        }
    }
}
