using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Counts and digests of the streams that a commit touches, written back once at its end.</summary>
internal sealed class StreamTotals(Database database)
{
    private readonly Dictionary<StreamName, Total> totals = [];

    public Total Of(StreamName stream)
    {
        if (totals.TryGetValue(stream, out var known))
            return known;
        var row = database["SELECT number, live, buried, digest FROM m_streams WHERE name = ?1"].Bind(1, stream.Value);
        if (!row.Step())
            throw new ArgumentException($"The mirror knows no stream {stream}; describe it in MirrorCommit.Streams first.", nameof(stream));
        var total = new Total(row.Integer(0), row.Integer(1), row.Integer(2), row.Hash(3));
        row.Reset();
        total.NextRid = 1 + database.Integer($"SELECT max(rid) FROM {RecordRows.TableOf(total.Number)}");
        totals.Add(stream, total);
        return total;
    }

    public void Flush()
    {
        foreach (var total in totals.Values.Where(total => total.IsChanged))
            database["UPDATE m_streams SET live = ?2, buried = ?3, digest = ?4 WHERE number = ?1"]
                .Bind(1, total.Number).Bind(2, total.Live).Bind(3, total.Buried).Bind(4, total.Digest).Run();
    }

    /// <summary>One stream's.</summary>
    internal sealed class Total(long number, long live, long buried, UInt128 digest)
    {
        private readonly (long, long, UInt128) stored = (live, buried, digest);

        public long Number => number;

        public long Live { get; set; } = live;

        public long Buried { get; set; } = buried;

        public UInt128 Digest { get; set; } = digest;

        /// <summary>Whether there is something to write back: most commits of links have nothing.</summary>
        public bool IsChanged => (Live, Buried, Digest) != stored;

        public long NextRid { get; set; }

        public void Arrived(ReadOnlySpan<byte> id)
        {
            Live++;
            Digest = unchecked(Digest + Fingerprint.OfId(id));
        }

        public void Left(ReadOnlySpan<byte> id)
        {
            Live--;
            Digest = unchecked(Digest - Fingerprint.OfId(id));
        }
    }
}
