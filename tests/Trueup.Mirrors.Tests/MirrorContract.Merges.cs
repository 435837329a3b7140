using System.Text;

namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    private static GoneRecord Merged(string loser, string winner) => new(new RecordId(loser), GoneCause.Merged, Monday, new RecordId(winner));

    [Fact]
    public async Task A_merged_id_resolves_to_its_survivor_through_chains()
    {
        await PutAsync(Contacts, Put("a", "{}"), Put("b", "{}"), Put("c", "{}"));
        await BuryAsync(Contacts, Merged("a", "b"));
        await BuryAsync(Contacts, Merged("b", "c"));

        Assert.Equal(new RecordId("c"), await Mirror.ResolveAsync(Contacts, new RecordId("a"), default));
        Assert.Equal(new RecordId("c"), await Mirror.ResolveAsync(Contacts, new RecordId("c"), default));
        Assert.Equal(new RecordId("never"), await Mirror.ResolveAsync(Contacts, new RecordId("never"), default));
        Assert.Equal(new RecordId("a"), await Mirror.ResolveAsync(Companies, new RecordId("a"), default));
        Assert.Equal(Merged("a", "b"), (await GetAsync(Contacts, "a")).Gone);
    }

    [Fact]
    public async Task Resolving_ends_even_where_merges_bite_their_tail()
    {
        await BuryAsync(Contacts, Merged("a", "b"));
        await BuryAsync(Contacts, Merged("b", "a"));

        Assert.Equal(new RecordId("b"), await Mirror.ResolveAsync(Contacts, new RecordId("a"), default));
    }

    [Fact]
    public async Task A_merge_is_an_event_that_names_the_survivor()
    {
        await PutAsync(Contacts, Put("a", "{}"), Put("b", "{}"));

        await BuryAsync(Contacts, Merged("a", "b"));

        var last = (await FeedAsync())[^1];
        Assert.Equal((ChangeKind.Merged, new RecordId("a"), "b"), (last.Kind, last.Id, last.Other));
        var newest = (await Mirror.HistoryAsync(Contacts, new RecordId("a"), default))[0];
        Assert.Equal((ChangeKind.Merged, Merged("a", "b")), (newest.Kind, newest.Gone));
    }

    [Fact]
    public async Task A_record_found_deleted_and_later_found_merged_resolves_to_its_survivor()
    {
        await PutAsync(Contacts, Put("a", "{}"), Put("b", "{}"));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("a"), GoneCause.Deleted));

        await BuryAsync(Contacts, Merged("a", "b"));

        Assert.Equal(new RecordId("b"), await Mirror.ResolveAsync(Contacts, new RecordId("a"), default));
        Assert.Equal(GoneCause.Merged, (await GetAsync(Contacts, "a")).Gone?.Cause);
        Assert.Equal(1, (await TotalsAsync(Contacts)).Buried);
        Assert.Equal([ChangeKind.Created, ChangeKind.Created, ChangeKind.Buried, ChangeKind.Merged], (await FeedAsync()).Select(each => each.Kind));
    }

    [Fact]
    public async Task A_merge_that_was_told_before_an_erasure_is_told_again_after_it()
    {
        await PutAsync(Contacts, Put("a", "{}"), Put("b", "{}"));
        await BuryAsync(Contacts, Merged("a", "b"));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("a"), GoneCause.Erased));

        await BuryAsync(Contacts, Merged("a", "b"));

        Assert.Equal((GoneCause.Merged, ""), ((await GetAsync(Contacts, "a")).Gone?.Cause, Encoding.UTF8.GetString((await GetAsync(Contacts, "a")).Properties.Span)));
        Assert.Equal(new RecordId("b"), await Mirror.ResolveAsync(Contacts, new RecordId("a"), default));
    }

    [Fact]
    public async Task A_merged_record_that_is_live_again_answers_for_itself()
    {
        await PutAsync(Contacts, Put("a", "{}"), Put("b", "{}"));
        await BuryAsync(Contacts, Merged("a", "b"));

        await PutAsync(Contacts, Put("a", "{}", PutKind.Restore));

        Assert.Equal(new RecordId("a"), await Mirror.ResolveAsync(Contacts, new RecordId("a"), default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_an_erased_record_nothing_is_kept_but_that_it_was_there(bool isBuriedFirst)
    {
        await PutAsync(Contacts, Put("a", """{"email":"person@example.com"}"""), Put("b", "{}"));
        await PutAsync(Contacts, Put("a", """{"email":"other@example.com"}""") with { Kind = PutKind.Change, Before = Encoding.UTF8.GetBytes("""{"email":"person@example.com"}""") });
        if (isBuriedFirst)
            await BuryAsync(Contacts, new GoneRecord(new RecordId("a"), GoneCause.Deleted));

        await BuryAsync(Contacts, new GoneRecord(new RecordId("a"), GoneCause.Erased));
        var again = await BuryAsync(Contacts, new GoneRecord(new RecordId("a"), GoneCause.Erased));

        var erased = await GetAsync(Contacts, "a");
        Assert.Equal((false, 0, GoneCause.Erased), (erased.IsLive, erased.Properties.Length, erased.Gone!.Cause));
        Assert.All(await Mirror.HistoryAsync(Contacts, new RecordId("a"), default), entry => Assert.Null(entry.Before));
        Assert.Equal(0, again.RowsWritten);
        Assert.Equal(isBuriedFirst ? 2 : 1, (await FeedAsync()).Count(change => change.Kind == ChangeKind.Buried));
        Assert.Equal((1, 1), ((await TotalsAsync(Contacts)).Live, (await TotalsAsync(Contacts)).Buried));
    }
}
