using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Makes of a change that was made the one that takes it back. Pure.</summary>
public static class Undo
{
    /// <summary>The change that takes another back; null where nothing was done, and for links, see <see cref="LinksOf"/>. It takes back only what still holds what was written.</summary>
    /// <param name="done">The change, as it ended.</param>
    /// <param name="position">The place of the new one in its run.</param>
    /// <param name="stream">The stream, with its fields.</param>
    /// <param name="traits">What can be written.</param>
    public static EditItem? Of(EditItem done, int position, MirroredStream stream, WriteTraits traits) => done switch
    {
        { IsLink: true } => null,

        // Of a record in conflict some fields may have been written all the same.
        { Result: EditResult.Updated or EditResult.Conflict, SentAt: not null, Before: { } before, After: not null } =>
            new EditItem { Position = position, Kind = WriteKind.Update, Id = done.Id, Wanted = before, Seen = done.After },
        { Result: EditResult.Created or EditResult.Restored } => new EditItem { Position = position, Kind = WriteKind.Delete, Id = done.Id },
        { Result: EditResult.Deleted } when traits.Restores => new EditItem { Position = position, Kind = WriteKind.Restore, Id = done.Id },
        { Result: EditResult.Deleted, Before: { } record } => Anew(record, position, stream),
        _ => null,
    };

    /// <summary>The changes that take a change of links back: what it added goes, what it took away, also from another record by the way, comes back. Empty where
    /// nothing was done, and for a change of something else.</summary>
    /// <param name="done">The change, as it ended.</param>
    /// <param name="position">The place of the first new one in its run.</param>
    public static IReadOnlyList<EditItem> LinksOf(EditItem done, int position)
    {
        if (done is not { IsLink: true, Result: EditResult.Updated, SentAt: not null, Wanted: { } wanted })
            return [];
        var stream = LinkChange.Read(wanted).Stream;
        var (before, after) = (HeldLink.Read(stream, done.Before), HeldLink.Read(stream, done.After));
        var back = new List<EditItem>();
        foreach (var ends in before.Concat(after).GroupBy(link => (link.Id, link.Other)))
        {
            var (had, has) = (before.Where(link => (link.Id, link.Other) == ends.Key).ToList(), after.Where(link => (link.Id, link.Other) == ends.Key).ToList());
            if (had.Count == 0)
                Add(WriteKind.Dissociate, ends.Key.Id, new LinkChange(stream, new RecordId(ends.Key.Other)));
            else
                has.Where(link => !had.Exists(link.Is)).ToList().ForEach(link => Add(WriteKind.Dissociate, link.Id, ChangeOf(stream, link)));
            had.Where(link => !has.Exists(link.Is)).ToList().ForEach(link => Add(WriteKind.Associate, link.Id, ChangeOf(stream, link)));
        }

        return back;

        void Add(WriteKind kind, string id, LinkChange change) => back.Add(
            new EditItem { Position = position + back.Count, Kind = kind, Id = new RecordId(id), Wanted = change.Write(), Seen = done.After });
    }

    private static LinkChange ChangeOf(StreamName stream, HeldLink link) => new(stream, new RecordId(link.Other), link.Label, link.Category, link.TypeId);

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
            Reason = "Made anew under another id, since the app cannot bring it back; records that were linked to it have to be linked again"
                + (refused.Count == 0 ? "." : $"; without {string.Join(", ", refused)}, which would not take what they held."),
        };
    }
}
