using System.Buffers.Binary;
using System.Globalization;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>The layout of a mirror's file, and how a file is recognised as one.</summary>
internal static class Format
{
    /// <summary>"TRUP": marks the file as ours in its header.</summary>
    public const int ApplicationId = 0x54525550;

    /// <summary>The layout this program writes. Grows by one with each change of layout.</summary>
    public const int Version = 1;

    /// <summary>A row of 2 KB leaves a page of 4 KiB half empty; 16 KiB loads three times as fast.</summary>
    private const int PageBytes = 16_384;

    private const int HeaderBytes = 100;

    private const string Tables = """
        CREATE TABLE m_meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO m_meta(key, value) VALUES ('fence', 0);
        CREATE TABLE m_documents(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE m_sources(number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, at INTEGER NOT NULL);
        CREATE TABLE m_streams(
            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, type_id TEXT NOT NULL UNIQUE, view TEXT NOT NULL UNIQUE,
            description TEXT NOT NULL, pipelines TEXT NOT NULL DEFAULT '[]',
            live INTEGER NOT NULL DEFAULT 0, buried INTEGER NOT NULL DEFAULT 0, digest BLOB NOT NULL, gone_at INTEGER);
        CREATE TABLE m_fields(
            stream INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, "column" TEXT NOT NULL, definition TEXT NOT NULL,
            seen_at INTEGER NOT NULL, retired_at INTEGER, included INTEGER NOT NULL DEFAULT 1, personal INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY(stream, number), UNIQUE(stream, name), UNIQUE(stream, "column"));
        CREATE TABLE m_feed(
            position INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL, stream INTEGER NOT NULL, rid INTEGER, id TEXT,
            kind INTEGER NOT NULL, other TEXT);
        CREATE TABLE m_history(
            number INTEGER PRIMARY KEY, stream INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, modified INTEGER NOT NULL,
            kind INTEGER NOT NULL, before TEXT, source INTEGER NOT NULL, cause INTEGER, gone_at INTEGER, merged_into TEXT);
        CREATE INDEX m_history_by_record ON m_history(stream, id);
        CREATE TABLE m_aliases(stream INTEGER NOT NULL, loser TEXT NOT NULL, winner TEXT NOT NULL, PRIMARY KEY(stream, loser)) WITHOUT ROWID;
        CREATE TABLE m_pairs(
            number INTEGER PRIMARY KEY, from_stream INTEGER NOT NULL, to_stream INTEGER NOT NULL, UNIQUE(from_stream, to_stream));
        CREATE TABLE m_links(
            pair INTEGER NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, category TEXT NOT NULL, type_id TEXT NOT NULL, label TEXT,
            PRIMARY KEY(pair, source, target, category, type_id)) WITHOUT ROWID;
        CREATE TABLE m_grids(stream INTEGER PRIMARY KEY, filled_to INTEGER NOT NULL);
        CREATE TABLE m_grid_columns(
            stream INTEGER NOT NULL, field INTEGER NOT NULL, done INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY(stream, field));
        CREATE INDEX m_links_by_target ON m_links(pair, target, source);
        """;

    /// <summary>The table of one stream's records. A row is never removed, so that a rid means the same record for ever.</summary>
    /// <remarks>
    /// <para>state: 0 live, otherwise 1 + <see cref="GoneCause"/>. created, created_source: null while as written and source;
    /// created_source is 0 for a record first met as a tombstone. props is null for a tombstone of a record never seen live.</para>
    /// <para>The index serves lookups by id, and walks over (id, hash, state) without touching the wide rows.</para>
    /// </remarks>
    public static string RecordTable(long stream) => string.Create(CultureInfo.InvariantCulture, $"""
        CREATE TABLE r_{stream}(
            rid INTEGER PRIMARY KEY, id TEXT NOT NULL, modified INTEGER NOT NULL, hash BLOB NOT NULL, written INTEGER NOT NULL,
            source INTEGER NOT NULL, state INTEGER NOT NULL, created INTEGER, created_source INTEGER, gone_at INTEGER, props TEXT);
        CREATE INDEX r_{stream}_index ON r_{stream}(id, hash, state);
        """);

    /// <summary>Refuses a file that is no mirror of ours, without changing it. A missing or empty file is fine.</summary>
    public static void Recognise(string path)
    {
        var file = Path.GetFileName(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        long fileBytes;
        int read;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            fileBytes = stream.Length;
            read = stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        }
        catch (FileNotFoundException)
        {
            return;
        }

        if (read == 0)
            return;
        if (read < HeaderBytes || !header.StartsWith("SQLite format 3\0"u8))
            throw new MirrorCorruptException(
                $"The file {file} is not a SQLite database; move it aside to have everything loaded again, or restore a copy.");
        if (BinaryPrimitives.ReadInt32BigEndian(header[68..]) != ApplicationId)
            throw new MirrorCorruptException($"The database {file} belongs to another application; move it out of the data folder.");

        // While there is a log, the last pages may still be in it.
        var log = new FileInfo(path + "-wal");
        if ((log.Exists && log.Length > 0) || header[24..28].SequenceEqual(header[92..96]) is false)
            return;
        int pageBytes = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        var pages = BinaryPrimitives.ReadUInt32BigEndian(header[28..]);
        if (fileBytes < pages * (long)(pageBytes == 1 ? 65_536 : pageBytes))
            throw new MirrorCorruptException(
                $"The mirror file {file} is cut short; move it aside to have everything loaded again, or restore a copy.");
    }

    /// <summary>Makes the tables of a new file, or brings those of an older one up to date.</summary>
    public static void Prepare(Database database)
    {
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA page_size={PageBytes}"));
        var version = database.Integer("PRAGMA user_version");
        if (version > Version)
            throw new MirrorCorruptException(
                $"The mirror file {Path.GetFileName(database.Path)} has layout {version}, but this version of Trueup knows {Version} at most; "
                + "update Trueup.");

        if (version == 0)
        {
            // The mark comes first and outside the write-ahead log: a half-made file is recognised as ours and finished.
            database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id={ApplicationId}"));
            database.Execute(string.Create(
                CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {Tables} {Views.Common} PRAGMA user_version={Version}; COMMIT;"));
        }

        // A damaged schema shows here rather than in the middle of a sync.
        _ = database.Integer("""
            SELECT (SELECT count(*) FROM m_streams) + (SELECT count(*) FROM m_fields) + (SELECT value FROM m_meta WHERE key = 'fence')
            """);
    }

    /// <summary>Settings of the one connection that writes.</summary>
    /// <remarks>NORMAL: a commit survives the end of the process. Power loss may undo the last ones, but whole and in order,
    /// checkpoints included.</remarks>
    public static void TuneForWriting(Database database) => database.Execute("""
        PRAGMA journal_mode=WAL;
        PRAGMA synchronous=NORMAL;
        PRAGMA cache_size=-32768;
        PRAGMA wal_autocheckpoint=2000;
        PRAGMA journal_size_limit=67108864;
        PRAGMA temp_store=FILE;
        """);

    /// <summary>Settings of the connections that read.</summary>
    public static void TuneForReading(Database database) => database.Execute("PRAGMA query_only=ON; PRAGMA cache_size=-8192; PRAGMA mmap_size=0;");
}
