using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Deletes the records of one batch, or brings deleted ones back. The record itself says afterwards whether it was done.</summary>
/// <remarks>May be run again after a failure, and goes on with the records that have not ended. Not for concurrent use.</remarks>
internal sealed class GoneBatch(EditContext edit, WriteKind kind, IReadOnlyList<EditItem> items) : IEditBatch
{
    private readonly bool deletes = kind == WriteKind.Delete;
    private IReadOnlyList<EditItem> left = items;
    private int round;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (left.Count > 0 && edit.Stop is null)
        {
            if (round > 0)
                await edit.WaitBeforeAskingAsync(EditRun.PauseBeforeAsking * round, cancellationToken);
            var (read, decided) = await edit.WhileFreshAsync(left.Count, () => DecideAsync(isLast: round == EditRun.MostRounds, cancellationToken));
            round++;
            await edit.FollowDoneAsync(decided, read, cancellationToken);
            await edit.SaveAsync(decided, cancellationToken);
            left = [.. decided.Where(item => item.IsOpen)];
            await edit.Follower.FollowAsync(edit.Stream.Name, [.. read.Live.Values], [.. read.Gone.Values], edit.Source("id"), cancellationToken);
            if (left.Count > 0)
                left = await WriteAsync(left, read, cancellationToken);
        }
    }

    private async Task<(CurrentRecords Read, IReadOnlyList<EditItem> Decided)> DecideAsync(bool isLast, CancellationToken cancellationToken)
    {
        var read = await edit.ReadAsync(left.Select(item => item.Id), cancellationToken);
        var known = deletes ? (await edit.Mirror.LoadAsync(edit.Stream.Name, [.. left.Select(item => item.Id)], cancellationToken)).ToDictionary(record => record.Id) : [];
        return (read, await WhoChanged.TellAsync(edit, [.. left.Where(item => !edit.IsUntold(item, read)).Select(item => Decide(item, read, known, isLast))], read, cancellationToken));
    }

    private EditItem Decide(EditItem item, CurrentRecords read, Dictionary<RecordId, StoredRecord> known, bool isLast)
    {
        var record = read.Live.GetValueOrDefault(item.Id);
        var isDone = deletes == (record is null);
        if (record is null && read.Gone.GetValueOrDefault(item.Id) is not { Cause: GoneCause.Archived or GoneCause.Deleted })
            return EditContext.EndedUnread(item, read);
        if (isDone)
            return item.Ended(item.SentAt is null ? EditResult.Unmodified : Done);
        if (isLast)
            return item.Ended(EditResult.Rejected, "The app did not answer, and the record shows that it was not done.");
        if (deletes && edit.Order.Rule != ConflictRule.Overwrite && Changed(known.GetValueOrDefault(item.Id), record!) is { Count: > 0 } changed)
        {
            return item.Ended(EditResult.Conflict, $"{string.Join(", ", changed)} changed in the app since Trueup saw it.") with
            {
                Current = EditValues.Write(EditValues.Pick(record!.Properties, changed)),
            };
        }

        var before = record is null ? item : item with { Before = EditValues.WriteHeld(record.Properties) };
        return edit.Order.IsPreview ? before.Ended(Done) : before with { Result = EditResult.Sending, SentAt = item.SentAt ?? edit.Clock.GetUtcNow() };
    }

    private EditResult Done => deletes ? EditResult.Deleted : EditResult.Restored;

    /// <summary>The fields of people that are not as the mirror, which the user saw, holds them.</summary>
    private List<string> Changed(StoredRecord? stored, CurrentRecord record)
    {
        if (stored is null)
            return [];
        var names = edit.FieldsOfPeople.ToList();
        var (seen, current) = (EditValues.Pick(stored.Properties, names), EditValues.Pick(record.Properties, names));
        return [.. names.Where(name => !EditValues.Same(edit.TypeOf(name), seen[name], current[name]))];
    }

    private async Task<IReadOnlyList<EditItem>> WriteAsync(IReadOnlyList<EditItem> sending, CurrentRecords read, CancellationToken cancellationToken)
    {
        var writes = sending.Select(item => new RecordWrite(
            item.Id, new Dictionary<string, System.Text.Json.JsonElement>(), read.Live.GetValueOrDefault(item.Id)?.Properties ?? default,
            read.Live.GetValueOrDefault(item.Id)?.ModifiedMilliseconds)).ToList();
        var outcomes = await edit.Writes.WriteAsync(new WriteBatch(edit.Stream.Description, kind, writes), cancellationToken);
        List<EditItem> ended = [], asked = [], again = [];
        for (var index = 0; index < outcomes.Count; index++)
        {
            switch (outcomes[index])
            {
                case WriteOutcome.Written:
                    asked.Add(sending[index]);
                    break;
                case WriteOutcome.Rejected rejected:
                    ended.Add(sending[index].Ended(EditResult.Rejected, rejected.Reason));
                    break;
                case WriteOutcome.Unsent unsent:
                    edit.Stop = unsent.Why;
                    ended.Add(EditRun.NotSent(sending[index], unsent.Why));
                    break;
                default:
                    again.Add(sending[index]);
                    break;
            }
        }

        await edit.SaveAsync(ended, cancellationToken);
        if (asked.Count > 0)
        {
            var after = await edit.ReadAsync(asked.Select(item => item.Id), cancellationToken);
            await edit.Follower.FollowAsync(edit.Stream.Name, [.. after.Live.Values], [.. after.Gone.Values], edit.Source("id"), cancellationToken);
            await edit.SaveAsync(
                [
                    .. asked.Select(item => deletes == after.Gone.ContainsKey(item.Id) ? item.Ended(Done)
                        : !after.Live.ContainsKey(item.Id) && !after.Gone.ContainsKey(item.Id) ? item.Ended(Done, $"The app confirmed it. {after.WhyGone(item.Id)}")
                        : item.Ended(EditResult.Rejected, deletes ? "The app said that it was deleted, but it is there still." : "The app said that it was restored, but it is not there.")),
                ],
                cancellationToken);
        }

        return again;
    }
}
