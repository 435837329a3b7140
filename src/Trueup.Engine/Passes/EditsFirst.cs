using System.Text;
using Trueup.Contract;
using Trueup.Engine.Deciding;
using Trueup.Engine.Edits;

namespace Trueup.Engine.Passes;

/// <summary>What an edit has written goes before what a sync read earlier.</summary>
internal static class EditsFirst
{
    /// <summary>Takes out of a batch what an edit has written since the batch was decided, and later than what was read. Only for whoever has <see cref="State.EditMarks.Turn"/>.</summary>
    public static async Task LeaveAsync(StreamRun run, Batch batch)
    {
        var (edits, stream) = (run.Sync.Edits, run.Mirrored.Name);
        if (!edits.HaveWritten)
            return;
        var edited = batch.Puts.Where(put => edits.HasWritten(stream, Fingerprint.OfId(put.Id.Span))).ToLookup(put => new RecordId(Encoding.UTF8.GetString(put.Id.Span)));
        if (edited.Count == 0)
            return;
        foreach (var stored in await run.Sync.Mirror.LoadAsync(stream, [.. edited.Select(puts => puts.Key)], CancellationToken.None))
        {
            var since = stored.IsLive ? stored.ModifiedMilliseconds : stored.Gone?.At?.ToUnixTimeMilliseconds() ?? long.MaxValue;
            var older = edited[stored.Id].Where(put => put.ModifiedMilliseconds < since).ToList();
            if (older.Count == 0 || !stored.Source.StartsWith(EditContext.SourcePrefix, StringComparison.Ordinal))
                continue;
            older.ForEach(batch.Remove);
            if (stored.IsLive)
                edits.Put(stream, Fingerprint.OfId(stored.Id), stored.Hash);
            else
                edits.Buried(stream, Fingerprint.OfId(stored.Id));
        }
    }
}
