namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    [Fact]
    public async Task A_writer_with_an_earlier_fence_is_stopped_and_changes_nothing()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));
        var later = await Mirror.TakeFenceAsync(default);

        Assert.True(later > Fence);
        await Assert.ThrowsAsync<FencedOffException>(() => PutAsync(Contacts, Put("1", """{"n":2}""", PutKind.Change), Put("2", "{}")));

        Assert.Equal("""{"n":1}""", await PropertiesAsync(Contacts, "1"));
        Assert.Null(await FindAsync(Contacts, "2"));
    }

    [Fact]
    public async Task A_twin_that_takes_the_fence_stops_the_first_opening_too()
    {
        await using var twin = await Store.OpenAsync(Connection, default);
        await twin.TakeFenceAsync(default);

        await Assert.ThrowsAsync<FencedOffException>(() => PutAsync(Contacts, Put("1", "{}")));
    }

    [Fact]
    public async Task A_commit_that_fails_in_the_middle_leaves_nothing_of_itself()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));
        var feed = await FeedAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => CommitAsync(commit => commit with
        {
            Puts = [new StreamPuts(Contacts, [Put("1", """{"n":2}""", PutKind.Change), Put("2", "{}")]), new StreamPuts(new StreamName("unknown"), [Put("3", "{}")])],
            Documents = new Dictionary<string, string?> { ["checkpoint"] = "{}" },
        }));

        Assert.Equal("""{"n":1}""", await PropertiesAsync(Contacts, "1"));
        Assert.Null(await FindAsync(Contacts, "2"));
        Assert.Null(await Mirror.LoadDocumentAsync("checkpoint", default));
        Assert.Equal((1, DigestOf("1")), ((await TotalsAsync(Contacts)).Live, (await TotalsAsync(Contacts)).IdDigest));
        Assert.Equal(feed, await FeedAsync());

        await PutAsync(Contacts, Put("2", "{}"));
        Assert.Equal(2, (await TotalsAsync(Contacts)).Live);
    }

    [Fact]
    public async Task Documents_are_committed_with_the_records_replaced_and_removed()
    {
        await CommitAsync(commit => commit with { Documents = new Dictionary<string, string?> { ["run/contacts"] = """{"at":"é\u0000"}""", ["run/deals"] = "1", ["rum"] = "2" } });
        await CommitAsync(commit => commit with { Documents = new Dictionary<string, string?> { ["run/contacts"] = """{"at":2}""", ["run/deals"] = null } });

        Assert.Equal("""{"at":2}""", await Mirror.LoadDocumentAsync("run/contacts", default));
        Assert.Null(await Mirror.LoadDocumentAsync("run/deals", default));
        Assert.Equal(["run/contacts"], (await Mirror.LoadDocumentsAsync("run/", default)).Keys);
        Assert.Equal(["rum", "run/contacts"], (await Mirror.LoadDocumentsAsync("", default)).Keys.Order());
    }

    [Fact]
    public async Task Commits_made_at_the_same_time_are_all_made()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => PutAsync(Contacts, Put($"{number}", "{}"))));

        Assert.Equal(20, (await TotalsAsync(Contacts)).Live);
        Assert.Equal(Enumerable.Range(1, 20).Select(position => (long)position), (await FeedAsync()).Select(each => each.Position));
    }

    [Fact]
    public async Task A_cancelled_commit_changes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Mirror.CommitAsync(
            new MirrorCommit(Fence, Monday, "x") { Puts = [new StreamPuts(Contacts, [Put("1", "{}")])] }, cancelled.Token));

        Assert.Null(await FindAsync(Contacts, "1"));
    }

    [Fact]
    public async Task Deleting_leaves_an_empty_mirror_behind_and_may_be_repeated()
    {
        await PutAsync(Contacts, Put("1", "{}"));
        await Mirror.DisposeAsync();

        await Store.DeleteAsync(Connection, default);
        await Store.DeleteAsync(Connection, default);

        await ReopenAsync();
        Assert.Empty(await Mirror.StreamsAsync(default));
    }

    [Fact]
    public async Task A_mirror_moved_aside_makes_room_for_an_empty_one()
    {
        await PutAsync(Contacts, Put("1", "{}"));
        await Mirror.DisposeAsync();

        var first = await Store.MoveAsideAsync(Connection, default);
        await ReopenAsync();
        Assert.Empty(await Mirror.StreamsAsync(default));
        await Mirror.DisposeAsync();
        var second = await Store.MoveAsideAsync(Connection, default);

        Assert.NotEqual(first, second);
        await ReopenAsync();
    }

    [Fact]
    public async Task Using_a_mirror_after_it_was_closed_says_so()
    {
        await Mirror.DisposeAsync();

        await Assert.ThrowsAsync<MirrorUnavailableException>(() => Mirror.StreamsAsync(default));
        await Assert.ThrowsAsync<MirrorUnavailableException>(() => PutAsync(Contacts, Put("1", "{}")));
        await Mirror.DisposeAsync();
    }
}
