using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Engine.Edits;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Edits;
using Trueup.Simulation.Service;

namespace Trueup.Simulation.Checks;

/// <summary>I28: what members write through Trueup is accounted for. The CRM says of each request what it wrote, and which change that was of; so whatever
/// a run says of its changes in the end can be held against it.</summary>
internal sealed class EditChecks(Account account)
{
    /// <summary>The longest that a write can arrive after the reading by which it was decided: requests travel, and their answers are held back.
    /// What somebody else changes in between is overwritten, for the CRMs here take no preconditions in batches.</summary>
    private static readonly TimeSpan OnTheWay = TimeSpan.FromSeconds(150);

    /// <summary>What the vendors admit. What an index hides for longer, nobody can find by it.</summary>
    private static readonly TimeSpan DeclaredLag = TimeSpan.FromMinutes(10);

    /// <summary>So long after a write the mirror is asked after each sync whether it still holds it.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromHours(12);

    private readonly Dictionary<(KeptRun Run, int Position), List<Write>> ledger = [];
    private readonly Dictionary<(string Stream, string Id), Write> newest = [];
    private readonly HashSet<(string Stream, string Id)> made = [];
    private readonly Dictionary<(KeptRun Run, int Position), IReadOnlyDictionary<string, string?>> before = [];
    private Machine? writer;

    /// <summary>One change, as the CRM carried it out.</summary>
    private sealed record Write(KeptRun Run, EditItem Item, string Stream, string Id, DateTimeOffset At, bool IsLate, IReadOnlyDictionary<string, string?> After)
    {
        /// <summary>Another change of the record was under way too, and the write may have been of that one.</summary>
        public bool IsShared { get; init; }
    }

    /// <summary>A request is about to reach the CRM: what it holds of all records that are being edited.</summary>
    public void Sending(Machine machine)
    {
        writer = machine;
        before.Clear();
        foreach (var (run, item) in UnderWay().Where(change => change.Item.Id != default))
            if (account.Crm.StateOf(account.StateName(run.Order.Stream), item.Id.Value) is { Deleted: null } state)
                before[(run, item.Position)] = state.Properties;
    }

    /// <summary>A request has written records. Whose change was it, and may it have been made?</summary>
    public void Wrote(LoggedRequest request)
    {
        try
        {
            foreach (var moment in account.Crm.WrittenSince(account.Crm.Emulated.Clock.GetUtcNow()))
                Wrote(moment);
        }
        catch (CheckFailedException problem)
        {
            account.World.Fail(problem);
        }

        account.Population.Take(account.Crm.WrittenSince(account.Crm.Emulated.Clock.GetUtcNow()), account.Crm.StampsTo);
        account.Voice.Say($"crm: #{writer?.Number} {request.Endpoint} wrote {request.Written} {request.Stream}");
    }

    /// <summary>A run has ended: each of its changes ended as what the CRM shows, and the mirror shows it too.</summary>
    public async Task EndedAsync(Keeper keeper, KeptRun run)
    {
        foreach (var item in run.Items)
            OutcomeIsTrue(run, item, ledger.GetValueOrDefault((run, item.Position)) ?? []);
        if (keeper == account.Keeper && !run.Order.IsPreview)
            await MirrorHoldsAsync(keeper.Mirror!, [.. run.Items.Select(item => ledger.GetValueOrDefault((run, item.Position))?[^1]).OfType<Write>()], $"when {run.Order.Run} has ended");
    }

    /// <summary>A sync has ended: it has not put back anything that was written before it began.</summary>
    public async Task SyncEndedAsync(Keeper keeper, DateTimeOffset beganAt)
    {
        if (keeper != account.Keeper)
            return;
        var watched = newest.Values.Where(write => write.At < beganAt && write.At > beganAt - Watched && write.Run.EndedAt < beganAt).ToList();
        await MirrorHoldsAsync(keeper.Mirror!, watched, "after a sync");
    }

    /// <summary>The changes that are about to be sent, or may still be by a process that was taken over from.</summary>
    private IEnumerable<(KeptRun Run, EditItem Item)> UnderWay() =>
        from run in account.Edits.Recent
        where !run.Order.IsPreview
        from position in run.SentAt.Keys
        where IsLate || run.Items[position].Result == EditResult.Sending
        select (run, run.Items[position]);

    private bool IsLate => writer is not null && writer.Number < account.Keeper.Machine.Number;

