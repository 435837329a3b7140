using System.Text;

namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    [Fact]
    public async Task A_record_comes_back_exactly_as_it_was_put()
    {
        const string properties = """{"empty":"","nothing":null,"zero":0,"no":false,"nul":"a\u0000b","emoji":"👩‍🚀","rtl":"שלום","lines":"a\nb\r\n","long":12345678901234567890123,"n/a":"N/A","price":"1.50"}""";

        await PutAsync(Contacts, Put("9007199254740993", properties, modified: 1_772_438_400_123));

        var record = await GetAsync(Contacts, "9007199254740993");
        Assert.Equal(properties, Encoding.UTF8.GetString(record.Properties.Span));
        Assert.Equal(Fingerprint.OfRecord(1_772_438_400_123, Encoding.UTF8.GetBytes(properties)), record.Hash);
        Assert.Equal((true, 1_772_438_400_123, Monday, Monday, "nightly 7 by list"),
            (record.IsLive, record.ModifiedMilliseconds, record.WrittenAt, record.CreatedAt, record.Source));
        Assert.Null(record.Gone);
    }

    [Fact]
    public async Task Ids_that_differ_only_in_letter_case_are_two_records()
    {
        await PutAsync(Contacts, Put("00Qa", """{"n":1}"""), Put("00QA", """{"n":2}"""));

        Assert.Equal("""{"n":1}""", await PropertiesAsync(Contacts, "00Qa"));
        Assert.Equal("""{"n":2}""", await PropertiesAsync(Contacts, "00QA"));
    }

    [Fact]
    public async Task Records_of_different_streams_may_share_an_id()
    {
        await CommitAsync(commit => commit with
        {
            Puts = [new StreamPuts(Contacts, [Put("1", """{"a":1}""")]), new StreamPuts(Companies, [Put("1", """{"b":1}""")])],
        });

        Assert.Equal("""{"a":1}""", await PropertiesAsync(Contacts, "1"));
        Assert.Equal("""{"b":1}""", await PropertiesAsync(Companies, "1"));
    }

    [Fact]
    public async Task Loading_leaves_out_ids_that_were_never_seen()
    {
        await PutAsync(Contacts, Put("1", "{}"));

        var records = await Mirror.LoadAsync(Contacts, [new RecordId("2"), new RecordId("1")], default);

        Assert.Equal(["1"], records.Select(record => record.Id.Value));
    }

    [Fact]
    public async Task Of_an_id_that_comes_twice_in_a_commit_the_later_wins()
    {
        var result = await CommitAsync(commit => commit with
        {
            Puts = [new StreamPuts(Contacts, [Put("1", """{"n":1}"""), Put("2", "{}"), Put("1", """{"n":2}""")]), new StreamPuts(Contacts, [Put("2", """{"m":3}""")])],
        });

        Assert.Equal(("""{"n":2}""", """{"m":3}"""), (await PropertiesAsync(Contacts, "1"), await PropertiesAsync(Contacts, "2")));
        Assert.Equal(2, result.RowsWritten);
        Assert.Equal(2, (await TotalsAsync(Contacts)).Live);
        Assert.Equal(2, (await FeedAsync()).Count);
    }

    [Fact]
    public async Task Running_a_commit_again_after_a_crash_changes_nothing_more()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));
        await PutAsync(Contacts, Put("1", """{"n":1}"""));

        Assert.Equal((1, DigestOf("1")), ((await TotalsAsync(Contacts)).Live, (await TotalsAsync(Contacts)).IdDigest));
        Assert.Single(await FeedAsync());
        Assert.Single(await Mirror.HistoryAsync(Contacts, new RecordId("1"), default));
    }

    [Fact]
    public async Task A_change_keeps_when_the_record_was_first_seen_and_says_where_the_new_version_came_from()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));

        await Mirror.CommitAsync(new MirrorCommit(Fence, Monday.AddHours(1), "hourly 8 by search")
        {
            Puts = [new StreamPuts(Contacts, [Put("1", """{"n":2}""", PutKind.Change, modified: 2, before: """{"n":1}""")])],
        }, default);

        var record = await GetAsync(Contacts, "1");
        Assert.Equal((Monday, Monday.AddHours(1), "hourly 8 by search", 2L),
            (record.CreatedAt, record.WrittenAt, record.Source, record.ModifiedMilliseconds));
    }

    [Fact]
    public async Task Counts_and_digest_follow_every_arrival_and_departure()
    {
        await PutAsync(Contacts, Put("1", "{}"), Put("2", "{}"), Put("3", "{}"));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("2"), GoneCause.Archived));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("never"), GoneCause.Deleted));

        var totals = await TotalsAsync(Contacts);

        Assert.Equal((2, 2, DigestOf("1", "3")), (totals.Live, totals.Buried, totals.IdDigest));
    }

    [Fact]
    public async Task The_index_shows_every_record_live_and_buried_with_its_hash()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""), Put("2", """{"n":2}"""));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("2"), GoneCause.Deleted));

        var seen = new Dictionary<string, (UInt128 Hash, bool IsLive)>();
        await Mirror.VisitIndexAsync(Contacts, (id, hash, isLive) => seen.Add(Encoding.UTF8.GetString(id), (hash, isLive)), default);

        Assert.Equal(2, seen.Count);
        Assert.Equal((Put("1", """{"n":1}""").Hash, true), seen["1"]);
        Assert.Equal((Put("2", """{"n":2}""").Hash, false), seen["2"]);
    }

    [Fact]
    public async Task A_buried_record_keeps_its_last_properties_and_says_why_it_is_gone()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));
        var gone = new GoneRecord(new RecordId("1"), GoneCause.Archived, Monday.AddHours(-1));

        var result = await BuryAsync(Contacts, gone);

        var record = await GetAsync(Contacts, "1");
        Assert.Equal((false, gone, """{"n":1}"""), (record.IsLive, record.Gone, Encoding.UTF8.GetString(record.Properties.Span)));
        Assert.Equal((1, 1), (result.RowsWritten, result.Buried));
    }

    [Fact]
    public async Task Burying_again_does_nothing()
    {
        await PutAsync(Contacts, Put("1", "{}"));
        var gone = new GoneRecord(new RecordId("1"), GoneCause.Deleted, Monday);
        await BuryAsync(Contacts, gone);
        var feed = await FeedAsync();

        var again = await BuryAsync(Contacts, gone);

        Assert.Equal(new CommitResult(0, 0, 0, 0), again);
        Assert.Equal(feed, await FeedAsync());
        Assert.Equal((0, 1), ((await TotalsAsync(Contacts)).Live, (await TotalsAsync(Contacts)).Buried));
    }

    [Fact]
    public async Task A_record_never_seen_leaves_a_tombstone_without_properties_and_without_an_event()
    {
        var result = await BuryAsync(Contacts, new GoneRecord(new RecordId("404"), GoneCause.Deleted));

        var record = await GetAsync(Contacts, "404");
        Assert.False(record.IsLive);
        Assert.True(record.Properties.IsEmpty);
        Assert.Empty(await FeedAsync());
        Assert.Equal((1, 0), (result.RowsWritten, result.Buried));
        Assert.Equal([ChangeKind.Buried], (await Mirror.HistoryAsync(Contacts, new RecordId("404"), default)).Select(entry => entry.Kind));
    }

    [Fact]
    public async Task A_buried_record_that_is_put_is_live_again()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("1"), GoneCause.Archived));

        await PutAsync(Contacts, Put("1", """{"n":2}""", PutKind.Restore, before: """{"n":1}"""));

        var record = await GetAsync(Contacts, "1");
        Assert.True(record.IsLive);
        Assert.Null(record.Gone);
        Assert.Equal((1, 0, DigestOf("1")), ((await TotalsAsync(Contacts)).Live, (await TotalsAsync(Contacts)).Buried, (await TotalsAsync(Contacts)).IdDigest));
        Assert.Equal([ChangeKind.Created, ChangeKind.Buried, ChangeKind.Restored], (await FeedAsync()).Select(each => each.Kind));
    }

    [Fact]
    public async Task Put_and_buried_in_one_commit_ends_buried()
    {
        await CommitAsync(commit => commit with
        {
            Puts = [new StreamPuts(Contacts, [Put("1", "{}")])],
            Buries = [new RecordBury(Contacts, new GoneRecord(new RecordId("1"), GoneCause.Deleted))],
        });

        Assert.False((await GetAsync(Contacts, "1")).IsLive);
        Assert.Equal((0, 1), ((await TotalsAsync(Contacts)).Live, (await TotalsAsync(Contacts)).Buried));
    }

    [Fact]
    public async Task Everything_is_still_there_after_closing_and_opening()
    {
        await PutAsync(Contacts, Put("1", """{"n":1}"""));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("2"), GoneCause.Merged, Monday, new RecordId("1")));
        var before = await Mirror.StreamsAsync(default);

        await ReopenAsync();

        Assert.Equivalent(before, await Mirror.StreamsAsync(default), strict: true);
        Assert.Equal("""{"n":1}""", await PropertiesAsync(Contacts, "1"));
        Assert.Equal(new RecordId("1"), await Mirror.ResolveAsync(Contacts, new RecordId("2"), default));
    }
}
