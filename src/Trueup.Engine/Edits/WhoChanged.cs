using Microsoft.Extensions.Logging;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Says of conflicts who changed the field, and when, where the CRM tells.</summary>
internal static class WhoChanged
{
    /// <summary>The changes, with the reasons of those in conflict completed.</summary>
    /// <param name="edit">The run.</param>
    /// <param name="items">Changes that have ended.</param>
    /// <param name="read">The records as the CRM holds them.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<IReadOnlyList<EditItem>> TellAsync(EditContext edit, IReadOnlyList<EditItem> items, CurrentRecords read, CancellationToken cancellationToken)
    {
        var conflicts = items.Where(item => item is { Result: EditResult.Conflict, Current: not null } && read.Live.ContainsKey(item.Id)).ToList();
        if (conflicts.Count == 0 || edit.Connector is not ITellsWhoChanged tells)
            return items;
        try
        {
            var changes = await tells.LastChangesAsync(
                edit.Stream.Description, [.. conflicts.Select(item => new ChangedRecord(item.Id, [.. EditValues.Read(item.Current).Keys], read.Live[item.Id].Properties))], cancellationToken);
            return [.. items.Select(item => item.Result == EditResult.Conflict && changes.TryGetValue(item.Id, out var told) && told.Count > 0
                ? item with { Reason = $"{item.Reason} {string.Join(" ", told.Select(Words))}" } : item)];
        }
        catch (CrmException problem)
        {
            // The conflict is known all the same; only its author is not.
            edit.Log.LogInformation("Who changed what edit run {Run} is in conflict with could not be read: {Reason}", edit.Order.Run, problem.Message);
            return items;
        }
    }

    private static string Words(LastChange change) =>
        $"{change.Field ?? "The record"} was last changed{(change.By is { } by ? $" by {by}" : "")}{(change.At is { } at ? $" at {at.UtcDateTime:u}" : "")}.";
}
