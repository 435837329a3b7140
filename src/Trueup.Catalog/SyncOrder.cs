using Trueup.Contract;

namespace Trueup.Catalog;

/// <summary>A sync that somebody or the schedule wants.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Trigger"><c>schedule</c>, <c>api</c>, <c>webhook</c> or <c>user NAME</c>.</param>
/// <param name="Stream">Only this stream; null for all.</param>
/// <param name="Ids">For <see cref="SyncKind.Records"/>: which.</param>
public sealed record SyncOrder(SyncKind Kind, string Trigger, StreamName? Stream = null, IReadOnlyList<RecordId>? Ids = null)
{
    /// <summary>For <see cref="SyncKind.Records"/> after an edit: whether their links are wanted even if the records did not change.</summary>
    public bool Links { get; init; }
}
