using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Makes of a change that was made the one that takes it back. Pure.</summary>
public static class Undo
{
    /// <summary>The change that takes another back; null where nothing was done. It takes back only what still holds what was written.</summary>
    /// <param name="done">The change, as it ended.</param>
    /// <param name="position">The place of the new one in its run.</param>
    /// <param name="stream">The stream, with its fields.</param>
    /// <param name="traits">What can be written.</param>
    public static EditItem? Of(EditItem done, int position, MirroredStream stream, WriteTraits traits) => done switch
    {
        // Of a record in conflict some fields may have been written all the same.
        { Result: EditResult.Updated or EditResult.Conflict, SentAt: not null, Before: { } before, After: not null } =>
            new EditItem { Position = position, Kind = WriteKind.Update, Id = done.Id, Wanted = before, Seen = done.After },
        { Result: EditResult.Created or EditResult.Restored } => new EditItem { Position = position, Kind = WriteKind.Delete, Id = done.Id },
        { Result: EditResult.Deleted } when traits.Restores => new EditItem { Position = position, Kind = WriteKind.Restore, Id = done.Id },
        { Result: EditResult.Deleted, Before: { } record } => Anew(record, position, stream),
        _ => null,
    };

    /// <summary>A new record with those values of a deleted one that it can be given. Records may hold what their fields would not take any more.</summary>
    private static EditItem Anew(string record, int position, MirroredStream stream)
    {
        var settable = stream.Fields.Where(field => field is { RetiredAt: null, Included: true, Definition: { ReadOnly: false, Calculated: false } })
            .ToDictionary(field => field.Definition.Name, field => field.Definition);
        var held = EditValues.Read(record).Where(value => settable.ContainsKey(value.Key) && EditValues.Text(value.Value).Length > 0).ToList();
        var refused = held.Where(value => Preflight.Normalize(settable[value.Key], value.Value, out _) is not null).Select(value => value.Key).ToList();
        return new EditItem
        {
            Position = position, Kind = WriteKind.Create, Wanted = EditValues.Write(held.Where(value => !refused.Contains(value.Key))),
            Reason = "Made anew under another id, since the app cannot bring it back"
                + (refused.Count == 0 ? "." : $"; without {string.Join(", ", refused)}, which would not take what they held."),
        };
    }
}
