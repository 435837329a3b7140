using Trueup.Contract;

namespace Trueup.Engine.Deciding;

/// <summary>How a record was read, which says how far it is to be believed.</summary>
internal enum Means
{
    /// <summary>By modification time, from an index that lags.</summary>
    Modified,
    /// <summary>From an enumeration of everything.</summary>
    Full,
    /// <summary>By id, at once: what the CRM says last.</summary>
    ById,
}

/// <summary>What to do about one incoming record.</summary>
internal abstract record Change
{
    private Change()
    {
    }

    /// <summary>Nothing: the mirror has it.</summary>
    public sealed record None : Change
    {
        public static readonly None Instance = new();
    }

    /// <summary>The stored and the incoming version contradict each other, and no stamp orders them: read it by id.</summary>
    public sealed record Doubt : Change
    {
        public static readonly Doubt Instance = new();
    }

    /// <summary>Write it.</summary>
    public sealed record Put(PutKind Kind, ReadOnlyMemory<byte> Properties, ReadOnlyMemory<byte> Before) : Change;
}

/// <summary>Decides what an incoming record changes. Pure.</summary>
internal static class Decide
{
    /// <summary>Compares a stored record with an incoming one whose hash differs.</summary>
    /// <param name="stored">What the mirror holds; null if it has never seen the id.</param>
    /// <param name="modifiedMilliseconds">The incoming stamp.</param>
    /// <param name="properties">The incoming properties.</param>
    /// <param name="means">How it was read.</param>
    public static Change Between(StoredRecord? stored, long modifiedMilliseconds, ReadOnlyMemory<byte> properties, Means means)
    {
        if (stored is null)
            return new Change.Put(PutKind.Create, properties, default);

        // A list or an index may still show what is gone. Only the record itself proves that it is back.
        if (!stored.IsLive && means != Means.ById)
            return Change.Doubt.Instance;

        var difference = PropertyDifference.Between(stored.Properties, properties);
        if (!stored.IsLive)
            return new Change.Put(PutKind.Restore, difference.Merged(), difference.Before());

        return (difference, modifiedMilliseconds.CompareTo(stored.ModifiedMilliseconds), means) switch
        {
            // An index can be behind what we know by other ways; that is no news.
            (_, < 0, Means.Modified) => Change.None.Instance,

            // The CRM went back in time, or the list is behind. Only the record itself can tell.
            ({ Contradicts: true }, < 0, Means.Full) => Change.Doubt.Instance,

            (_, < 0, Means.Full) => Change.None.Instance,

            // Equal stamps, different content: the clock is too coarse, or a computed field moved.
            ({ Contradicts: true }, 0, not Means.ById) => Change.Doubt.Instance,

            ({ Contradicts: true } or { Adds: true }, _, _) =>
                new Change.Put(PutKind.Change, difference.Merged(), difference.Before()),

            // The stamp alone moved: the mirror must carry it, or the record would be read again for ever.
            (_, > 0, _) => new Change.Put(PutKind.Change, difference.Merged(), difference.Before()),

            ({ AddsNull: true }, _, _) => new Change.Put(PutKind.Refresh, difference.Merged(), default),

            // The same content in another form. A full read settles on its form, so that the next one compares by hash alone;
            // other reads leave it, or two forms would overwrite each other for ever.
            ({ Lacks: true }, 0, Means.Full) => new Change.Put(PutKind.Refresh, difference.Merged(), default),

            _ => Change.None.Instance,
        };
    }
}
