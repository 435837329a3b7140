using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Trueup.Contract;

namespace Trueup.Engine.State;

/// <summary>A mass burial that waits for a person, or that one has answered.</summary>
/// <remarks>A document of its own, beside the stream's checkpoint: a person answers while passes move the checkpoint on.</remarks>
/// <param name="Count">How many records would be buried.</param>
/// <param name="Keys">Which, in eight bytes a record. See <see cref="Records"/>.</param>
/// <param name="Answer">Null while it waits.</param>
internal sealed record BrakeQuestion(long Count, byte[] Keys, BrakeAnswer? Answer)
{
    /// <summary>A question about records.</summary>
    public static BrakeQuestion About(IReadOnlyList<RecordId> records)
    {
        ulong[] keys = [.. records.Select(RecordKeys.KeyOf)];
        return new BrakeQuestion(keys.Length, MemoryMarshal.AsBytes(keys.AsSpan()).ToArray(), null);
    }

    /// <summary>The records it is about.</summary>
    public RecordKeys Records() => new(MemoryMarshal.Cast<byte, ulong>(Keys));
}

/// <summary>A set of records by 64-bit hashes of their ids: among a million, two are taken for one another once in 30 million such sets.</summary>
internal sealed class RecordKeys
{
    private readonly HashSet<ulong> keys;

    /// <summary>Makes a set of keys.</summary>
    public RecordKeys(ReadOnlySpan<ulong> keys)
    {
        this.keys = new HashSet<ulong>(keys.Length);
        foreach (var key in keys)
            this.keys.Add(key);
    }

    /// <summary>The key of a record.</summary>
    public static ulong KeyOf(RecordId id) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(id.Value));

    /// <summary>Whether a record is in the set.</summary>
    public bool Contains(RecordId id) => keys.Contains(KeyOf(id));
}

/// <summary>What a person decided about a mass burial.</summary>
internal enum BrakeAnswer
{
    /// <summary>Bury, once.</summary>
    Bury,
    /// <summary>Keep, and do not ask again for the same records.</summary>
    Keep,
}
