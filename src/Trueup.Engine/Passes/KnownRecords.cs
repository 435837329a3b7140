using Trueup.Contract;

namespace Trueup.Engine.Passes;

/// <summary>Every record of one stream that the mirror knows, in memory: key, hash, live or buried, and whether this pass has seen it.</summary>
/// <remarks>
/// <para>About 45 bytes a record: open addressing over three arrays. Keys are 128-bit hashes of ids; at a billion records
/// the chance of any two being equal is below 10^-20.</para>
/// <para>Not for concurrent use.</para>
/// </remarks>
internal sealed class KnownRecords
{
    private const byte Used = 1;
    private const byte LiveFlag = 2;
    private const byte SeenFlag = 4;
    private const double GrowthLoad = 0.85;

    private UInt128[] keys;
    private UInt128[] hashes;
    private byte[] flags;

    /// <param name="expected">How many records to make room for.</param>
    public KnownRecords(long expected)
    {
        var capacity = CapacityFor(expected);
        keys = new UInt128[capacity];
        hashes = new UInt128[capacity];
        flags = new byte[capacity];
    }

    /// <summary>Records known.</summary>
    public long Count { get; private set; }

    /// <summary>Distinct records seen by this pass and live.</summary>
    public long SeenCount { get; private set; }

    /// <summary>Sum of the keys of the records in <see cref="SeenCount"/>, modulo 2^128.</summary>
    public UInt128 SeenDigest { get; private set; }

    /// <summary>Fills a map from the mirror's index.</summary>
    public static async Task<KnownRecords> LoadAsync(IMirror mirror, MirroredStream stream, long expected, CancellationToken cancellationToken)
    {
        var known = new KnownRecords(Math.Max(expected, stream.Live + stream.Buried));
        await mirror.VisitIndexAsync(stream.Name, (id, hash, isLive) => known.Add(Fingerprint.OfId(id), hash, isLive), cancellationToken);
        return known;
    }

    /// <summary>Adds a record or sets its hash and state anew.</summary>
    public void Add(UInt128 key, UInt128 hash, bool isLive)
    {
        if (Count + 1 > keys.Length * GrowthLoad)
            Grow();
        var slot = SlotOf(key);
        if (flags[slot] == 0)
        {
            Count++;
            keys[slot] = key;
        }

        hashes[slot] = hash;
        flags[slot] = (byte)(Used | (isLive ? LiveFlag : 0) | (flags[slot] & SeenFlag));
    }

    /// <summary>Finds a record.</summary>
    public bool TryFind(UInt128 key, out UInt128 hash, out bool isLive)
    {
        var slot = SlotOf(key);
        hash = hashes[slot];
        isLive = (flags[slot] & LiveFlag) != 0;
        return flags[slot] != 0;
    }

    /// <summary>Notes that the CRM has shown the record live. False if this pass had seen it before.</summary>
    public bool MarkSeen(UInt128 key)
    {
        var slot = SlotOf(key);
        if (flags[slot] == 0 || (flags[slot] & SeenFlag) != 0)
            return false;
        flags[slot] |= SeenFlag;
        SeenCount++;
        SeenDigest = unchecked(SeenDigest + key);
        return true;
    }

    /// <summary>Notes that every live record has been shown by the CRM.</summary>
    public void MarkAllLiveSeen()
    {
        for (var slot = 0; slot < flags.Length; slot++)
        {
            if ((flags[slot] & (LiveFlag | SeenFlag)) != LiveFlag)
                continue;
            flags[slot] |= SeenFlag;
            SeenCount++;
            SeenDigest = unchecked(SeenDigest + keys[slot]);
        }
    }

    /// <summary>Takes back <see cref="MarkSeen"/>: the record turned out to be gone.</summary>
    public void Unsee(UInt128 key)
    {
        var slot = SlotOf(key);
        if ((flags[slot] & SeenFlag) == 0)
            return;
        flags[slot] &= unchecked((byte)~SeenFlag);
        SeenCount--;
        SeenDigest = unchecked(SeenDigest - key);
    }

    /// <summary>Takes over what edits did meanwhile. Each was proved by the record itself, which is as good as having been listed.</summary>
    public void Take(IEnumerable<(UInt128 Key, UInt128? Hash)> edited)
    {
        foreach (var (key, hash) in edited)
        {
            if (hash is { } put)
            {
                Add(key, put, isLive: true);
                MarkSeen(key);
            }
            else if (TryFind(key, out _, out _))
            {
                Unsee(key);
                Add(key, default, isLive: false);
            }
        }
    }

    /// <summary>Whether this pass has seen the record.</summary>
    public bool IsSeen(UInt128 key) => (flags[SlotOf(key)] & SeenFlag) != 0;

    /// <summary>Live records that this pass has not seen.</summary>
    public long CountUnseenLive()
    {
        long count = 0;
        foreach (var flag in flags)
        {
            if ((flag & (LiveFlag | SeenFlag)) == LiveFlag)
                count++;
        }

        return count;
    }

    private static int CapacityFor(long expected) => checked((int)Math.Min(Array.MaxLength, (long)(Math.Max(expected, 1_000) * 1.28) + 16));

    private int SlotOf(UInt128 key)
    {
        var slot = (int)Math.BigMul(unchecked((ulong)key), (ulong)keys.Length, out _);
        while (flags[slot] != 0 && keys[slot] != key)
        {
            if (++slot == keys.Length)
                slot = 0;
        }

        return slot;
    }

    private void Grow()
    {
        var (oldKeys, oldHashes, oldFlags) = (keys, hashes, flags);
        var capacity = CapacityFor((long)(Count * 1.5));
        keys = new UInt128[capacity];
        hashes = new UInt128[capacity];
        flags = new byte[capacity];
        for (var old = 0; old < oldKeys.Length; old++)
        {
            if (oldFlags[old] == 0)
                continue;
            var slot = SlotOf(oldKeys[old]);
            keys[slot] = oldKeys[old];
            hashes[slot] = oldHashes[old];
            flags[slot] = oldFlags[old];
        }
    }
}
