using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Keeps one sync from burying too much of a stream, and asks a person instead.</summary>
/// <remarks>
/// <para>A scope that was taken away, a half-broken list or a wrong account all look like a mass deletion (invariant I12). So all burials of a sync
/// share one allowance, whichever pass they come from. Only a merge needs none: the survivor itself proves it.</para>
/// <para>Not for concurrent use.</para>
/// </remarks>
internal sealed class Brake(StreamRun run)
{
    /// <summary>Ids named to the person who is asked.</summary>
    private const int MostIdsNamed = 1_000;

    private readonly long ordinary = Math.Max(EngineOptions.AlwaysAllowedBurials, (long)(run.Mirrored.Live * run.Sync.Options.DeletesBrake));
    private readonly List<RecordId> heldBack = [];
    private readonly RecordKeys? agreedTo = run.Sync.Checkpoints.BrakeOf(run.Mirrored.Name) is { Answer: BrakeAnswer.Bury } answered ? answered.Records() : null;
    private long agreed;
    private long used;

    /// <summary>Records that this sync may still bury.</summary>
    private long Left => ordinary + agreed - used;

    private BrakeQuestion? Question => run.Sync.Checkpoints.BrakeOf(run.Mirrored.Name);

    /// <summary>Of records that are gone from a list, those that may be looked into and buried. If they are too many, a person is asked and none may.</summary>
    /// <param name="candidates">The records.</param>
    /// <param name="isComplete">Whether these are all that a complete enumeration left out. Only then does a small number withdraw
    /// the question: a list of deletions knows nothing of records that went without being listed.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<RecordId>> LetPassAsync(IReadOnlyList<RecordId> candidates, bool isComplete, CancellationToken cancellationToken)
    {
        var question = Question;

        // What a person decided to keep is not asked about again; what is new beside it is judged on its own.
        var kept = question is { Answer: BrakeAnswer.Keep } ? question.Records() : null;
        var news = kept is null ? candidates : [.. candidates.Where(id => !kept.Contains(id))];
        if (news.Count <= Left)
        {
            if (isComplete && question is not null)
                await WithdrawAsync(question, kept is null ? [] : [.. candidates.Where(kept.Contains)], cancellationToken);
            return news;
        }

        // The answer was given about so many records. Had many more gone since, the person would want to know.
        if (question is { Answer: BrakeAnswer.Bury } && candidates.Count <= question.Count + ordinary)
        {
            agreed += candidates.Count;
            await run.Sync.Checkpoints.SaveBrakeAsync(run.Sync, run.Mirrored.Name, _ => null, cancellationToken);
            return candidates;
        }

        // This sync's enumeration has asked about these records and perhaps more.
        if (isComplete || !run.IsEnumerated || question is null)
            await AskAsync(candidates, cancellationToken);
        Name(candidates);
        return [];
    }

    /// <summary>Whether one more live record may be buried. If not, it is held back until a person was asked.</summary>
    public bool MayBury(RecordId id)
    {
        if (Left <= 0 && agreedTo?.Contains(id) != true)
        {
            heldBack.Add(id);
            return false;
        }

        used++;
        return true;
    }

    /// <summary>Asks about the records that were held back since the last time.</summary>
    public async Task AskAboutHeldBackAsync(CancellationToken cancellationToken)
    {
        if (heldBack.Count == 0)
            return;
        var records = heldBack.Distinct().ToList();
        heldBack.Clear();
        await AskAsync(records, cancellationToken);
        Name(records);
    }

    private void Name(IReadOnlyList<RecordId> records)
    {
        foreach (var record in records.Take(MostIdsNamed))
            run.NameExtra(record.Value);
    }

    private Task AskAsync(IReadOnlyList<RecordId> records, CancellationToken cancellationToken) =>
        run.Sync.Checkpoints.SaveBrakeAsync(
            run.Sync, run.Mirrored.Name,
            stored => stored is { Answer: null } && stored.Records() is var asked && records.All(asked.Contains) ? stored : BrakeQuestion.About(records),
            cancellationToken);

    private Task WithdrawAsync(BrakeQuestion answered, IReadOnlyList<RecordId> stillKept, CancellationToken cancellationToken) =>
        run.Sync.Checkpoints.SaveBrakeAsync(
            run.Sync, run.Mirrored.Name,
            stored => !ReferenceEquals(stored, answered) ? stored
                : stillKept.Count == 0 ? null
                : stillKept.Count == answered.Count ? stored
                : BrakeQuestion.About(stillKept) with { Answer = BrakeAnswer.Keep },
            cancellationToken);
}
