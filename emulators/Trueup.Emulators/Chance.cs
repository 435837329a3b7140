namespace Trueup.Emulators;

/// <summary>Seeded chance that depends on nothing but the seed and what is asked, so that it can be asked again.</summary>
public static class Chance
{
    /// <summary>A number from 0 up to 1 that belongs to these values.</summary>
    public static double Of(long seed, long first, long second = 0) =>
        (Mix(Mix(Mix(seed) ^ unchecked((ulong)first)) ^ unchecked((ulong)second)) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Scrambles a number, which may be negative, as seeds may.</summary>
    public static ulong Mix(long value) => Mix(unchecked((ulong)value));

    /// <summary>Scrambles a number (SplitMix64).</summary>
    public static ulong Mix(ulong value) => unchecked(
        Finish((value + 0x9E3779B97F4A7C15UL) is var z ? (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL : 0));

    private static ulong Finish(ulong z) => unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL is var y ? y ^ (y >> 31) : 0);
}
