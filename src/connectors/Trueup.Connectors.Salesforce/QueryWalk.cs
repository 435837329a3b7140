using System.Runtime.CompilerServices;
using System.Text;
using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>What a walk asks for.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Fields">Names of the fields.</param>
/// <param name="Conditions">Conditions beside the one of the walk; null ones are left out.</param>
internal sealed record WalkedQuery(StreamDescription Stream, IReadOnlyList<string> Fields, IReadOnlyList<string?> Conditions);

/// <summary>Walks a query along the ids, page by page, and never in a circle.</summary>
/// <remarks>
/// <para>Within one walk Salesforce's locators lead on: they do not depend on the order, and hold still what is read. A locator dies with the
/// session that made it; then, and in another process, the walk goes on with a query for the ids above the last one, which loses nothing
/// as long as Salesforce kept to the order that was asked for. Where it did not, the walk ends with <see cref="CursorExpiredException"/>.</para>
/// <para>Sources: airbytehq/airbyte#84302 (locators and sessions), #9136 (server-chosen page sizes), simple-salesforce/simple-salesforce#95.</para>
/// </remarks>
internal sealed class QueryWalk(SalesforceApi api, Shapes shapes, SplitReading split)
{
    private const string AfterId = "id:";
    private const string AtLocator = "at:";

    // Salesforce may send pages without records in the middle; this many in a row is no walk any more.
    private const int MostEmptyPages = 1000;

    // Pages in a row that lead to themselves.
    private const int MostStandstills = 5;

    // A walk that loses its locator again and again without a page between gets nowhere.
    private const int MostRestartsInARow = 3;

    private const int LongestIdBytes = RowReading.LongestIdBytes;

    // Below so many rows it is not their number that makes a query slow.
    private const int FewestRows = 50;

