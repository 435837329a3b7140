using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Simulation.Edits;

/// <summary>One edit run, as the catalog keeps it.</summary>
/// <param name="order">The run.</param>
/// <param name="items">Its changes, in order.</param>
/// <param name="undoes">The run that it undoes; null for one that undoes none.</param>
/// <param name="begunAt">When it was asked for, by the world's time.</param>
public sealed class KeptRun(EditOrder order, IReadOnlyList<EditItem> items, KeptRun? undoes, DateTimeOffset begunAt)
{
    private readonly EditItem[] items = [.. items];

    /// <summary>The run.</summary>
    public EditOrder Order => order;

    /// <summary>The run that it undoes; null for one that undoes none.</summary>
    public KeptRun? Undoes => undoes;

    /// <summary>When it was asked for, by the world's time.</summary>
    public DateTimeOffset BegunAt => begunAt;

    /// <summary>When every change had ended; null before.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Its changes as they are, in order.</summary>
    public IReadOnlyList<EditItem> Items => items;

    /// <summary>When each change was last saved as about to be sent, by its place.</summary>
    public Dictionary<int, DateTimeOffset> SentAt { get; } = [];

    /// <summary>What the mirror held of each record that was about to be deleted, by the change's place.</summary>
    public Dictionary<int, StoredRecord> Seen { get; } = [];

    /// <summary>Saves how a change is. One that has ended stays as it ended, whoever else comes with it.</summary>
    public void Save(EditItem item, DateTimeOffset now)
    {
        if (!items[item.Position].IsOpen)
            return;
        items[item.Position] = item;
        if (item.Result == EditResult.Sending)
            SentAt[item.Position] = now;
    }
}