    private void Wrote(RecordMoment moment)
    {
        var state = account.Crm.StateOf(moment.Stream, moment.Id)!;
        var biography = account.Population.Find(moment.Stream, moment.Id);
        var changes = UnderWay().Where(change => account.StateName(change.Run.Order.Stream) == moment.Stream).ToList();
        if (biography is null)
            Made(moment, state, [.. changes.Where(change => change.Item.Kind == WriteKind.Create && Holds(state, change.Item))]);
        else if (moment.Life != RecordLife.Live && biography.Live)
            foreach (var (run, item) in changes.Where(change => change.Item.Kind == WriteKind.Delete && change.Item.Id.Value == moment.Id))
            {
                DeletedAsSeen(run, item, biography);
                Note(run, item, moment, state);
            }
        else if (moment.Life == RecordLife.Live)
        {
            var updates = changes.Where(change => change.Item.Kind == WriteKind.Update && change.Item.Id.Value == moment.Id).ToList();
            foreach (var (run, item) in updates)
                Set(run, item, moment, state, biography, isShared: updates.Count > 1);
        }
    }

    private void Made(RecordMoment moment, RecordState state, IReadOnlyList<(KeptRun Run, EditItem Item)> wanted)
    {
        made.Add((moment.Stream, moment.Id));
        Checker.Check(wanted.Count > 0, "I28", $"{moment.Stream} {moment.Id} was made, but no edit asks for such a record.");
        foreach (var (run, item) in wanted.Where(change => !ledger.ContainsKey((change.Run, change.Item.Position))).Take(1))
        {
            Note(run, item, moment, state);
            return;
        }

        // What a process sent that froze on the way, nobody can call back.
        var (first, twice) = wanted[0];
        Checker.Check(IsLate, "I28", $"{moment.Stream} {moment.Id} was made for change {twice.Position} of {first.Order.Run}, which had made {ledger[(first, twice.Position)][0].Id} already.");
    }

    private void Set(KeptRun run, EditItem item, RecordMoment moment, RecordState state, Biography biography, bool isShared)
    {
        var (wanted, seen, held) = (EditValue.Read(item.Wanted), EditValue.Read(item.Seen), before.GetValueOrDefault((run, item.Position)));
        if (held is null)
            return;
        var set = wanted.Where(value => !EditValue.Same(held.GetValueOrDefault(value.Key), value.Value) && EditValue.Same(state.Properties.GetValueOrDefault(value.Key), value.Value))
            .Select(value => value.Key).ToList();
        if (set.Count == 0)
            return;
        if (run.Order.Rule != ConflictRule.Overwrite && biography.TouchedAt <= run.SentAt[item.Position] - OnTheWay)
            foreach (var field in set)
                Checker.Check(EditValue.Same(held.GetValueOrDefault(field), seen.GetValueOrDefault(field)), "I28",
                    $"{run.Order.Run} set {field} of {moment.Stream} {moment.Id}, which held '{held.GetValueOrDefault(field)}' since {biography.TouchedAt:O}, though its user had seen '{seen.GetValueOrDefault(field)}'.");
        Note(run, item, moment, state, isShared);
    }

    /// <summary>Who deletes a record has seen what is in it.</summary>
    private void DeletedAsSeen(KeptRun run, EditItem item, Biography biography)
    {
        if (run.Order.Rule == ConflictRule.Overwrite || biography.TouchedAt > run.SentAt[item.Position] - OnTheWay
            || !run.Seen.TryGetValue(item.Position, out var seen) || !before.TryGetValue((run, item.Position), out var held))
            return;
        var stream = account.StateName(run.Order.Stream);
        foreach (var (field, value) in EditValue.Read(seen.Properties).Where(value => account.Life.FieldsOf(stream).Contains(value.Key) && held.ContainsKey(value.Key)))
            Checker.Check(EditValue.Same(held[field], value) || account.Population.FieldTouchedAt(stream, field) > DateTimeOffset.MinValue, "I28",
                $"{run.Order.Run} deleted {stream} {item.Id}, whose {field} was '{held[field]}' since {biography.TouchedAt:O}, though its user had seen '{value}'.");
    }

    private void Note(KeptRun run, EditItem item, RecordMoment moment, RecordState state, bool isShared = false)
    {
        var write = new Write(run, item, moment.Stream, moment.Id, account.World.Time.GetUtcNow(), IsLate, state.Properties) { IsShared = isShared };
        if (!ledger.TryGetValue((run, item.Position), out var writes))
            ledger.Add((run, item.Position), writes = []);
        writes.Add(write);
        newest[(moment.Stream, moment.Id)] = write;
    }

