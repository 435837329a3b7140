using System.Runtime.InteropServices;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>The links between records, kept from both ends.</summary>
internal sealed class LinkTable
{
    private static readonly List<long> Nothing = [];

    /// <summary>Which streams are linked: the first shows the second in the member named.</summary>
    public static readonly IReadOnlyList<LinkKind> Kinds =
    [
        new("contacts", "companies", "companies"), new("contacts", "tags", "tags"), new("contacts", "segments", "segments"), new("companies", "tags", "tags"),
        new("companies", "segments", "segments"), new("conversations", "contacts", "contacts"), new("conversations", "tags", "tags"),
        new("conversations", "companies", "company"), new("tickets", "contacts", "contacts"), new("tickets", "conversations", "linked_objects"),
        new("teams", "admins", "admin_ids"),
    ];

    private readonly Dictionary<(string From, string To), Dictionary<long, List<long>>> links =
        Kinds.SelectMany(kind => new[] { (kind.From, kind.To), (kind.To, kind.From) }).ToDictionary(pair => pair, _ => new Dictionary<long, List<long>>());

    /// <summary>Moves with every change.</summary>
    public long Version { get; private set; }

    /// <summary>The kind of link between two streams, whichever shows the other; null where there is none.</summary>
    public static LinkKind? Kind(string one, string other) => Kinds.FirstOrDefault(kind => (kind.From, kind.To) == (one, other) || (kind.To, kind.From) == (one, other));

    /// <summary>Ids of the records of a stream that a record is linked with, in the order in which they were.</summary>
    public IReadOnlyList<long> Of(string stream, long id, string other) => links[(stream, other)].GetValueOrDefault(id, Nothing);

    /// <summary>Links two records; false if they were linked already.</summary>
    public bool Add(string stream, long id, string other, long otherId)
    {
        ref var forward = ref CollectionsMarshal.GetValueRefOrAddDefault(links[(stream, other)], id, out _);
        forward ??= new List<long>(1);
        if (forward.Contains(otherId))
            return false;
        forward.Add(otherId);
        ref var backward = ref CollectionsMarshal.GetValueRefOrAddDefault(links[(other, stream)], otherId, out _);
        (backward ??= new List<long>(1)).Add(id);
        Version++;
        return true;
    }

    /// <summary>Unlinks two records; false if they were not linked.</summary>
    public bool Remove(string stream, long id, string other, long otherId)
    {
        if (!links[(stream, other)].TryGetValue(id, out var forward) || !forward.Remove(otherId))
            return false;
        links[(other, stream)][otherId].Remove(id);
        Version++;
        return true;
    }

    /// <summary>Unlinks a record from everything.</summary>
    public void RemoveAll(string stream, long id)
    {
        foreach (var other in Others(stream))
            foreach (var otherId in Of(stream, id, other).ToList())
                Remove(stream, id, other, otherId);
    }

    /// <summary>Gives every link of a record to another of its stream.</summary>
    public void Move(string stream, long from, long to)
    {
        foreach (var other in Others(stream))
            foreach (var otherId in Of(stream, from, other).ToList())
            {
                Remove(stream, from, other, otherId);
                // The later end decides the order in which the earlier shows it.
                Add(stream, to, other, otherId);
            }
    }

    /// <summary>The streams that a stream may be linked with.</summary>
    public static IEnumerable<string> Others(string stream) =>
        Kinds.Where(kind => kind.From == stream).Select(kind => kind.To).Concat(Kinds.Where(kind => kind.To == stream).Select(kind => kind.From)).Distinct();
}

/// <summary>A kind of link.</summary>
/// <param name="From">The stream whose records show it.</param>
/// <param name="To">The stream that they show.</param>
/// <param name="Member">The member that shows it.</param>
internal sealed record LinkKind(string From, string To, string Member);