    /// <summary>Walks from a cursor to the end.</summary>
    /// <param name="asked">What to ask for.</param>
    /// <param name="resume">A <see cref="RecordPage.Next"/> of an earlier walk; null to begin.</param>
    /// <param name="shrinks">Whether a query that takes too long is asked for fewer rows; else it fails with <see cref="Refusals.Timeout"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async IAsyncEnumerable<RecordPage> ThroughAsync(
        WalkedQuery asked, string? resume, bool shrinks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var walk = Walk.From(resume);
        while (true)
        {
            var answer = await FetchAsync(asked, walk, shrinks, cancellationToken);
            if (answer is null)
                continue;
            RecordPage page;
            try
            {
                page = Advance(asked.Stream, answer, walk);
            }
            catch
            {
                answer.Page.Dispose();
                throw;
            }
            if (page.Next is null || page.Records.Count + page.SetAside.Count > 0)
                yield return page;
            else
                page.Dispose();
            if (walk.IsAtEnd)
                yield break;
        }
    }

    // Null: something was learnt, and the walk goes on another way.
    private async Task<QueryAnswer?> FetchAsync(WalkedQuery asked, Walk walk, bool shrinks, CancellationToken cancellationToken)
    {
        var (stream, endpoint) = (asked.Stream, $"query {asked.Stream.Name}");
        var shape = await shapes.OfAsync(stream, cancellationToken);
        try
        {
            var parts = walk.Parts = walk is { Locator: not null, Parts: { } begun } ? begun : split.PartsOf(shape, asked.Fields);
            if (walk.Locator is { } locator)
                return await split.CompleteAsync(stream, shape, parts, await api.MoreAsync(locator, shape.Stamp, endpoint, cancellationToken), cancellationToken);
            var soql = Soql.Select(parts[0], shape.Name, [.. asked.Conditions, walk.LastId is { } last ? $"Id>'{last}'" : null], "Id", walk.Limit);
            return await split.CompleteAsync(
                stream, shape, parts, await api.QueryAsync(soql, shape.AsksAmongAll, shape.Stamp, endpoint, cancellationToken), cancellationToken);
        }
        catch (CursorExpiredException) when (walk.MayGoOnById)
        {
            walk.GoOnById();
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.Timeout && shrinks && walk.MayGoOnById)
        {
            if (walk.Limit is <= FewestRows)
                throw new CrmUnavailableException($"Salesforce takes too long to read {stream.Name}, however little is asked for; the next sync tries again. {refused.Message}");
            walk.AskForFewer(shape.RowsPerPage);
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.Field && walk.MayRenewShape)
        {
            // A field was removed or hidden since it was described: without it, the others can be read.
            await shapes.RenewedAsync(stream, cancellationToken);
            walk.RenewedShape();
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.TooComplicated && split.CanHalve(shape, asked.Fields))
        {
            split.Halve(shape);
        }
        return null;
    }

    private static RecordPage Advance(StreamDescription stream, QueryAnswer answer, Walk walk)
    {
        var page = answer.Page;
        foreach (var record in page.Records)
            walk.Pass(page.IdOf(record).Span);
        if (answer.Locator is { } next && !walk.IsNew(next, answer.Rows))
            throw new CrmContractException($"Salesforce sent the same page token twice while {stream.Name} was read, so the read would never end; it starts again with the next sync.");
        if (walk is { Limit: not null, MayGoOnById: false })
            throw new CrmContractException($"Salesforce answers a query of {stream.Name} in an order that cannot be followed; it starts again with the next sync.");
        if (walk.PassedPage(answer) > MostEmptyPages)
            throw new CrmContractException($"Salesforce sent {MostEmptyPages} pages of {stream.Name} in a row without a record; try again later.");
        page.Next = walk.Cursor;
        return page;
    }

    /// <summary>How far a walk is.</summary>
    private sealed class Walk
    {
        private readonly HashSet<UInt128> seen = [];
        private readonly byte[] lastId = new byte[LongestIdBytes];
        private int lastIdLength;
        private bool isAscending = true;
        private int restarts;
        private int emptyInARow;
        private int repetitions;
        private int standstills;
        private bool hasRenewedShape;

        public string? Locator { get; private set; }

        public int? Limit { get; private set; }

        public bool IsAtEnd { get; private set; }

        public string? LastId => lastIdLength > 0 ? Encoding.ASCII.GetString(lastId, 0, lastIdLength) : null;

        /// <summary>Whether the ids above the last one are all that is missing.</summary>
        public bool MayGoOnById => isAscending && restarts < MostRestartsInARow;

        /// <summary>The fields of the query under way, which a locator goes on with.</summary>
        public IReadOnlyList<IReadOnlyList<string>>? Parts { get; set; }

        public bool MayRenewShape => !hasRenewedShape;

        /// <summary>What an engine resumes with; null at the end.</summary>
        public string? Cursor { get; private set; }

        public static Walk From(string? cursor)
        {
            var walk = new Walk();
            switch (cursor)
            {
                case null:
                    break;
                case var _ when cursor.StartsWith(AfterId, StringComparison.Ordinal)
                    && cursor[AfterId.Length..].Split('~')[0] is { Length: > 0 } id && id.Length <= LongestIdBytes && id.All(char.IsAsciiLetterOrDigit):
                    walk.lastIdLength = Encoding.ASCII.GetBytes(id, walk.lastId);
                    break;
                case var _ when cursor.StartsWith(AtLocator, StringComparison.Ordinal):
                    walk.Locator = cursor[AtLocator.Length..];
                    walk.isAscending = false;
                    break;
                default:
                    throw new CursorExpiredException("The cursor is not one of this connector; the read starts again.");
            }
            return walk;
        }

        public void Pass(ReadOnlySpan<byte> id)
        {
            isAscending &= id.SequenceCompareTo(lastId.AsSpan(0, lastIdLength)) >= 0;
            id.CopyTo(lastId);
            lastIdLength = id.Length;
        }

        /// <summary>Whether a locator was not seen before. An empty page may lead to its own place once more.</summary>
        public bool IsNew(string locator, int rows) =>
            seen.Add(Fingerprint.OfId(Encoding.UTF8.GetBytes(locator))) || (rows == 0 && locator == Locator && ++standstills < MostStandstills);

        /// <summary>Counts how many pages in a row had no records.</summary>
        public int PassedPage(QueryAnswer answer)
        {
            restarts = 0;
            standstills = answer.Rows > 0 ? 0 : standstills;
            Locator = answer.Locator;
            // As many rows as were asked for may be all there are, or not.
            IsAtEnd = answer.IsDone && (Limit is null || answer.Rows == 0);
            var cursor = IsAtEnd ? null : isAscending && LastId is { } id ? AfterId + id : Locator is { } at ? AtLocator + at : Cursor;
            // A page of repetitions alone leads no further; its token is still another one.
            Cursor = cursor is not null && cursor == Cursor?.Split('~')[0] ? $"{cursor}~{++repetitions}" : cursor;
            return emptyInARow = answer.Rows > 0 ? 0 : emptyInARow + 1;
        }

        public void GoOnById()
        {
            Locator = null;
            restarts++;
        }

        public void AskForFewer(int usual)
        {
            Locator = null;
            Limit = (Limit ?? usual) / 4;
        }

        public void RenewedShape() => hasRenewedShape = true;
    }
}
