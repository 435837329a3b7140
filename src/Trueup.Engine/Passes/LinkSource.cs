using Trueup.Contract;

namespace Trueup.Engine.Passes;

/// <summary>Where the links of a connection come from.</summary>
internal abstract class LinkSource
{
    /// <summary>The source of a connection's links; null where its CRM links nothing.</summary>
    /// <param name="connector">The CRM.</param>
    /// <param name="mirror">The mirror.</param>
    /// <param name="isWhole">Whether the streams have been read whole, so that a record that the mirror does not hold is none.</param>
    public static LinkSource? Of(IConnector connector, IMirror mirror, bool isWhole) => connector switch
    {
        IReadsAssociations reads => new AskedLinks(reads),
        INamesLinks names => new NamedLinks(names, mirror, isWhole),
        _ => null,
    };

    /// <summary>The pairs of streams that are linked.</summary>
    public abstract IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams);

    /// <summary>Whether links can be read from the end that they lead to as well.</summary>
    public abstract bool ReadsFromEitherEnd { get; }

    /// <summary>The API calls that the links of so many records cost.</summary>
    public abstract long CallsFor(long records);

    /// <summary>Reads all links from each of the sources, complete.</summary>
    public abstract IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAsync(
        StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources, CancellationToken cancellationToken);

    /// <summary>Links that the CRM keeps apart from records, and is asked for.</summary>
    private sealed class AskedLinks(IReadsAssociations reads) : LinkSource
    {
        public override bool ReadsFromEitherEnd => true;

        public override IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams) => reads.PairsOf(streams);

        public override long CallsFor(long records) => (records + reads.SourcesPerBatch - 1) / reads.SourcesPerBatch;

        public override IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAsync(
            StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources, CancellationToken cancellationToken) =>
            reads.ReadAssociationsAsync(from, to, sources, cancellationToken);
    }

    /// <summary>Links that the records themselves name, as the mirror holds them.</summary>
    private sealed class NamedLinks(INamesLinks names, IMirror mirror, bool isWhole) : LinkSource
    {
        /// <summary>Records looked up in the mirror in one go.</summary>
        private const int RecordsPerLoad = 1_000;

        public override bool ReadsFromEitherEnd => false;

        public override IReadOnlyList<AssociationPair> PairsOf(IReadOnlyList<StreamDescription> streams) => names.PairsOf(streams);

        public override long CallsFor(long records) => 0;

        public override async IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAsync(
            StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var pair = new AssociationPair(from.Name, to.Name);
            foreach (var some in sources.Chunk(RecordsPerLoad))
            {
                var records = await mirror.LoadAsync(from.Name, some, cancellationToken);
                var named = records.Where(record => record.IsLive).Select(record => new RecordAssociations(record.Id, names.LinksIn(pair, record.Properties.Span))).ToList();

                var targets = named.SelectMany(record => record.Links.Select(link => link.Target)).Distinct().ToList();
                var known = targets.Count == 0 ? [] : (await mirror.LoadAsync(to.Name, targets, cancellationToken)).ToDictionary(record => record.Id, record => record.IsLive);

                // A record may go on naming one that is gone. One that the mirror has not seen may be on its way, unless everything has been read.
                yield return [.. named.Select(record => record with { Links = [.. record.Links.Where(link => known.GetValueOrDefault(link.Target, !isWhole))] })];
            }
        }
    }
}
