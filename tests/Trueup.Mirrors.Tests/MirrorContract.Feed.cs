namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    [Fact]
    public async Task The_feed_tells_everything_in_order_without_gaps()
    {
        await CommitAsync(commit => commit with
        {
            Puts = [new StreamPuts(Contacts, [Put("1", "{}"), Put("2", "{}"), Put("3", "{}")]), new StreamPuts(Companies, [Put("a", "{}")])],
        });
        await PutAsync(Contacts, Put("4", "{}"), Put("2", """{"n":2}""", PutKind.Change, before: "{}"), Put("5", "{}"));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("1"), GoneCause.Deleted));

        Assert.Equal(
            [
                (1L, "contacts", "1", ChangeKind.Created), (2, "contacts", "2", ChangeKind.Created), (3, "contacts", "3", ChangeKind.Created),
                (4, "companies", "a", ChangeKind.Created), (5, "contacts", "4", ChangeKind.Created), (6, "contacts", "2", ChangeKind.Changed),
                (7, "contacts", "5", ChangeKind.Created), (8, "contacts", "1", ChangeKind.Buried),
            ],
            (await FeedAsync()).Select(each => (each.Position, each.Stream.Value, each.Id.Value, each.Kind)));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(7), InlineData(100)]
    public async Task Paging_the_feed_gives_the_same_whatever_the_page_size(int limit)
    {
        await PutAsync(Contacts, [.. Enumerable.Range(0, 10).Select(number => Put($"{number}", "{}"))]);
        await PutAsync(Contacts, Put("3", """{"n":1}""", PutKind.Change), Put("x", "{}"), Put("y", "{}"));
        var whole = await FeedAsync();

        var paged = new List<ChangeEvent>();
        while (await Mirror.ChangesAsync(paged.LastOrDefault()?.Position ?? 0, limit, default) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= limit);
            paged.AddRange(page);
        }

        Assert.Equal(whole, paged);
        Assert.Equal(13, paged.Count);
    }

    [Fact]
    public async Task The_feed_ends_where_nothing_has_happened_since()
    {
        Assert.Empty(await Mirror.ChangesAsync(0, 10, default));
        await PutAsync(Contacts, Put("1", "{}"), Put("2", "{}"));

        Assert.Empty(await Mirror.ChangesAsync(2, 10, default));
        Assert.Empty(await Mirror.ChangesAsync(99, 10, default));
    }

    [Theory]
    [InlineData(0), InlineData(10_001)]
    public async Task A_feed_page_has_one_to_ten_thousand_events(int limit) =>
        await Assert.ThrowsAsync<MirrorQueryException>(() => Mirror.ChangesAsync(0, limit, default));

    [Fact]
    public async Task The_same_content_in_another_form_is_written_but_told_to_nobody()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));

        var result = await PutAsync(Contacts, Put("1", """{"n":1,"tier":null}""", PutKind.Refresh, modified: 2));

        Assert.Equal(1, result.RowsWritten);
        Assert.Equal("""{"n":1,"tier":null}""", await PropertiesAsync(Contacts, "1"));
        Assert.Single(await FeedAsync());
        Assert.Equal([ChangeKind.Created], (await Mirror.HistoryAsync(Contacts, new RecordId("1"), default)).Select(entry => entry.Kind));
    }

    [Fact]
    public async Task History_tells_what_was_before_newest_first_down_to_the_creation()
    {
        await PutAsync(Contacts, Put("1", """{"city":"Kiel"}""", modified: 10));
        await Mirror.CommitAsync(new MirrorCommit(Fence, Monday.AddHours(1), "hourly 8 by search")
        {
            Puts = [new StreamPuts(Contacts, [Put("1", """{"city":"Bonn"}""", PutKind.Change, modified: 20, before: """{"city":"Kiel"}""")])],
        }, default);
        var gone = new GoneRecord(new RecordId("1"), GoneCause.Archived, Monday.AddHours(2));
        await Mirror.CommitAsync(new MirrorCommit(Fence, Monday.AddHours(3), "nightly 9 by archived list") { Buries = [new RecordBury(Contacts, gone)] }, default);
        await Mirror.CommitAsync(new MirrorCommit(Fence, Monday.AddHours(4), "nightly 10 by list")
        {
            Puts = [new StreamPuts(Contacts, [Put("1", """{"city":"Köln"}""", PutKind.Restore, modified: 40, before: """{"city":"Bonn"}""")])],
        }, default);

        Assert.Equal(
            [
                new HistoryEntry(Monday.AddHours(4), 20, ChangeKind.Restored, """{"city":"Bonn"}""", "nightly 10 by list", null),
                new HistoryEntry(Monday.AddHours(3), 20, ChangeKind.Buried, null, "nightly 9 by archived list", gone),
                new HistoryEntry(Monday.AddHours(1), 10, ChangeKind.Changed, """{"city":"Kiel"}""", "hourly 8 by search", null),
                new HistoryEntry(Monday, 0, ChangeKind.Created, null, "nightly 7 by list", null),
            ],
            await Mirror.HistoryAsync(Contacts, new RecordId("1"), default));
    }

    [Fact]
    public async Task A_record_never_seen_has_no_history() =>
        Assert.Empty(await Mirror.HistoryAsync(Contacts, new RecordId("never"), default));
}
