using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Trueup.Simulation;

/// <summary>Chance for each purpose apart, so that one draw more here changes nothing there.</summary>
public static class Seeds
{
    /// <summary>The chance of one purpose.</summary>
    public static Random Random(long seed, string purpose) => new(Of(seed, purpose));

    /// <summary>The seed of one purpose.</summary>
    public static int Of(long seed, string purpose) =>
        unchecked((int)XxHash64.HashToUInt64(MemoryMarshal.AsBytes(purpose.AsSpan()), seed));
}
