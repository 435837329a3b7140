using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Finds out whether records were made whose making was sent and not heard of: by the values sent, among what the CRM has from since then and the
/// mirror did not know before. Nothing is sent a second time.</summary>
internal sealed class LostCreates(EditContext edit)
{
    /// <summary>Our clock may have been set by so much since the sending, and a record made just after it is found all the same.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>So long one try looks. A run that waits takes the room of another.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);

    private DateTimeOffset since;

    /// <summary>Looks until all are found, or the CRM would have shown them. Those that it may still show stay open, for the run to be gone on with.</summary>
    public async Task SettleAsync(IReadOnlyList<EditItem> lost, CancellationToken cancellationToken)
    {
        await edit.WaitBeforeAskingAsync(EditRun.PauseBeforeAsking, cancellationToken);

        // Their ids were heard; only the reading of them was cut short.
        await CreateBatch.FinishAsync(edit, [.. lost.Where(item => item.Id != default)], cancellationToken);
        var missing = lost.Where(item => item.Id == default).ToList();
        if (missing.Count == 0)
            return;

        // When they were sent, by the CRM's clock: ours may be wrong by any amount, and its answers tell by how much.
        await edit.Connector.IdentifyAsync(cancellationToken);
        since = missing.Min(item => item.SentAt)!.Value + (edit.Connector.Now - edit.Clock.GetUtcNow()) - Skew;

        var lag = edit.Connector is IReadsModified && edit.Stream.Description.Traits.ReadsModified ? edit.Stream.Description.Traits.IndexLag : TimeSpan.Zero;
        var until = missing.Max(item => item.SentAt)!.Value + lag;
        var began = edit.Clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 > LongestPause ? LongestPause : pause * 2)
        {
            await Task.Delay(pause, edit.Clock, cancellationToken);
            var isLast = edit.Clock.GetUtcNow() >= until;
            var found = await FindAsync(missing, cancellationToken);
            await CreateBatch.FinishAsync(edit, found, cancellationToken);
            var places = found.Select(item => item.Position).ToHashSet();
            missing.RemoveAll(item => places.Contains(item.Position));
            if (missing.Count == 0 || isLast)
                break;
            if (edit.Clock.GetElapsedTime(began) > LongestLook)
                return;
        }

        await edit.SaveAsync(
            [.. missing.Select(item => item.Ended(EditResult.Rejected, "The app did not answer, and has no such record since: it was not made."))], cancellationToken);
    }

    private async Task<List<EditItem>> FindAsync(List<EditItem> missing, CancellationToken cancellationToken)
    {
        var open = missing.ToList();
        var found = new List<EditItem>();
        await foreach (var page in CandidatesAsync(missing, cancellationToken))
        {
            using (page)
                await MatchAsync(page, open, found, cancellationToken);
            if (open.Count == 0)
                break;
        }

        return found;
    }

    private async IAsyncEnumerable<RecordPage> CandidatesAsync(
        List<EditItem> missing, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = edit.Stream.Description;
        foreach (var pages in await UniquesAsync(missing, cancellationToken))
            yield return pages;
        var reading = edit.Connector is IReadsModified modified && stream.Traits.ReadsModified
            ? modified.ReadModifiedAsync(new ModifiedRead(stream, edit.Fields, since, edit.Connector.Now + TimeSpan.FromHours(1), null), cancellationToken)
            : edit.Connector.ReadAllAsync(new FullRead(stream, edit.Fields, null), cancellationToken);
        await foreach (var page in reading)
            yield return page;
    }

    /// <summary>Those that can be found at once, by a unique value.</summary>
    private async Task<IReadOnlyList<RecordPage>> UniquesAsync(List<EditItem> missing, CancellationToken cancellationToken)
    {
        if (edit.Connector is not IFindsByUniqueValue finds)
            return [];
        var ids = new List<RecordId>();
        var unique = edit.Stream.Fields.Where(field => field is { RetiredAt: null, Definition.Unique: true }).Select(field => field.Definition.Name);
        foreach (var field in unique)
        {
            var values = missing.Select(item => EditValues.Text(EditValues.Read(item.Wanted).GetValueOrDefault(field))).Where(value => value.Length > 0).ToList();
            if (values.Count > 0)
                ids.AddRange(await finds.FindAsync(edit.Stream.Description, field, values, cancellationToken));
        }

        return ids.Count == 0 ? [] : (await edit.ById.ReadByIdsAsync(edit.Stream.Description, edit.Fields, ids, cancellationToken)).Live;
    }

    private async Task MatchAsync(RecordPage page, List<EditItem> open, List<EditItem> found, CancellationToken cancellationToken)
    {
        var candidates = new List<(RecordId Id, EditItem Item)>();
        var known = found.Select(item => item.Id).ToHashSet();
        foreach (var slice in page.Records)
        {
            var id = page.RecordIdOf(slice);
            var properties = page.PropertiesOf(slice);
            if (!known.Contains(id) && open.Find(item => Holds(properties, item)) is { } item)
                candidates.Add((id, item));
        }

        if (candidates.Count == 0)
            return;
        var stored = (await edit.Mirror.LoadAsync(edit.Stream.Name, [.. candidates.Select(candidate => candidate.Id).Distinct()], cancellationToken)).ToDictionary(record => record.Id);
        var claimed = await edit.Journal.CreatedAsync(edit.Order.Run, [.. candidates.Select(candidate => candidate.Id)], cancellationToken);
        foreach (var (id, _) in candidates)
        {
            if (claimed.Contains(id) || found.Exists(item => item.Id == id))
                continue;
            var slice = page.Records.First(slice => page.RecordIdOf(slice) == id);
            var properties = page.PropertiesOf(slice);
            if (open.Find(item => Holds(properties, item) && IsNew(stored.GetValueOrDefault(id), item)) is not { } match)
                continue;
            open.Remove(match);
            found.Add(match with { Id = id });
        }
    }

    private bool Holds(ReadOnlyMemory<byte> properties, EditItem item)
    {
        var wanted = EditValues.Read(item.Wanted);
        var holds = EditValues.Pick(properties, wanted.Keys);
        return wanted.All(value => EditValues.Same(edit.TypeOf(value.Key), holds[value.Key], value.Value));
    }

    /// <summary>Whether nobody had seen the record before it was sent, and it is not another run's.</summary>
    private bool IsNew(StoredRecord? stored, EditItem item) => stored is null
        || (stored.CreatedAt >= item.SentAt
            && (!stored.Source.StartsWith(EditContext.SourcePrefix, StringComparison.Ordinal) || stored.Source.StartsWith(EditContext.SourceOf(edit.Order.Run), StringComparison.Ordinal)));
}