    private void OutcomeIsTrue(KeptRun run, EditItem item, List<Write> writes)
    {
        var says = $"Change {item.Position} of {run.Order.Run} ({item.Kind} {run.Order.Stream} {item.Id}) ended {item.Result} ({item.Reason ?? "no reason"}),";
        Checker.Check(!item.IsOpen, "I28", $"{says} but its run has ended.");
        if (run.Order.IsPreview)
        {
            Checker.Check(writes.Count == 0, "I28", $"{says} and was carried out, but it was to be previewed.");
            return;
        }

        var biography = item.Id == default ? null : account.Population.Find(account.StateName(run.Order.Stream), item.Id.Value);
        var others = run.SentAt.TryGetValue(item.Position, out var sentAt) && biography?.TouchedAt > sentAt - OnTheWay && (writes.Count == 0 || biography.TouchedAt > writes[^1].At);
        var isUndoneBetween = writes.Count > 1 && biography?.TouchedAt > writes[0].At;
        Checker.Check(
            writes.Count(write => write is { IsLate: false, IsShared: false }) <= 1 || run.Order.Rule == ConflictRule.Overwrite || writes.Any(write => write.IsLate) || isUndoneBetween, "I28", $"{says} but was carried out {writes.Count} times.");
        switch (item.Result)
        {
            case EditResult.Created:
                Checker.Check(made.Contains((account.StateName(run.Order.Stream), item.Id.Value)), "I28", $"{says} but the CRM made {(writes.Count == 0 ? "nothing" : writes[0].Id)}.");
                break;
            case EditResult.Updated or EditResult.Deleted or EditResult.Restored:
                Checker.Check(writes.Count > 0 || others, "I28", $"{says} but the CRM did nothing.");
                if (writes.Count > 0 && !others && item.Result == EditResult.Updated)
                    foreach (var (field, value) in EditValue.Read(item.After))
                        Checker.Check(EditValue.Same(value, writes[^1].After.GetValueOrDefault(field)), "I28", $"{says} with '{value}' in {field}, but the CRM held '{writes[^1].After.GetValueOrDefault(field)}'.");
                break;
            default:
                // A record is looked for by when it was sent, and of one that was set in part the rest may have changed since.
                var isHidden = item.Kind == WriteKind.Create && (account.Faults.LagSince(sentAt) > DeclaredLag || account.World.Options.Faults.Contains("clock"));
                var isPart = item is { Result: EditResult.Conflict, SentAt: not null };
                Checker.Check(writes.All(write => write.IsLate) || others || TouchedAfter(writes[^1]) || isHidden || isPart, "I28", $"{says} but was carried out at {writes.LastOrDefault()?.At:O}.");
                break;
        }
    }

    /// <summary>What was made and never found by its values is told as not made, where the index hid it for longer than the vendor admits.</summary>
    private static bool IsUnknownToUs(Write write) => write.Run.Items[write.Item.Position] is { Kind: WriteKind.Create, Result: EditResult.Rejected };

    private bool TouchedAfter(Write write) => account.Population.Find(write.Stream, write.Id) is not { } biography || biography.TouchedAt > write.At;

    /// <summary>Where nobody has touched a record since it was written, the mirror holds what was written.</summary>
    private async Task MirrorHoldsAsync(IMirror mirror, List<Write> writes, string when)
    {
        foreach (var some in writes.Where(write => newest[(write.Stream, write.Id)] == write && !TouchedAfter(write) && !IsUnknownToUs(write)).GroupBy(write => write.Run.Order.Stream))
        {
            var stored = (await mirror.LoadAsync(some.Key, [.. some.Select(write => new RecordId(write.Id)).Distinct()], CancellationToken.None)).ToDictionary(record => record.Id.Value);
            foreach (var write in some)
            {
                var record = stored.GetValueOrDefault(write.Id);
                var isLive = write.Item.Kind != WriteKind.Delete;
                Checker.Check((record is { IsLive: true }) == isLive, "I28",
                    $"{write.Run.Order.Run} has {(isLive ? "written" : "deleted")} {some.Key} {write.Id} at {write.At:O}, but {when} it is {(isLive ? "not live" : "live")} in the mirror ({record?.Source}).");
                if (isLive)
                    AssertHeld(write, EditValue.Read(record!.Properties), record.Source, when);
            }
        }
    }

    private void AssertHeld(Write write, IReadOnlyDictionary<string, string?> mirrored, string source, string when)
    {
        foreach (var field in EditValue.Read(write.Item.Wanted).Keys.Where(field => account.Population.FieldTouchedAt(write.Stream, field) == default))
            Checker.Check(EditValue.Same(mirrored.GetValueOrDefault(field), write.After.GetValueOrDefault(field)), "I28",
                $"{write.Run.Order.Run} has set {field} of {write.Stream} {write.Id} to '{write.After.GetValueOrDefault(field)}' at {write.At:O}, but {when} the mirror has '{mirrored.GetValueOrDefault(field)}' ({source}).");
    }

    private static bool Holds(RecordState state, EditItem item) =>
        EditValue.Read(item.Wanted).All(value => EditValue.Same(state.Properties.GetValueOrDefault(value.Key), value.Value));
}
