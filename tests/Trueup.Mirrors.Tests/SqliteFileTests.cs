using Microsoft.Extensions.Time.Testing;
using SQLitePCL;
using Trueup.Mirrors.Sqlite;

namespace Trueup.Mirrors.Tests;

/// <summary>What can happen to a file: damage, strangers, moving, deleting.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder folder = new();
    private readonly SqliteMirrorStore store;

    public SqliteFileTests() => store = new SqliteMirrorStore(folder.Path, new FakeTimeProvider(Monday));

    public void Dispose() => folder.Dispose();

    private string FilePath => folder.File("c1.db");

    private async Task FillAsync(int records = 500)
    {
        await using var mirror = await store.OpenAsync("c1", default);
        await MirrorFiller.FillAsync(mirror, records);
    }

    private async Task AssertRefusedAsync(string because)
    {
        var before = File.ReadAllBytes(FilePath);

        var refusal = await Assert.ThrowsAsync<MirrorCorruptException>(() => store.OpenAsync("c1", default));

        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("c1.db", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        await File.WriteAllTextAsync(FilePath, string.Concat(Enumerable.Repeat("id;email\n1;ada@example.org\n", 100)));

        await AssertRefusedAsync("is not a SQLite database");
    }

    [Fact]
    public async Task A_file_of_a_few_bytes_is_refused_and_left_alone()
    {
        await File.WriteAllTextAsync(FilePath, "SQLite");

        await AssertRefusedAsync("is not a SQLite database");
    }

    [Fact]
    public async Task The_database_of_another_application_is_refused_and_left_alone()
    {
        Execute("CREATE TABLE places(url TEXT); INSERT INTO places VALUES ('https://example.org');");

        await AssertRefusedAsync("belongs to another application");
    }

    [Fact]
    public async Task A_mirror_of_a_newer_version_is_refused_and_left_alone()
    {
        await FillAsync();
        Execute("PRAGMA user_version=99; PRAGMA journal_mode=DELETE;");

        await AssertRefusedAsync("update Trueup");
    }

    [Fact]
    public async Task A_file_cut_short_is_refused_and_left_alone()
    {
        await FillAsync();
        await using (var file = File.OpenWrite(FilePath))
            file.SetLength(file.Length / 2);

        await AssertRefusedAsync("cut short");
    }

    [Fact]
    public async Task A_file_whose_tables_are_overwritten_is_refused()
    {
        await FillAsync();
        Overwrite(from: 100, bytes: 16_000);

        await Assert.ThrowsAsync<MirrorCorruptException>(() => store.OpenAsync("c1", default));
    }

    [Fact]
    public async Task Damage_in_the_middle_is_named_when_it_is_met()
    {
        await FillAsync(20_000);
        Overwrite(from: (int)(new FileInfo(FilePath).Length / 3), bytes: (int)(new FileInfo(FilePath).Length / 2));

        await using var mirror = await store.OpenAsync("c1", default);
        await Assert.ThrowsAsync<MirrorCorruptException>(async () =>
        {
            await foreach (var record in mirror.ExportAsync(MirrorFiller.Contacts, default))
                Assert.NotEqual("", record.Id.Value);
        });
    }

    [Fact]
    public async Task An_empty_file_becomes_a_mirror()
    {
        await File.WriteAllBytesAsync(FilePath, []);

        await FillAsync();
    }

    [Fact]
    public async Task A_copy_of_file_and_log_taken_at_any_moment_holds_every_commit_up_to_then()
    {
        await using var mirror = await store.OpenAsync("c1", default);
        await MirrorFiller.FillAsync(mirror, 100);

        // As after a kill: nothing was closed, the log was not written back.
        File.Copy(FilePath, folder.File("c2.db"));
        File.Copy(FilePath + "-wal", folder.File("c2.db-wal"));

        await using var copy = await store.OpenAsync("c2", default);
        Assert.Equal(100, Assert.Single(await copy.StreamsAsync(default)).Live);
    }

    [Fact]
    public async Task A_mirror_moved_aside_keeps_its_records_under_a_name_with_the_time()
    {
        await FillAsync();

        Assert.Equal(folder.File("c1.moved-20260302T080000.db"), await store.MoveAsideAsync("c1", default));
        await FillAsync();
        Assert.Equal(folder.File("c1.moved-20260302T080000-2.db"), await store.MoveAsideAsync("c1", default));

        File.Move(folder.File("c1.moved-20260302T080000.db"), folder.File("back.db"));
        await using var back = await store.OpenAsync("back", default);
        Assert.Equal(500, Assert.Single(await back.StreamsAsync(default)).Live);
    }

    [Fact]
    public async Task A_refused_file_can_be_moved_aside_and_a_new_mirror_made()
    {
        await File.WriteAllTextAsync(FilePath, "nonsense");

        var aside = await store.MoveAsideAsync("c1", default);

        Assert.Equal("nonsense", await File.ReadAllTextAsync(aside));
        await FillAsync();
    }

    [Fact]
    public async Task Deleting_removes_every_file_also_of_a_mirror_that_is_open()
    {
        await using var mirror = await store.OpenAsync("c1", default);
        await MirrorFiller.FillAsync(mirror, 10);
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);

        await store.DeleteAsync("c1", default);

        Assert.Empty(Directory.GetFiles(folder.Path));
        await Assert.ThrowsAsync<MirrorUnavailableException>(() => mirror.StreamsAsync(default));
    }

    [Theory]
    [InlineData("SELECT length(zeroblob(1000000000))"), InlineData("PRAGMA user_version=5"), InlineData("ATTACH 'other.db' AS other")]
    [InlineData("VACUUM INTO 'copy.db'"), InlineData("SELECT load_extension('x')"), InlineData("CREATE TEMP TABLE t(x)"), InlineData("PRAGMA journal_mode=DELETE")]
    public async Task Sql_reaches_neither_the_disk_nor_all_of_the_memory(string statement)
    {
        await using var mirror = await store.OpenAsync("c1", default);
        await MirrorFiller.FillAsync(mirror, 1);

        await Assert.ThrowsAsync<MirrorQueryException>(async () =>
        {
            await foreach (var row in mirror.SqlAsync(statement, _ => { }, default))
                Assert.NotNull(row);
        });

        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    [Theory]
    [InlineData(""), InlineData("../c1"), InlineData("a/b"), InlineData("c1.db"), InlineData("a b")]
    public async Task A_connection_id_that_is_no_file_name_is_refused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => store.OpenAsync(id, default));

    private void Overwrite(int from, int bytes)
    {
        using var file = File.OpenWrite(FilePath);
        file.Position = from;
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        file.Write(noise);
    }

    private void Execute(string sql)
    {
        Batteries_V2.Init();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(FilePath, out var database));
        using (database)
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(database, sql));
    }
}
