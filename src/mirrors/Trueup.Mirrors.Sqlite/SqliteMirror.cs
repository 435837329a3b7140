using System.Diagnostics.CodeAnalysis;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>The mirror of one connection in one SQLite file: one connection that writes, and a few that read.</summary>
internal sealed partial class SqliteMirror : IMirror
{
    private readonly Writer writer;
    private readonly Readers readers;
    private readonly Grid grid;
    private readonly Action<SqliteMirror> onClosed;

    private SqliteMirror(Writer writer, Readers readers, Action<SqliteMirror> onClosed)
    {
        this.writer = writer;
        this.readers = readers;
        grid = new Grid(writer);
        this.onClosed = onClosed;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The mirror owns what is made here, and disposes of it.")]
    public static SqliteMirror Open(string path, Work work, Action<SqliteMirror> onClosed)
    {
        var database = Database.OpenForWriting(path);
        try
        {
            Format.Prepare(database);
            Format.TuneForWriting(database);
            return new SqliteMirror(new Writer(database, work), new Readers(path, work), onClosed);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public Task<long> TakeFenceAsync(CancellationToken cancellationToken) =>
        writer.RunAsync(database => database.Transact("BEGIN IMMEDIATE", () =>
        {
            database["UPDATE m_meta SET value = value + 1 WHERE key = 'fence'"].Run();
            return database.Integer("SELECT value FROM m_meta WHERE key = 'fence'");
        }), cancellationToken);

    public Task<CommitResult> CommitAsync(MirrorCommit commit, CancellationToken cancellationToken) =>
        writer.RunAsync(
            database => database.Transact("BEGIN IMMEDIATE", () => new Commit(database, commit, cancellationToken).Apply()), cancellationToken);

    public Task<IReadOnlyList<MirroredStream>> StreamsAsync(CancellationToken cancellationToken) =>
        readers.RunAsync(StreamRows.All, cancellationToken);

    public Task VisitIndexAsync(StreamName stream, IndexVisitor visitor, CancellationToken cancellationToken) =>
        readers.RunAsync(database => RecordRows.Visit(database, stream, visitor, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<StoredRecord>> LoadAsync(StreamName stream, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken) =>
        readers.RunAsync(database => RecordRows.Load(database, stream, ids), cancellationToken);

    public Task<IReadOnlyDictionary<RecordId, IReadOnlyList<RecordId>>> LinkedAsync(
        AssociationPair pair, IReadOnlyList<RecordId> ids, bool fromTargets, CancellationToken cancellationToken) =>
        readers.RunAsync(database => LinkRows.Linked(database, pair, ids, fromTargets), cancellationToken);

    public Task<IReadOnlyList<RecordId>> DifferingLinksAsync(
        AssociationPair pair, IReadOnlyList<RecordAssociations> sources, CancellationToken cancellationToken) =>
        readers.RunAsync<IReadOnlyList<RecordId>>(
            database => LinkRows.PairOf(database, pair) is { } number
                ? [.. LinkComparison.Differing(database, number, sources).Select(each => each.Source)]
                : [.. sources.Where(each => each.Links.Count > 0).Select(each => each.Source)],
            cancellationToken);

    public Task<RecordId> ResolveAsync(StreamName stream, RecordId id, CancellationToken cancellationToken) =>
        readers.RunAsync(database => AliasRows.Resolve(database, stream, id), cancellationToken);

    public Task<string?> LoadDocumentAsync(string key, CancellationToken cancellationToken) =>
        readers.RunAsync(database => DocumentRows.Load(database, key), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> LoadDocumentsAsync(string keyPrefix, CancellationToken cancellationToken) =>
        readers.RunAsync(database => DocumentRows.LoadAll(database, keyPrefix), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        readers.Dispose();
        await writer.DisposeAsync();
        onClosed(this);
    }
}
