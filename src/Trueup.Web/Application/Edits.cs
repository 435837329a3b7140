using System.Runtime.CompilerServices;
using System.Text.Json;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Web.Application;

/// <summary>Edit runs: starting and undoing them, and what became of each change.</summary>
public sealed class Edits(
    Connections connections, SyncLog log, EditJournal journal, ConnectionKeepers keepers, ConnectionBoard board, AuditTrail audit, TimeProvider clock)
{
    /// <summary>Most changes in one run.</summary>
    public const int MostChanges = 100_000;

    /// <summary>Longest that a caller may wait for a run to end.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private const int LongestId = 200;
    internal const int ItemsPerRead = 1_000;

    /// <summary>Starts a run, and waits a while for its end. Needs editor.</summary>
    /// <param name="wait">How long to wait; the run goes on by itself afterwards.</param>
    /// <exception cref="ProblemException">403, 404, 409 while the stream is not verified yet or the account is paused, 422 for what is wrong with the changes.</exception>
    public async Task<EditView> StartAsync(Actor actor, string connection, NewEdit wanted, TimeSpan wait, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        var entry = await connections.FindAsync(connection, cancellationToken);
        var isPreview = ReadMode(wanted.Mode, null);
        var rule = wanted.IfConflict switch
        {
            null or "stop" => ConflictRule.Stop,
            "overwrite" => ConflictRule.Overwrite,
            _ => throw new ProblemException(Problem.Invalid($"ifConflict is stop or overwrite, not {wanted.IfConflict}.")),
        };
        if (wanted.Changes is not { Count: >= 1 and <= MostChanges } changes)
            throw new ProblemException(Problem.Invalid($"changes has 1 to {MostChanges:N0} changes."));
        var items = changes.Select(Read).ToList();
        var stream = await CheckAsync(entry, wanted.Stream, cancellationToken);
        var open = await log.OpenAsync(entry, cancellationToken);
        items = IdForms.Lengthen(items, stream, open.Connector);
        if (items.Exists(item => item.IsLink))
            items = LinkField.Rewrite(items, stream, open.Connector, await open.Mirror.StreamsAsync(cancellationToken));
        return await BeginAsync(actor, entry, stream, new Beginning(isPreview, rule, items), wait, cancellationToken);
    }

    /// <summary>What may be done to the records of a stream, or why nothing may be now.</summary>
    /// <exception cref="ProblemException">404, 503 where the mirror cannot be opened.</exception>
    public async Task<EditAbilities> AbilitiesAsync(Actor actor, string connection, string stream, CancellationToken cancellationToken)
    {
        var entry = await connections.FindAsync(connection, cancellationToken);
        if (!actor.May(Roles.Editor))
            return EditAbilities.None(null);
        try
        {
            var found = await CheckAsync(entry, stream, cancellationToken);
            var connector = (await log.OpenAsync(entry, cancellationToken)).Connector;
            var traits = ((IWrites)connector).WritesOf(found.Description);
            return new EditAbilities(traits.Updates, traits.Creates, traits.Deletes, traits.Restores, connector is IWritesLinks, null);
        }
        catch (ProblemException refused) when (refused.Problem.Status == 409)
        {
            return EditAbilities.None(refused.Message);
        }
    }

    /// <summary>What the records of a stream can be linked with. Needs editor.</summary>
    /// <exception cref="ProblemException">403, 404, 409 while the stream is not verified yet or the account is paused, 502 where the app does not tell.</exception>
    public async Task<IReadOnlyList<LinkChoice>> LinkChoicesAsync(Actor actor, string connection, string stream, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        var entry = await connections.FindAsync(connection, cancellationToken);
        var found = await CheckAsync(entry, stream, cancellationToken);
        var open = await log.OpenAsync(entry, cancellationToken);
        try
        {
            return await LinkChoices.OfAsync(open.Connector, found, await open.Mirror.StreamsAsync(cancellationToken), cancellationToken);
        }
        catch (CrmException problem)
        {
            throw new ProblemException(Problem.AppFailed(problem.Message));
        }
    }

    /// <summary>Undoes a run, or some of its records, as a run of its own. Needs editor.</summary>
    /// <exception cref="ProblemException">403, 404, 409 while the run is under way, 422 where there is nothing to undo.</exception>
    public async Task<EditView> UndoAsync(Actor actor, string run, NewUndo wanted, TimeSpan wait, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        var done = await FindAsync(run, cancellationToken);
        var isPreview = ReadMode(wanted.Mode, usual: false);
        if (done.IsPreview)
            throw new ProblemException(Problem.Invalid("A preview has changed nothing, so there is nothing to undo."));
        if (done.FinishedAt is null)
            throw new ProblemException(Problem.Conflict("edit-under-way", "The run is still under way; undo it when it has ended."));
        var entry = await connections.FindAsync(done.ConnectionId, cancellationToken);
        var stream = await CheckAsync(entry, done.Stream, cancellationToken);
        var open = await log.OpenAsync(entry, cancellationToken);
        var traits = ((IWrites)open.Connector).WritesOf(stream.Description);
        var only = wanted.Ids?.ToHashSet(StringComparer.Ordinal);
        var items = new List<EditItem>();
        await foreach (var item in ItemsAsync(run, cancellationToken))
            if (only is null || only.Contains(item.Id.Value))
                items.AddRange(item.IsLink ? Undo.LinksOf(item, items.Count) : Undo.Of(item, items.Count, stream, traits) is { } back ? [back] : []);
        if (items.Count == 0)
            throw new ProblemException(Problem.Invalid(only is null ? "The run has changed nothing, so there is nothing to undo." : "The run has changed none of these records."));
        return await BeginAsync(actor, entry, stream, new Beginning(isPreview, ConflictRule.WriteOthers, items, Undoes: run), wait, cancellationToken);
    }

    /// <summary>One page of runs, newest first, without their results.</summary>
    /// <exception cref="ProblemException">404, 422 for a bad limit.</exception>
    public async Task<PageView<EditView>> ListAsync(string? connection, string? cursor, int limit, CancellationToken cancellationToken)
    {
        limit = Limits.Check(limit, 500);
        var connectionId = connection is null ? null : (await connections.FindAsync(connection, cancellationToken)).Id;
        var runs = await journal.ListAsync(connectionId, cursor, limit + 1, cancellationToken);
        var shown = new List<EditView>();
        foreach (var run in runs.Take(limit))
            shown.Add(await ShowAsync(run, null, null, cancellationToken));
        return new PageView<EditView>(shown, runs.Count > limit ? runs[limit - 1].Id : null);
    }

    /// <summary>One run with a page of its results.</summary>
    /// <param name="outcome">Only results with this outcome; null for all.</param>
    /// <param name="cursor">An <see cref="EditView.Next"/>; null for the first page.</param>
    /// <param name="limit">Most results, 1 to 1,000.</param>
    /// <exception cref="ProblemException">404, 422 for a bad outcome, cursor or limit.</exception>
    public async Task<EditView> GetAsync(string run, string? outcome, string? cursor, int limit, CancellationToken cancellationToken)
    {
        limit = Limits.Check(limit, 1_000);
        if (!int.TryParse(cursor ?? "-1", out var after))
            throw new ProblemException(Problem.Invalid($"{cursor} is not a cursor of this run."));
        var only = outcome is null ? [] : Enum.GetValues<EditResult>().Where(result => WordOf(result) == outcome).ToList();
        if (outcome is not null && only.Count == 0)
            throw new ProblemException(Problem.Invalid($"outcome is none of {string.Join(", ", Enum.GetValues<EditResult>().Select(WordOf))}."));
        var entry = await FindAsync(run, cancellationToken);
        var items = await journal.ListAsync(run, only, after, limit + 1, cancellationToken);
        var link = await LinkerAsync(entry, cancellationToken);
        return await ShowAsync(
            entry, [.. items.Take(limit).Select(item => Show(item, link))],
            items.Count > limit ? items[limit - 1].Position.ToString(System.Globalization.CultureInfo.InvariantCulture) : null, cancellationToken);
    }

    /// <summary>Every result of a run, in order.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public async Task<IAsyncEnumerable<EditResultView>> ResultsAsync(string run, CancellationToken cancellationToken)
    {
        var entry = await FindAsync(run, cancellationToken);
        var link = await LinkerAsync(entry, cancellationToken);
        return ShownAsync(run, link, cancellationToken);
    }

    private static bool ReadMode(string? mode, bool? usual) => mode switch
    {
        "preview" => true,
        "update" => false,
        null when usual is { } isPreview => isPreview,
        _ => throw new ProblemException(Problem.Invalid($"mode is preview or update, not {mode ?? "missing"}.")),
    };

    private static EditItem Read(NewChange change, int position)
    {
        ProblemException Wrong(string what) => new(Problem.Invalid($"Change {position + 1:N0} {what}."));
        if (change is null)
            throw Wrong("is null");
        if ((change.Fields is null ? 0 : 1) + (change.Create is null ? 0 : 1) + (change.Delete ? 1 : 0) + (change.Associate is null ? 0 : 1) + (change.Dissociate is null ? 0 : 1) != 1)
            throw Wrong("has not exactly one of fields, create, delete, associate and dissociate");
        if (change.Create is { } made)
        {
            if (change.Id is not null)
                throw Wrong("has an id, which only the app can give a new record");
            return new EditItem { Position = position, Kind = WriteKind.Create, Wanted = JsonSerializer.Serialize(made) };
        }

        if (change.Id is not { Length: > 0 and <= LongestId } id || id.Any(char.IsControl))
            throw Wrong($"has no id of 1 to {LongestId} characters");
        if ((change.Associate ?? change.Dissociate) is { } link)
        {
            if (link.Stream is not { Length: > 0 and <= LongestId } stream || link.Id is not { Length: > 0 and <= LongestId } other || other.Any(char.IsControl))
                throw Wrong("has no stream and id of the record at the other end");
            return new EditItem
            {
                Position = position, Kind = change.Associate is null ? WriteKind.Dissociate : WriteKind.Associate, Id = new RecordId(id),
                Wanted = new LinkChange(new StreamName(stream), new RecordId(other), link.Label, link.Category, link.TypeId).Write(),
            };
        }

        return change.Delete
            ? new EditItem { Position = position, Kind = WriteKind.Delete, Id = new RecordId(id) }
            : new EditItem
            {
                Position = position, Kind = WriteKind.Update, Id = new RecordId(id), Wanted = JsonSerializer.Serialize(change.Fields),
                Seen = change.Was is null ? null : JsonSerializer.Serialize(change.Was),
            };
    }

    private static string WordOf(EditResult result) => result == EditResult.Sending ? "unknown" : result.ToString().ToLowerInvariant();

    private static EditResultView Show(EditItem item, Func<RecordId, Uri?> link) => new(
        item.Position, item.Id == default ? null : item.Id.Value, item.Kind, WordOf(item.Result), Json(item.Wanted), Json(item.Before), Json(item.After), Json(item.Current), item.Reason,
        item.Id == default ? null : link(item.Id)?.ToString());

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);

    internal async Task<MirroredStream> CheckAsync(ConnectionEntry entry, string? stream, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(stream))
            throw new ProblemException(Problem.Invalid("stream is missing."));
        if (entry.PausedAt is not null)
            throw new ProblemException(Problem.Conflict("paused", $"{entry.Name} is paused; resume it first."));
        if (entry.AttentionKind is AttentionKind.Reconnect or AttentionKind.MirrorDamaged)
            throw new ProblemException(Problem.Conflict("needs-attention", $"{entry.Name} cannot be edited: {entry.Attention}"));
        var open = await log.OpenAsync(entry, cancellationToken);
        var found = (await open.Mirror.StreamsAsync(cancellationToken)).FirstOrDefault(known => known.Name.Value == stream)
            ?? throw new ProblemException(entry.OnboardedAt is null ? Onboarding(entry, stream) : Problem.Invalid($"{entry.Name} has no stream {stream}."));
        if (found.GoneAt is not null || open.Sync.PhaseOf(found.Name) == StreamPhase.Refused)
            throw new ProblemException(Problem.Conflict("stream-unreadable", $"{found.Description.Label} cannot be read by this connection, so they cannot be edited: {found.Description.Refusal ?? "the app no longer lists them."}"));
        if (open.Sync.PhaseOf(found.Name) != StreamPhase.Verified)
            throw new ProblemException(Onboarding(entry, found.Description.Label));
        if (open.Connector is not IWrites writes || writes.WritesOf(found.Description) is { Updates: false, Creates: false, Deletes: false })
            throw new ProblemException(Problem.Conflict("read-only", $"{found.Description.Label} of this app cannot be edited from Trueup."));
        return found;
    }

    private static Problem Onboarding(ConnectionEntry entry, string stream) =>
        Problem.Conflict("onboarding", $"{stream} of {entry.Name} are still being loaded; they can be edited once they are complete and verified.");

    /// <summary>How a run begins.</summary>
    /// <param name="IsPreview">Whether nothing is written.</param>
    /// <param name="Rule">What happens to conflicts.</param>
    /// <param name="Items">Its changes.</param>
    /// <param name="Undoes">The run that it undoes; null for none.</param>
    /// <param name="Preview">The preview that it makes live; null for none.</param>
    internal sealed record Beginning(bool IsPreview, ConflictRule Rule, IReadOnlyList<EditItem> Items, string? Undoes = null, string? Preview = null);

    internal async Task<EditView> BeginAsync(
        Actor actor, ConnectionEntry entry, MirroredStream stream, Beginning how, TimeSpan wait, CancellationToken cancellationToken)
    {
        var run = new EditEntry
        {
            Id = Ids.New(clock), ConnectionId = entry.Id, Stream = stream.Name.Value, IsPreview = how.IsPreview, Rule = how.Rule, User = actor.Name, Undoes = how.Undoes,
            StartedAt = clock.GetUtcNow(), Total = how.Items.Count,
        };

        // Who did it is written down before it is done.
        if (!how.IsPreview)
            await audit.WriteAsync(
                actor.Name, how.Undoes is null ? "edit.run" : "edit.undo", entry.Name,
                $"{how.Items.Count} changes of {stream.Name}, run {run.Id}{(how.Undoes is null ? "" : $", undoing {how.Undoes}")}{(how.Rule == ConflictRule.Overwrite ? ", over conflicts" : "")}", cancellationToken);
        if (!await journal.CreateAsync(entry, run, how.Items, actor.Trigger, how.Preview, cancellationToken))
            throw new ProblemException(Problem.NotFound($"There is no preview {how.Preview} any more; it may have been made live already."));
        board.Announce();
        var carriedOut = keepers.Of(entry.Id).Edit(run.Id);
        if (wait > TimeSpan.Zero)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(carriedOut, Task.Delay(wait, clock, enough.Token));
            await enough.CancelAsync();
        }

        return await GetAsync(run.Id, null, null, ItemsPerRead, cancellationToken);
    }

    internal async Task<EditEntry> FindAsync(string run, CancellationToken cancellationToken) =>
        await journal.FindAsync(run, cancellationToken) ?? throw new ProblemException(Problem.NotFound($"There is no edit run {run}."));

    internal async IAsyncEnumerable<EditItem> ItemsAsync(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = -1; ;)
        {
            var items = await journal.ListAsync(run, [], after, ItemsPerRead, cancellationToken);
            if (items.Count == 0)
                yield break;
            after = items[^1].Position;
            foreach (var item in items)
                yield return item;
        }
    }

    private async IAsyncEnumerable<EditResultView> ShownAsync(string run, Func<RecordId, Uri?> link, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in ItemsAsync(run, cancellationToken))
            yield return Show(item, link);
    }

    /// <summary>Makes links to records; none where the connection cannot be opened.</summary>
    private async Task<Func<RecordId, Uri?>> LinkerAsync(EditEntry run, CancellationToken cancellationToken)
    {
        try
        {
            var open = await keepers.Of(run.ConnectionId).OpenAsync(cancellationToken);
            var stream = (await open.Mirror.StreamsAsync(cancellationToken)).FirstOrDefault(known => known.Name.Value == run.Stream);
            return stream is null ? _ => null : id => open.Connector.LinkTo(stream.Description, id);
        }
        catch (MirrorException)
        {
            // What became of the changes is worth showing without links too.
            return _ => null;
        }
    }

    private async Task<EditView> ShowAsync(EditEntry run, IReadOnlyList<EditResultView>? results, string? next, CancellationToken cancellationToken)
    {
        var counts = run.FinishedAt is null
            ? await journal.CountAsync(run.Id, cancellationToken) : new EditCounts(run.Succeeded, run.Failed, run.Conflicted, run.Unmodified);
        return new EditView(
            run.Id, run.ConnectionId, run.Stream, run.IsPreview ? "preview" : "update", JsonNamingPolicy.KebabCaseLower.ConvertName(run.Rule.ToString()), run.User, run.Undoes,
            run.StartedAt, run.FinishedAt, run.Reason, run.Total, counts.Succeeded, counts.Failed, counts.Conflicted, counts.Unmodified, run.ApiCalls, results, next);
    }
}
