using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Engine.Tests.World;

/// <summary>An edit journal that outlives the engine, as the catalog does.</summary>
internal sealed class MemoryEditJournal : IEditJournal
{
    private readonly Dictionary<string, SortedDictionary<int, EditItem>> runs = [];
    private readonly Lock gate = new();

    public void Add(string run, params IEnumerable<EditItem> items) => runs[run] = new SortedDictionary<int, EditItem>(items.ToDictionary(item => item.Position));

    public IReadOnlyList<EditItem> Of(string run)
    {
        lock (gate)
            return [.. runs[run].Values];
    }

    public Task<IReadOnlyList<EditItem>> ReadAsync(string run, int after, int limit, bool openOnly, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<EditItem>>([.. Of(run).Where(item => item.Position > after && (!openOnly || item.IsOpen)).Take(limit)]);

    public Task SaveAsync(string run, IReadOnlyList<EditItem> items, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            foreach (var item in items)
                runs[run][item.Position] = item;
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlySet<RecordId>> CreatedAsync(string run, IReadOnlyCollection<RecordId> records, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<RecordId>>(Of(run).Where(item => item.Kind == WriteKind.Create && item.Id != default).Select(item => item.Id).ToHashSet());
}
