using CsCheck;
using Trueup.Engine.Passes;

namespace Trueup.Engine.Tests;

public sealed class KnownRecordsTests
{
    [Fact]
    public void Whatever_is_added_seen_and_taken_back_the_map_agrees_with_a_plain_dictionary() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 4], Gen.ULong).List[0, 3_000].Sample(steps =>
        {
            var known = new KnownRecords(0);
            var live = new Dictionary<UInt128, (UInt128 Hash, bool Live)>();
            var seen = new HashSet<UInt128>();
            foreach (var (which, what, hash) in steps)
            {
                // Keys that collide in the table: equal low halves.
                var key = new UInt128((ulong)which, (ulong)which % 3 * (ulong.MaxValue / 3));
                switch (what)
                {
                    case 0 or 1:
                        known.Add(key, hash, what == 0);
                        live[key] = (hash, what == 0);
                        break;
                    case 2:
                        if (known.MarkSeen(key) != (live.ContainsKey(key) && seen.Add(key)))
                            return false;
                        break;
                    default:
                        known.Unsee(key);
                        seen.Remove(key);
                        break;
                }
            }

            var digest = seen.Aggregate(UInt128.Zero, (sum, key) => unchecked(sum + key));
            return known.Count == live.Count && known.SeenCount == seen.Count && known.SeenDigest == digest
                && known.CountUnseenLive() == live.Count(pair => pair.Value.Live && !seen.Contains(pair.Key))
                && live.All(pair => known.TryFind(pair.Key, out var hash, out var isLive) && (hash, isLive) == pair.Value);
        }, iter: 300);

    [Fact]
    public void A_million_records_take_less_than_a_hundred_bytes_each()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var known = new KnownRecords(1_000_000);
        for (ulong index = 0; index < 1_000_000; index++)
            known.Add(unchecked(new UInt128(index * 0x9E3779B97F4A7C15, index * 0xD1B54A32D192ED03)), index, true);

        Assert.True((GC.GetTotalMemory(forceFullCollection: true) - before) / 1_000_000.0 < 100);
        Assert.Equal(1_000_000, known.Count);
    }
}
