using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>One commit, applied within a transaction that the caller holds.</summary>
/// <remarks>The parts are applied in this order: streams, schemas, choices, streams gone, puts, burials, links, documents.
/// So a record that is both put and buried ends buried.</remarks>
internal sealed class Commit(Database database, MirrorCommit commit, CancellationToken cancellationToken)
{
    public CommitResult Apply()
    {
        CheckFence();

        var at = Instants.Of(commit.At);
        var source = SourceNumber(at);
        var feed = new FeedWriter(database, at);
        var streams = new StreamTotals(database);
        var history = new HistoryWriter(database, at, source);

        new Descriptions(database, at).Apply(commit);
        var links = new LinkWriter(database, streams, feed, history);
        var records = new RecordWriter(database, streams, feed, history, links, at, source, cancellationToken);
        records.Put(commit.Puts);
        records.Bury(commit.Buries);
        links.Replace(commit.Links);
        WriteDocuments();

        feed.Flush();
        streams.Flush();
        return new CommitResult(records.RowsWritten, records.Buried, links.Added, links.Removed);
    }

    private void CheckFence()
    {
        var fence = database.Integer("SELECT value FROM m_meta WHERE key = 'fence'");
        if (fence != commit.Fence)
            throw new FencedOffException(
                $"Another writer has taken over the mirror {Path.GetFileName(database.Path)} (fence {fence}, ours {commit.Fence}); this one stops.");
    }

    private long SourceNumber(long at)
    {
        database["INSERT INTO m_sources(text, at) VALUES (?1, ?2) ON CONFLICT(text) DO NOTHING"].Bind(1, commit.Source).Bind(2, at).Run();
        var row = database["SELECT number FROM m_sources WHERE text = ?1"].Bind(1, commit.Source);
        _ = row.Step();
        var number = row.Integer(0);
        row.Reset();
        return number;
    }

    private void WriteDocuments()
    {
        foreach (var (key, value) in commit.Documents)
            if (value is null)
                database["DELETE FROM m_documents WHERE key = ?1"].Bind(1, key).Run();
            else
                database["INSERT INTO m_documents(key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value"]
                    .Bind(1, key).Bind(2, value).Run();
    }
}
