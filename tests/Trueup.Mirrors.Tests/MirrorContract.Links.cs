namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    private async Task<IReadOnlyList<string>> TargetsAsync(string source) =>
        [.. (await Mirror.LinkedAsync(ContactsToCompanies, [new RecordId(source)], fromTargets: false, default))[new RecordId(source)].Select(id => id.Value)];

    [Fact]
    public async Task Links_are_read_from_both_ends()
    {
        await PutAsync(Contacts, Put("1", "{}"), Put("2", "{}"));
        await LinkAsync(ContactsToCompanies, "1", Link("a"), Link("b", label: "Boss"));
        await LinkAsync(ContactsToCompanies, "2", Link("b"));

        Assert.Equal(["a", "b"], await TargetsAsync("1"));
        var sources = await Mirror.LinkedAsync(ContactsToCompanies, [new RecordId("b"), new RecordId("z")], fromTargets: true, default);
        Assert.Equal(["1", "2"], sources[new RecordId("b")].Select(id => id.Value));
        Assert.Empty(sources[new RecordId("z")]);
        Assert.Equal(
            [new RecordLink(Companies, Link("a"), false), new RecordLink(Companies, Link("b", label: "Boss"), false)],
            (await Mirror.LinksAsync(Contacts, new RecordId("1"), default)).OrderBy(link => link.Link.Target.Value, StringComparer.Ordinal));
        Assert.Equal([new RecordLink(Contacts, Link("1"), true)], await Mirror.LinksAsync(Companies, new RecordId("a"), default));
    }

    [Fact]
    public async Task Two_records_may_be_linked_more_than_once_with_other_types()
    {
        var result = await LinkAsync(ContactsToCompanies, "1", Link("a", "1"), Link("a", "2", "Primary"), Link("a", "2", "Primary"));

        Assert.Equal((2, 0), (result.LinksAdded, result.LinksRemoved));
        Assert.Equal(["a"], await TargetsAsync("1"));
        Assert.Equal(2, (await Mirror.LinksAsync(Contacts, new RecordId("1"), default)).Count);
    }

    [Fact]
    public async Task Replacing_links_by_the_same_links_writes_nothing()
    {
        await PutAsync(Contacts, Put("1", "{}"));
        await LinkAsync(ContactsToCompanies, "1", Link("a"), Link("b", label: "Boss"));
        var feed = await FeedAsync();

        var again = await LinkAsync(ContactsToCompanies, "1", Link("b", label: "Boss"), Link("a"));

        Assert.Equal(new CommitResult(0, 0, 0, 0), again);
        Assert.Equal(feed, await FeedAsync());
    }

    [Fact]
    public async Task Replacing_links_counts_what_came_and_what_went()
    {
        await PutAsync(Contacts, Put("1", "{}"));
        await LinkAsync(ContactsToCompanies, "1", Link("a"), Link("b"));

        var changed = await LinkAsync(ContactsToCompanies, "1", Link("b"), Link("c"), Link("d"));
        var emptied = await LinkAsync(ContactsToCompanies, "1");

        Assert.Equal(((2L, 1L), (0L, 3L)), ((changed.LinksAdded, changed.LinksRemoved), (emptied.LinksAdded, emptied.LinksRemoved)));
        Assert.Empty(await TargetsAsync("1"));
    }

    [Fact]
    public async Task A_label_that_changes_is_a_change_of_the_link()
    {
        await LinkAsync(ContactsToCompanies, "1", Link("a", label: "Boss"));

        var result = await LinkAsync(ContactsToCompanies, "1", Link("a", label: "Owner"));

        Assert.Equal((1, 1), (result.LinksAdded, result.LinksRemoved));
        Assert.Equal("Owner", Assert.Single(await Mirror.LinksAsync(Contacts, new RecordId("1"), default)).Link.Label);
    }

    [Fact]
    public async Task An_empty_label_and_an_empty_document_are_not_the_same_as_none()
    {
        await LinkAsync(ContactsToCompanies, "1", Link("a", "1", ""), Link("b", "2"));
        await CommitAsync(commit => commit with { Documents = new Dictionary<string, string?> { ["empty"] = "" } });

        Assert.Equal(["", null], (await Mirror.LinksAsync(Contacts, new RecordId("1"), default)).OrderBy(link => link.Link.TypeId).Select(link => link.Link.Label));
        Assert.Equal("", await Mirror.LoadDocumentAsync("empty", default));
        Assert.Equal(0, (await LinkAsync(ContactsToCompanies, "1", Link("a", "1", ""), Link("b", "2"))).LinksAdded);
    }

    [Fact]
    public async Task Changed_links_are_one_event_and_one_history_entry_with_the_targets_before()
    {
        await PutAsync(Contacts, Put("1", "{}"));
        await LinkAsync(ContactsToCompanies, "1", Link("a"), Link("b"));

        await LinkAsync(ContactsToCompanies, "1", Link("b"), Link("c"));

        var events = (await FeedAsync()).Where(each => each.Kind == ChangeKind.Associated).ToList();
        Assert.Equal([("1", "companies"), ("1", "companies")], events.Select(each => (each.Id.Value, each.Other!)));
        var entries = await Mirror.HistoryAsync(Contacts, new RecordId("1"), default);
        Assert.Equal(["""{"companies":["a","b"]}""", """{"companies":[]}""", null], entries.Select(entry => entry.Before));
    }

    [Fact]
    public async Task Links_within_one_stream_are_told_apart_by_direction()
    {
        var parents = new AssociationPair(Companies, Companies);
        await LinkAsync(parents, "child", Link("parent"));

        Assert.Equal([new RecordLink(Companies, Link("parent"), false)], await Mirror.LinksAsync(Companies, new RecordId("child"), default));
        Assert.Equal([new RecordLink(Companies, Link("child"), true)], await Mirror.LinksAsync(Companies, new RecordId("parent"), default));
    }

    [Fact]
    public async Task A_buried_record_takes_its_links_along_and_those_who_lose_one_are_told()
    {
        await PutAsync(Contacts, Put("1", "{}"), Put("2", "{}"));
        await PutAsync(Companies, Put("a", "{}"));
        await LinkAsync(ContactsToCompanies, "1", Link("a"), Link("b"));
        await LinkAsync(ContactsToCompanies, "2", Link("b"));

        var company = await BuryAsync(Companies, new GoneRecord(new RecordId("a"), GoneCause.Deleted));
        var contact = await BuryAsync(Contacts, new GoneRecord(new RecordId("2"), GoneCause.Deleted));

        Assert.Equal((1, 1), (company.LinksRemoved, contact.LinksRemoved));
        Assert.Equal(["b"], await TargetsAsync("1"));
        Assert.Empty(await TargetsAsync("2"));
        Assert.Equal(
            [(ChangeKind.Buried, "a"), (ChangeKind.Associated, "1"), (ChangeKind.Buried, "2")],
            (await FeedAsync()).Skip(5).Select(each => (each.Kind, each.Id.Value)));
    }

    [Fact]
    public async Task Sources_linked_twice_in_one_commit_end_with_the_later_links()
    {
        await CommitAsync(commit => commit with
        {
            Links =
            [
                new LinkReplacement(ContactsToCompanies, new RecordAssociations(new RecordId("1"), [Link("a")])),
                new LinkReplacement(ContactsToCompanies, new RecordAssociations(new RecordId("1"), [Link("b")])),
            ],
        });

        Assert.Equal(["b"], await TargetsAsync("1"));
        Assert.Single(await FeedAsync());
    }

    [Fact]
    public async Task Whatever_the_ids_look_like_and_whatever_their_order_only_links_that_differ_are_written()
    {
        // By UTF-16 units the emoji comes before the private character, by code points and bytes behind it.
        string[] sources = ["9", "10", "\ud83d\ude00", "\ue000", "", "a", "A", "\u00e4", "1", "zz", "z"];
        await ReplaceAsync(sources.Where((_, index) => index % 2 == 0), "a", "\ud83d\ude00", "\ue000");

        var same = await ReplaceAsync(sources.Where((_, index) => index % 2 == 0).Reverse(), "\ue000", "a", "\ud83d\ude00");
        var none = await ReplaceAsync(sources.Where((_, index) => index % 2 == 1));
        var feed = await FeedAsync();
        var more = await ReplaceAsync(sources, "a", "\ue000");

        Assert.Equal((0, 0), (same.LinksAdded + none.LinksAdded, same.LinksRemoved + none.LinksRemoved));
        Assert.Equal((2 * 5, 6), (more.LinksAdded, more.LinksRemoved));
        Assert.Equal(sources.Length, (await FeedAsync()).Count - feed.Count);
        foreach (var source in sources)
            Assert.Equal(["a", "\ue000"], await TargetsAsync(source));
    }

    [Fact]
    public async Task Sources_with_other_links_than_the_stored_ones_are_told_apart()
    {
        await LinkAsync(ContactsToCompanies, "1", Link("a"), Link("b", label: "Boss"));
        await LinkAsync(ContactsToCompanies, "2", Link("a"));
        await LinkAsync(ContactsToCompanies, "3", Link("a"));
        var feed = await FeedAsync();

        var differing = await Mirror.DifferingLinksAsync(
            ContactsToCompanies,
            [
                new RecordAssociations(new RecordId("3"), []), new RecordAssociations(new RecordId("1"), [Link("b", label: "Boss"), Link("a")]),
                new RecordAssociations(new RecordId("2"), [Link("a", label: "Boss")]), new RecordAssociations(new RecordId("4"), [Link("a")]),
                new RecordAssociations(new RecordId("5"), []),
            ],
            default);

        Assert.Equal(["2", "3", "4"], differing.Select(id => id.Value).Order(StringComparer.Ordinal));
        Assert.Equal(feed.Count, (await FeedAsync()).Count);
    }

    private Task<CommitResult> ReplaceAsync(IEnumerable<string> sources, params string[] targets) => CommitAsync(commit => commit with
    {
        Links =
        [
            .. sources.Select(source => new LinkReplacement(
                ContactsToCompanies, new RecordAssociations(new RecordId(source), [.. targets.Select(target => Link(target))]))),
        ],
    });
}
