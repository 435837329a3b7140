using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>Who may scroll in an account: one at a time, because Intercom keeps one scroll per app and has no way to close it.</summary>
/// <remarks>Shared by all connections of a process. Source: intercom.md, section 6, 2026-09.</remarks>
internal sealed class ScrollLocks
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> locks = new(StringComparer.Ordinal);

    public SemaphoreSlim Of(string account) => locks.GetOrAdd(account, _ => new SemaphoreSlim(1, 1));
}

/// <summary>Reads companies by the scroll, the only walk that shows all of them: the list ends at ten thousand and leaves out those without users.</summary>
/// <remarks>
/// <para>A scroll that nobody asks for a minute is lost, so its pages are fetched ahead of whoever takes them. One that is lost, or that Intercom breaks, begins anew.</para>
/// <para>The scroll shows archived companies without saying so. They have lost their users, so those without users are asked for one by one.</para>
/// </remarks>
internal sealed class Scrolling(IntercomApi api, Searching searching, Func<string> account, ScrollLocks locks, TimeProvider clock)
{
    /// <summary>Pages that wait to be taken: some five megabytes.</summary>
    private const int PagesAhead = 32;

    private const int AtOnce = 8;
    private const int MostBeginnings = 4;

    // Intercom keeps an idle scroll for a minute; one that is at work may take several.
    private const int MostWaits = 20;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    public async IAsyncEnumerable<RecordPage> ReadAllAsync(IntercomStream stream, IReadOnlyList<string> fields, string? resume, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (resume is not null)
            throw new CursorExpiredException("Intercom's scroll of companies cannot be gone on with later; it begins anew.");
        var turn = locks.Of(account());
        await turn.WaitAsync(cancellationToken);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var pages = Channel.CreateBounded<RecordPage>(new BoundedChannelOptions(PagesAhead) { SingleReader = true, SingleWriter = true });
            var fetching = FetchAsync(stream, fields, pages.Writer, stop.Token);
            try
            {
                while (await pages.Reader.WaitToReadAsync(cancellationToken))
                    while (pages.Reader.TryRead(out var page))
                        yield return page;
            }
            finally
            {
                Stop(stop);
                await fetching;
                while (pages.Reader.TryRead(out var left))
                    left.Dispose();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    // At once and on this thread: whoever fetches is to be gone before the next one begins.
    private static void Stop(CancellationTokenSource stop) => stop.Cancel();

    /// <summary>Fetches to the end. Never throws: whoever takes the pages is told.</summary>
    private async Task FetchAsync(IntercomStream stream, IReadOnlyList<string> fields, ChannelWriter<RecordPage> pages, CancellationToken cancellationToken)
    {
        try
        {
            for (var beginning = 1; ; beginning++)
            {
                if (await WalkAsync(stream, fields, beginning, pages, mayFail: beginning < MostBeginnings, cancellationToken))
                    break;
            }

            pages.Complete();
        }
        catch (Exception failure)
        {
            pages.Complete(failure);
        }
    }

    /// <summary>Walks the scroll from its beginning. Answers false where it was lost on the way; what came is right all the same.</summary>
    private async Task<bool> WalkAsync(
        IntercomStream stream, IReadOnlyList<string> fields, int beginning, ChannelWriter<RecordPage> pages, bool mayFail, CancellationToken cancellationToken)
    {
        var shape = searching.ShapeOf(stream, fields);
        using var writer = new PageWriter(shape);
        var answer = await BeginAsync(shape, cancellationToken);
        for (var number = 1; ; number++)
        {
            string? scroll;
            using (answer)
            {
                scroll = answer.Scroll;
                var hasRows = answer.Rows.Count > 0;
                var dead = await ArchivedAsync(stream, answer, cancellationToken);
                foreach (var row in answer.Rows)
                    if (!dead.Contains(row))
                        writer.Add(answer, row);
                if (hasRows && scroll is null)
                    throw new CrmContractException("Intercom's scroll of companies ends although a page still had some.");
                var isLast = !hasRows;
                await pages.WriteAsync(writer.Build(isLast ? null : $"{beginning}.{number}"), cancellationToken);
                if (isLast)
                    return true;
            }

            try
            {
                answer = await api.ScrollOnAsync(scroll!, shape, cancellationToken);
            }
            catch (CrmException lost) when (mayFail && lost is CrmNotFoundException or CrmUnavailableException or CrmContractException)
            {
                return false;
            }
        }
    }

    private async Task<AnsweredRows> BeginAsync(RowShape shape, CancellationToken cancellationToken)
    {
        for (var waits = 0; ; waits++)
        {
            try
            {
                return await api.GetRowsAsync("/companies/scroll", "scroll companies", shape, cancellationToken);
            }
            catch (CrmRefusedException refused) when (refused.Code == "scroll_exists" && waits < MostWaits)
            {
                await Task.Delay(Wait, clock, cancellationToken);
            }
            catch (CrmRefusedException refused) when (refused.Code == "scroll_exists")
            {
                throw new CrmUnavailableException("Another program keeps scrolling through Intercom's companies with the same app; syncs go on once it has ended.", Wait);
            }
        }
    }

    private async Task<IReadOnlySet<AnsweredRow>> ArchivedAsync(IntercomStream stream, AnsweredRows answer, CancellationToken cancellationToken)
    {
        var dead = new HashSet<AnsweredRow>(ReferenceEqualityComparer.Instance);
        var shape = searching.ShapeOf(stream, []);
        foreach (var some in answer.Rows.Where(row => row is { Users: 0, Id.Length: > 0 }).Chunk(AtOnce))
        {
            var found = await Task.WhenAll(some.Select(async row =>
            {
                var (whole, refused) = await searching.GetOrSetAsideAsync(stream, answer.IdOf(row), shape, cancellationToken);
                whole?.Dispose();
                return (Row: row, IsThere: whole is not null || refused is not null);
            }));
            dead.UnionWith(found.Where(each => !each.IsThere).Select(each => each.Row));
        }

        return dead;
    }
}
