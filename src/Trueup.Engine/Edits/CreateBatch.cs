using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Makes the records of one batch. Whatever was sent and not heard of is left to <see cref="LostCreates"/>: it is never sent again.</summary>
/// <remarks>May be run again after a failure, and goes on with the records that have not ended. Not for concurrent use.</remarks>
internal sealed class CreateBatch(EditContext edit, IReadOnlyList<EditItem> items) : IEditBatch
{
    private IReadOnlyList<EditItem> left = items;
    private IReadOnlyList<EditItem> made = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (edit.Order.IsPreview)
        {
            await edit.SaveAsync([.. left.Select(item => item with { Result = EditResult.Created, After = item.Wanted })], cancellationToken);
            return;
        }

        if (left.Count > 0)
            await WriteAsync(cancellationToken);
        await FinishAsync(cancellationToken);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var sending = left.Select(item => item with { Result = EditResult.Sending, SentAt = edit.Clock.GetUtcNow() }).ToList();
        await edit.SaveAsync(sending, cancellationToken);
        left = [];
        var writes = sending.Select(item => new RecordWrite(default, EditValues.Read(item.Wanted).Where(value => value.Value.ValueKind != System.Text.Json.JsonValueKind.Null).ToDictionary())).ToList();
        var outcomes = await edit.Writes.WriteAsync(new WriteBatch(edit.Stream.Description, WriteKind.Create, writes), cancellationToken);
        List<EditItem> known = [], ended = [];
        for (var index = 0; index < outcomes.Count; index++)
        {
            switch (outcomes[index])
            {
                case WriteOutcome.Written written:
                    known.Add(sending[index] with { Id = written.Id });
                    break;
                case WriteOutcome.Rejected rejected:
                    ended.Add(sending[index].Ended(EditResult.Rejected, rejected.Reason));
                    break;
                case WriteOutcome.Unsent unsent:
                    edit.Stop = unsent.Why;
                    ended.Add(EditRun.NotSent(sending[index], unsent.Why));
                    break;
            }
        }

        // The ids first: after a crash nothing but them says which records are ours.
        await edit.SaveAsync([.. ended, .. known], cancellationToken);
        made = known;
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        await FinishAsync(edit, made, cancellationToken);
        made = [];
    }

    /// <summary>Reads records that were made, makes the mirror follow, and ends their changes.</summary>
    public static async Task FinishAsync(EditContext edit, IReadOnlyList<EditItem> made, CancellationToken cancellationToken)
    {
        if (made.Count == 0)
            return;
        var read = await edit.ReadAsync(made.Select(item => item.Id), cancellationToken);
        await edit.Follower.FollowAsync(edit.Stream.Name, [.. read.Live.Values], [.. read.Gone.Values], edit.Source("id"), cancellationToken);
        await edit.SaveAsync(
            [
                .. made.Select(item => read.Live.TryGetValue(item.Id, out var record)
                    ? item with { Result = EditResult.Created, After = EditValues.Write(EditValues.Pick(record.Properties, EditValues.Read(item.Wanted).Keys)) }

                    // Made, and gone again or merged already.
                    : item.Ended(EditResult.Created) with { After = item.Wanted }),
            ],
            cancellationToken);
    }
}
