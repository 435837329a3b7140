using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Trueup.Mirrors.Sqlite;

namespace Trueup.Mirrors.Tests;

/// <summary>When the disk is full or the folder cannot be written.</summary>
public sealed class SqliteTroubleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_full_disk_stops_the_commit_whole_and_the_next_one_works_when_there_is_room()
    {
        var disk = folder.File("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "none", disk), "Mounting a small disk needs root.");
        try
        {
            var store = new SqliteMirrorStore(disk, new FakeTimeProvider());
            await using var mirror = await store.OpenAsync("c1", default);
            var fence = await MirrorFiller.FillAsync(mirror, 100);

            var reached = 100;
            var full = await Assert.ThrowsAsync<MirrorUnavailableException>(async () =>
            {
                for (; reached < 100_000; reached += 1000)
                    await mirror.CommitAsync(MirrorFiller.Records(fence, reached, 1000), default);
            });

            Assert.Contains("full", full.Message, StringComparison.Ordinal);
            await AssertHoldsAsync(mirror, reached);
            Assert.True(await RunAsync("mount", "-o", "remount,size=64m", disk));
            await mirror.CommitAsync(MirrorFiller.Records(fence, reached, 1000), default);
            await AssertHoldsAsync(mirror, reached + 1000);
        }
        finally
        {
            await RunAsync("umount", disk);
        }
    }

    private static async Task AssertHoldsAsync(IMirror mirror, int records)
    {
        Assert.Equal($"{records}", await mirror.LoadDocumentAsync("reached", default));
        Assert.Equal(records, Assert.Single(await mirror.StreamsAsync(default)).Live);
        Assert.Equal(records, (await mirror.ChangesAsync(records - 1, 10, default))[^1].Position);
    }

    [Fact]
    public void A_commit_that_meets_the_end_of_the_disk_leaves_nothing_of_itself()
    {
        using var database = Database.OpenForWriting(folder.File("c1.db"));
        Format.Prepare(database);
        Format.TuneForWriting(database);
        Commit(database, new MirrorCommit(0, DateTimeOffset.UnixEpoch, "onboarding")
        {
            Streams = [new StreamDescription(MirrorFiller.Contacts, "Contacts", "0-1", new StreamTraits())],
        });
        database.Execute($"PRAGMA max_page_count={database.Integer("PRAGMA page_count") + 10}");

        var full = Assert.Throws<MirrorUnavailableException>(() => Commit(database, MirrorFiller.Records(0, 0, 5000)));

        Assert.Contains("full", full.Message, StringComparison.Ordinal);
        Assert.Equal(0, database.Integer("SELECT count(*) FROM r_1"));
        Assert.Equal(0, database.Integer("SELECT live FROM m_streams"));
        Commit(database, MirrorFiller.Records(0, 0, 50));
        Assert.Equal(50, database.Integer("SELECT live FROM m_streams"));
    }

    private static CommitResult Commit(Database database, MirrorCommit commit) =>
        database.Transact("BEGIN IMMEDIATE", () => new Commit(database, commit, default).Apply());

    [Theory]
    [InlineData("file/under"), InlineData("file")]
    public async Task A_folder_that_cannot_be_made_is_named_in_one_sentence(string name)
    {
        await File.WriteAllTextAsync(folder.File("file"), "in the way");
        var store = new SqliteMirrorStore(folder.File(name), new FakeTimeProvider());

        var refusal = await Assert.ThrowsAsync<MirrorUnavailableException>(() => store.OpenAsync("c1", default));

        Assert.Contains("c1.db", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named_in_one_sentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a folder that nobody can write, not even root: /proc.");
        var store = new SqliteMirrorStore("/proc", new FakeTimeProvider());

        var refusal = await Assert.ThrowsAsync<MirrorUnavailableException>(() => store.OpenAsync("c1", default));

        Assert.Contains("c1.db", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_with_more_fields_than_sqlite_has_columns_is_spread_over_several_views()
    {
        var store = new SqliteMirrorStore(folder.Path, new FakeTimeProvider());
        await using var mirror = await store.OpenAsync("c1", default);
        var fence = await MirrorFiller.FillAsync(mirror, 2);
        Field[] fields = [.. Enumerable.Range(0, 2_500).Select(number => new Field($"{new string('n', 80)}{number}", "", FieldType.Number)), new Field("number", "", FieldType.Number)];

        await mirror.CommitAsync(new MirrorCommit(fence, DateTimeOffset.UnixEpoch, "x")
        {
            Schemas = [new StreamSchemaUpdate(MirrorFiller.Contacts, new StreamSchema(fields, []))],
        }, default);

        var rows = new List<object?>();
        await foreach (var row in mirror.SqlAsync("SELECT c.number FROM contacts__3 c JOIN contacts USING (id) JOIN contacts__2 USING (id) ORDER BY id", _ => { }, default))
            rows.AddRange(row);
        Assert.Equal([0L, 1L], rows);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        if (process is null)
            return false;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
