using System.Globalization;
using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Simulation.Service;

namespace Trueup.Simulation.Edits;

/// <summary>What the catalog remembers of the edit runs of one account: outlives every process.</summary>
/// <param name="account">The account.</param>
public sealed class EditBook(Account account)
{
    /// <summary>So long after its end a run can still be written for, by a process that does not know that it was taken over from.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(6);

    private readonly List<KeptRun> runs = [];

    /// <summary>All runs, oldest first.</summary>
    public IReadOnlyList<KeptRun> Runs => runs;

    /// <summary>The runs that have not ended, oldest first.</summary>
    public IEnumerable<KeptRun> Open => runs.Where(run => run.EndedAt is null);

    /// <summary>The runs that are under way or were so lately.</summary>
    public IEnumerable<KeptRun> Recent => runs.Where(run => run.EndedAt is null || run.EndedAt > account.World.Time.GetUtcNow() - Remembered);

    /// <summary>Notes a run, which has not begun then.</summary>
    public KeptRun Add(StreamName stream, bool isPreview, ConflictRule rule, IReadOnlyList<EditItem> items, KeptRun? undoes = null)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"edit-{runs.Count + 1}");
        var run = new KeptRun(new EditOrder(id, stream, isPreview, rule), items, undoes, account.World.Time.GetUtcNow());
        runs.Add(run);
        return run;
    }

    /// <summary>The book as a process reads and writes it, which may die or freeze before and after each.</summary>
    public IEditJournal For(Machine machine) => new View(account, this, machine);

    private KeptRun Of(string id) => runs.First(run => run.Order.Run == id);

    private sealed class View(Account account, EditBook book, Machine machine) : IEditJournal
    {
        /// <summary>A catalog on the same machine answers in no time, but others have a turn.</summary>
        private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);

        public async Task<IReadOnlyList<EditItem>> ReadAsync(string run, int after, int limit, bool openOnly, CancellationToken cancellationToken)
        {
            await machine.PassAsync(FatePoint.BeforeRead);
            return [.. book.Of(run).Items.Where(item => item.Position > after && (!openOnly || item.IsOpen)).Take(limit)];
        }

        public async Task SaveAsync(string run, IReadOnlyList<EditItem> items, CancellationToken cancellationToken)
        {
            var kept = book.Of(run);
            await RememberAsync(kept, items);
            await Task.Delay(Latency, machine.Clock, CancellationToken.None);
            await machine.PassAsync(FatePoint.BeforeCommit);
            foreach (var item in items)
                kept.Save(item, account.World.Time.GetUtcNow());
            await machine.PassAsync(FatePoint.AfterCommit);
        }

        public async Task<IReadOnlySet<RecordId>> CreatedAsync(string run, IReadOnlyCollection<RecordId> records, CancellationToken cancellationToken)
        {
            await machine.PassAsync(FatePoint.BeforeRead);
            return book.Of(run).Items.Where(item => item.Kind == WriteKind.Create && records.Contains(item.Id)).Select(item => item.Id).ToHashSet();
        }

        /// <summary>What users see of records when they have them deleted.</summary>
        private async Task RememberAsync(KeptRun kept, IReadOnlyList<EditItem> items)
        {
            var deleted = items.Where(item => item is { Kind: WriteKind.Delete, Result: EditResult.Sending }).ToDictionary(item => item.Id);
            if (deleted.Count == 0 || account.Keeper.Mirror is not { } mirror)
                return;
            foreach (var record in await mirror.LoadAsync(kept.Order.Stream, [.. deleted.Keys], CancellationToken.None))
                kept.Seen[deleted[record.Id].Position] = record;
        }
    }
}
