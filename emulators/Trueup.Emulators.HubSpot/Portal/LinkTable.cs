using System.Runtime.InteropServices;

namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>One typed link to a record.</summary>
internal readonly record struct Link(long To, AssociationType Type);

/// <summary>The links between records, kept from both ends. Used under the portal's lock.</summary>
internal sealed class LinkTable(AssociationTypes types)
{
    private static readonly Link[] Nothing = [];

    private readonly Dictionary<(string From, string To), Dictionary<long, Link[]>> links = [];

    /// <summary>Told of each link that is added or removed on its own, with its ends and whether it is gone.</summary>
    public Action<AssociationType, long, long, bool>? Changed { get; set; }

    /// <summary>Links from a record to the records of a type, ordered by target; one target may come once per kind of link.</summary>
    public IReadOnlyList<Link> From(ObjectType from, long id, ObjectType to) =>
        links.TryGetValue((from.TypeId, to.TypeId), out var sources) && sources.TryGetValue(id, out var found) ? found : Nothing;

    /// <summary>Links two records. A labelled link brings the unlabelled one with it.</summary>
    public void Add(AssociationType type, long from, long to)
    {
        var unlabelled = types.Unlabelled(type.From, type.To);
        if (unlabelled != type)
            AddBoth(unlabelled, from, to);
        if (AssociationTypes.IsPrimary(type))
            TakePrimary(type, from, to);
        AddBoth(type, from, to);
        Changed?.Invoke(type, from, to, false);
    }

    /// <summary>A record has one primary company: a new one takes the mark from the one before, which stays linked.</summary>
    private void TakePrimary(AssociationType type, long from, long to)
    {
        var (there, source, company) = type.From.Name == "companies" ? (type.Inverse, to, from) : (type, from, to);
        foreach (var before in From(there.From, source, there.To).Where(link => link.Type == there && link.To != company).ToArray())
        {
            Drop(there.From, there.To, source, link => link == before);
            Drop(there.To, there.From, before.To, link => link.To == source && link.Type == there.Inverse);
        }
    }

    /// <summary>Removes one kind of link between two records; the unlabelled kind takes all others with it.</summary>
    public bool Remove(AssociationType type, long from, long to)
    {
        var all = type == types.Unlabelled(type.From, type.To);
        var removed = Drop(type.From, type.To, from, link => link.To == to && (all || link.Type == type));
        Drop(type.To, type.From, to, link => link.To == from && (all || link.Type == type.Inverse));
        if (removed)
            Changed?.Invoke(type, from, to, true);
        return removed;
    }

    /// <summary>Removes every link of a record.</summary>
    public void RemoveAll(ObjectType type, long id, IEnumerable<ObjectType> others) => Each(type, id, others, static (_, _) => { });

    /// <summary>Gives every link of a record to another record of its type.</summary>
    public void Move(ObjectType type, long id, long heir, IEnumerable<ObjectType> others) =>
        Each(type, id, others, (link, _) =>
        {
            if (!(link.Type.To == type && link.To == heir))
                AddBoth(link.Type, heir, link.To);
        });

    private void Each(ObjectType type, long id, IEnumerable<ObjectType> others, Action<Link, ObjectType> then)
    {
        foreach (var other in others)
            foreach (var link in From(type, id, other).ToArray())
            {
                Drop(type, other, id, each => each == link);
                Drop(other, type, link.To, each => each.To == id && each.Type == link.Type.Inverse);
                then(link, other);
            }
    }

    private void AddBoth(AssociationType type, long from, long to)
    {
        Insert(type, from, to);
        if (!(type == type.Inverse && from == to))
            Insert(type.Inverse, to, from);
    }

    private void Insert(AssociationType type, long from, long to)
    {
        if (!links.TryGetValue((type.From.TypeId, type.To.TypeId), out var sources))
            links.Add((type.From.TypeId, type.To.TypeId), sources = []);
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(sources, from, out _);
        var before = list ?? Nothing;
        var at = 0;
        for (; at < before.Length && before[at].To <= to; at++)
            if (before[at].To == to && before[at].Type == type)
                return;
        var after = new Link[before.Length + 1];
        before.AsSpan(0, at).CopyTo(after);
        after[at] = new Link(to, type);
        before.AsSpan(at).CopyTo(after.AsSpan(at + 1));
        list = after;
    }

    private bool Drop(ObjectType from, ObjectType to, long id, Func<Link, bool> which)
    {
        if (!links.TryGetValue((from.TypeId, to.TypeId), out var sources) || !sources.TryGetValue(id, out var before))
            return false;
        var after = before.Where(link => !which(link)).ToArray();
        if (after.Length == 0)
            sources.Remove(id);
        else
            sources[id] = after;
        return after.Length < before.Length;
    }
}
