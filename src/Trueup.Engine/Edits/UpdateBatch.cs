using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Sets fields of the records of one batch: reads what the CRM holds, decides, writes, and makes the mirror follow.</summary>
/// <remarks>May be run again after a failure, and goes on with the records that have not ended. Not for concurrent use.</remarks>
internal sealed class UpdateBatch(EditContext edit, IReadOnlyList<EditItem> items) : IEditBatch
{
    private IReadOnlyList<EditItem> left = items;
    private int round;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (left.Count > 0 && edit.Stop is null)
        {
            // What was not heard of may still be on its way.
            if (round > 0)
                await edit.WaitBeforeAskingAsync(EditRun.PauseBeforeAsking * round, cancellationToken);
            var (read, ended, sending, writes) = await edit.WhileFreshAsync(left.Count, () => DecideAsync(isLast: round == EditRun.MostRounds, cancellationToken));
            round++;
            await edit.FollowDoneAsync(ended, read, cancellationToken);
            await edit.SaveAsync([.. ended, .. sending], cancellationToken);
            left = sending;
            if (sending.Count > 0)
                left = await WriteAsync(sending, writes, read, cancellationToken);
            else
                await edit.Follower.FollowAsync(edit.Stream.Name, [.. read.Live.Values], [.. read.Gone.Values], edit.Source("id"), cancellationToken);
        }
    }

    private async Task<(CurrentRecords Read, IReadOnlyList<EditItem> Ended, IReadOnlyList<EditItem> Sending, IReadOnlyList<RecordWrite> Writes)> DecideAsync(
        bool isLast, CancellationToken cancellationToken)
    {
        var read = await edit.ReadAsync(left.Select(item => item.Id), cancellationToken);
        List<EditItem> ended = [], sending = [];
        var writes = new List<RecordWrite>();
        foreach (var item in left.Where(item => !edit.IsUntold(item, read)))
        {
            var (decided, write) = Decide(item, read, isLast);
            (decided.IsOpen ? sending : ended).Add(decided);
            if (write is not null)
                writes.Add(write);
        }

        return (read, await WhoChanged.TellAsync(edit, ended, read, cancellationToken), sending, writes);
    }

    private (EditItem Item, RecordWrite? Write) Decide(EditItem item, CurrentRecords read, bool isLast)
    {
        if (!read.Live.TryGetValue(item.Id, out var record))
            return (EditContext.EndedUnread(item, read), null);
        var wanted = EditValues.Read(item.Wanted);
        var current = EditValues.Pick(record.Properties, wanted.Keys);
        switch (EditDecision.Between(EditValues.Read(item.Seen), current, wanted, edit.TypeOf, edit.Order.Rule))
        {
            case EditDecision.Unmodified:
                return (item with { Result = item.SentAt is null ? EditResult.Unmodified : EditResult.Updated, After = EditValues.Write(current) }, null);
            case EditDecision.Conflict conflict:
                return (InConflict(item, conflict.Fields, current, wanted, record), null);
            case EditDecision.Write { Values: var values, Left: var kept }:
                var before = item with { Before = item.Before ?? EditValues.Write(values.Keys.Select(name => KeyValuePair.Create(name, current[name]))) };
                if (isLast)
                    return (before.Ended(EditResult.Rejected, "The app did not answer, and the record shows that the change was not made."), null);
                if (edit.Order.IsPreview)
                    return (kept.Count > 0 ? InConflict(before, kept, current, values, record) : before with { Result = EditResult.Updated, After = EditValues.Write(values) }, null);
                return (before with { Result = EditResult.Sending, SentAt = item.SentAt ?? edit.Clock.GetUtcNow() }, new RecordWrite(item.Id, values, record.Properties, record.ModifiedMilliseconds));
            default:
                throw new System.Diagnostics.UnreachableException("A decision of an unknown kind.");
        }
    }

    private static EditItem InConflict(
        EditItem item, IReadOnlyList<string> fields, IReadOnlyDictionary<string, JsonElement> current, IReadOnlyDictionary<string, JsonElement> wanted, CurrentRecord record) =>
        item.Ended(
            EditResult.Conflict,
            $"{string.Join(", ", fields)} changed in the app since Trueup saw it; the record was last modified {DateTimeOffset.FromUnixTimeMilliseconds(record.ModifiedMilliseconds).UtcDateTime:u}.") with
        {
            Before = item.Before ?? item.Seen, After = EditValues.Write(wanted),
            Current = EditValues.Write(fields.Select(name => KeyValuePair.Create(name, current[name]))),
        };

    /// <summary>Writes, and answers those that were not heard of.</summary>
    private async Task<IReadOnlyList<EditItem>> WriteAsync(
        IReadOnlyList<EditItem> sending, IReadOnlyList<RecordWrite> writes, CurrentRecords read, CancellationToken cancellationToken)
    {
        var outcomes = await edit.Writes.WriteAsync(new WriteBatch(edit.Stream.Description, WriteKind.Update, writes), cancellationToken);
        var live = read.Live.ToDictionary();
        var untold = new List<RecordId>();
        for (var index = 0; index < outcomes.Count; index++)
        {
            if (outcomes[index] is not WriteOutcome.Written written)
                continue;
            var id = sending[index].Id;
            if (written is { ModifiedMilliseconds: { } stamp, Values: { } told })
                live[id] = new CurrentRecord(id, stamp, Overlay.Over(live[id].Properties, told)) { LaidOver = live[id].Hash };
            else
                untold.Add(id);
        }

        // The answer does not tell what the records hold now.
        var after = untold.Count > 0 ? await edit.ReadAsync(untold, cancellationToken) : read;
        foreach (var id in untold.Where(after.Live.ContainsKey).ToList())
        {
            live[id] = after.Live[id];
            untold.Remove(id);
        }

        List<EditItem> ended = [], again = [];
        for (var index = 0; index < outcomes.Count; index++)
        {
            var item = sending[index];
            switch (outcomes[index])
            {
                case WriteOutcome.Written when untold.Contains(item.Id):
                    ended.Add(item with { Result = EditResult.Updated, After = EditValues.Write(writes[index].Values), Reason = $"The app confirmed it. {after.WhyGone(item.Id)}" });
                    break;
                case WriteOutcome.Written:
                    ended.Add(Written(item, writes[index].Values, live[item.Id], read.Live[item.Id]));
                    break;
                case WriteOutcome.Rejected rejected:
                    ended.Add(item.Ended(EditResult.Rejected, rejected.Reason));
                    break;
                case WriteOutcome.Unsent unsent:
                    edit.Stop = unsent.Why;
                    ended.Add(EditRun.NotSent(item, unsent.Why));
                    break;
                default:
                    again.Add(item);
                    break;
            }
        }

        await edit.Follower.FollowAsync(edit.Stream.Name, [.. live.Values.Where(record => !untold.Contains(record.Id))], [.. read.Gone.Values.Union(after.Gone.Values)], edit.Source("answer"), cancellationToken);
        await edit.SaveAsync(ended, cancellationToken);
        return again;
    }

    /// <summary>What the CRM holds in the fields afterwards decides, not its word that it wrote them.</summary>
    private EditItem Written(EditItem item, IReadOnlyDictionary<string, JsonElement> values, CurrentRecord after, CurrentRecord before)
    {
        var holds = EditValues.Pick(after.Properties, values.Keys);
        var held = EditValues.Pick(before.Properties, values.Keys);
        var ended = item with { Result = EditResult.Updated, Before = EditValues.Write(held), After = EditValues.Write(holds) };
        var without = values.Where(value => !EditValues.Same(edit.TypeOf(value.Key), holds[value.Key], value.Value)
            && EditValues.Same(edit.TypeOf(value.Key), holds[value.Key], held[value.Key])).Select(value => value.Key).ToList();
        if (without.Count > 0)
            return ended.Ended(EditResult.Rejected, $"The app said that it was written, but {string.Join(", ", without)} did not change.");
        var left = EditValues.Read(item.Wanted).Keys.Except(values.Keys).Where(name => !EditValues.Same(edit.TypeOf(name),
            EditValues.Pick(after.Properties, [name])[name], EditValues.Read(item.Wanted)[name])).ToList();
        return left.Count == 0 ? ended : ended.Ended(EditResult.Conflict, $"{string.Join(", ", left)} changed in the app since, and stays as it is; the other fields were written.") with
        {
            Current = EditValues.Write(EditValues.Pick(after.Properties, left)),
        };
    }
}
