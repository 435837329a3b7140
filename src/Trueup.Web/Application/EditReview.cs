using System.Text.Json.Nodes;
using Trueup.Catalog;
using Trueup.Engine.Edits;

namespace Trueup.Web.Application;

/// <summary>What people decide about edit runs when they have looked at them: that a preview goes live, and whose value stands in a conflict.</summary>
public sealed class EditReview(Edits edits, Connections connections, EditJournal journal)
{
    /// <summary>Makes a preview live: a run of its own with every change that would be made, and with the conflicts that nobody has decided. What was seen in
    /// the preview is what the run takes for seen. The preview goes in the same moment. Needs editor.</summary>
    /// <exception cref="ProblemException">403, 404, 409 while the preview is under way or the stream is locked, 422 where nothing is to be done.</exception>
    public async Task<EditView> ApplyAsync(Actor actor, string run, TimeSpan wait, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        var preview = await EndedAsync(run, cancellationToken);
        if (!preview.IsPreview)
            throw new ProblemException(Problem.Invalid("The run is live already."));
        var entry = await connections.FindAsync(preview.ConnectionId, cancellationToken);
        var stream = await edits.CheckAsync(entry, preview.Stream, cancellationToken);
        var items = new List<EditItem>();
        await foreach (var item in edits.ItemsAsync(run, cancellationToken))
            if (item.Result is not (EditResult.Unmodified or EditResult.Rejected))
                items.Add(Anew(item, items.Count));
        if (items.Count == 0)
            throw new ProblemException(Problem.Invalid("Nothing would be changed, so there is nothing to make live."));
        return await edits.BeginAsync(
            actor, entry, stream, new Edits.Beginning(IsPreview: false, preview.Rule, items, preview.Undoes, Preview: run), wait, cancellationToken);
    }

    /// <summary>Decides conflicts of a run that has ended. Answers the run, or the new one that writes. Needs editor.</summary>
    /// <exception cref="ProblemException">403, 404, 409 while the run is under way or the stream is locked, 422 where there is no such conflict.</exception>
    public async Task<EditView> ResolveAsync(Actor actor, string run, NewResolution wanted, TimeSpan wait, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        var takesMine = wanted.Take switch
        {
            "mine" => true,
            "theirs" => false,
            _ => throw new ProblemException(Problem.Invalid($"take is mine or theirs, not {wanted.Take ?? "missing"}.")),
        };
        var ended = await EndedAsync(run, cancellationToken);
        var conflicts = await ConflictsAsync(run, wanted.Ids, cancellationToken);
        if (!takesMine || ended.IsPreview)
        {
            await journal.DecideAsync(run, [.. conflicts.Select(item => takesMine ? Mine(item) : Settled(item, $"Left as the app has it, by {actor.Name}."))], cancellationToken);
            return await edits.GetAsync(run, null, null, Edits.ItemsPerRead, cancellationToken);
        }

        var entry = await connections.FindAsync(ended.ConnectionId, cancellationToken);
        var stream = await edits.CheckAsync(entry, ended.Stream, cancellationToken);
        var again = conflicts.Select((item, position) => Anew(Mine(item), position)).ToList();
        var begun = await edits.BeginAsync(actor, entry, stream, new Edits.Beginning(IsPreview: false, ConflictRule.Stop, again), wait, cancellationToken);

        // A crash before this leaves them open; to decide them once more then changes nothing.
        await journal.DecideAsync(run, [.. conflicts.Select(item => Settled(item, $"Written over by {actor.Name}, in run {begun.Run}."))], cancellationToken);
        return begun;
    }

    private async Task<EditEntry> EndedAsync(string run, CancellationToken cancellationToken)
    {
        var found = await edits.FindAsync(run, cancellationToken);
        return found.FinishedAt is not null ? found
            : throw new ProblemException(Problem.Conflict("edit-under-way", "The run is still under way; decide when it has ended."));
    }

    private async Task<IReadOnlyList<EditItem>> ConflictsAsync(string run, IReadOnlyList<string>? ids, CancellationToken cancellationToken)
    {
        var only = ids?.ToHashSet(StringComparer.Ordinal);
        var found = new List<EditItem>();
        await foreach (var item in edits.ItemsAsync(run, cancellationToken))
            if (item.Result == EditResult.Conflict && (only is null || only.Contains(item.Id.Value)))
                found.Add(item);
        return found.Count > 0 ? found : throw new ProblemException(Problem.Invalid("There is no conflict to decide; somebody may have decided it already."));
    }

    private static EditItem Anew(EditItem item, int position) =>
        new() { Position = position, Kind = item.Kind, Id = item.Id, Wanted = item.Wanted, Seen = item.Seen };

    /// <summary>What the app holds has been seen now, so it is written over; what it holds by then, if that is something else again, is not.</summary>
    private static EditItem Mine(EditItem item) => item with
    {
        Result = item.Kind == Contract.WriteKind.Delete ? EditResult.Deleted : EditResult.Updated, Reason = null, Current = null,
        Seen = Over(item.Seen, item.Current), Before = Over(item.Before, item.Current),
    };

    // Some fields of a record in conflict may have been written all the same; an undo has to know that.
    private static EditItem Settled(EditItem item, string reason) =>
        item with { Result = item.SentAt is null ? EditResult.Unmodified : EditResult.Updated, Reason = reason };

    private static string? Over(string? values, string? current)
    {
        if (values is null || current is null)
            return values;
        var all = JsonNode.Parse(values)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(current)!.AsObject())
            all[name] = value?.DeepClone();
        return all.ToJsonString();
    }
}
