using System.Text;
using CsCheck;

namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    private static readonly string[] SomeIds = ["1", "2", "10", "a", "A", "é"];

    private static readonly Gen<string> GenId = Gen.Int[0, SomeIds.Length - 1].Select(index => SomeIds[index]);

    private static readonly Gen<StreamName> GenStream = Gen.Bool.Select(isContact => isContact ? Contacts : Companies);

    private static readonly Gen<RecordPut> GenPut = Gen.Select(GenId, Gen.Int[0, 3], Gen.Enum<PutKind>(), (id, value, kind) =>
        kind == PutKind.Refresh ? Put(id, "{ }", kind) : Put(id, $$"""{"v":{{value}}}""", kind, modified: value));

    private static readonly Gen<RecordBury> GenBury = Gen.Select(GenStream, GenId, Gen.Enum<GoneCause>(), GenId, (stream, id, cause, winner) =>
        new RecordBury(stream, new GoneRecord(new RecordId(id), cause, null, cause == GoneCause.Merged ? new RecordId(winner) : null)));

    private static readonly Gen<LinkReplacement> GenLink = Gen.Select(GenId, GenId.Array[0, 3], (source, targets) =>
        new LinkReplacement(ContactsToCompanies, new RecordAssociations(new RecordId(source), [.. targets.Distinct().Select(target => Link(target))])));

    private static readonly Gen<MirrorCommit> GenCommit = Gen.Select(
        Gen.Select(GenStream, GenPut.Array[0, 6]).Array[0, 2], GenBury.Array[0, 2], GenLink.Array[0, 2], Gen.Int[0, 2], (puts, buries, links, document) =>
            new MirrorCommit(0, Monday, "a sync")
            {
                Puts = [.. puts.Select(each => new StreamPuts(each.Item1, each.Item2))],
                Buries = buries,
                Links = links,
                Documents = new Dictionary<string, string?> { [$"d{document}"] = document == 0 ? null : $"{puts.Length}", ["d0"] = "x" },
            });

    private enum Accident
    {
        None,
        Reopen,
        FailBefore,
        CommitTwice,
    }

    [Fact]
    public Task Whatever_is_committed_and_whatever_happens_between_the_mirror_and_its_feed_agree_with_a_dictionary() =>
        Gen.Select(GenCommit, Gen.Enum<Accident>()).Array[1, 12].SampleAsync(PlayAsync, iter: 150, threads: 1, print: Print);

    private static string Print((MirrorCommit Commit, Accident Accident)[] story) => string.Join('\n', story.Select(each => string.Join(' ',
        [
            .. each.Commit.Puts.SelectMany(puts => puts.Records.Select(put =>
                $"{put.Kind} {puts.Stream} {Encoding.UTF8.GetString(put.Id.Span)} {Encoding.UTF8.GetString(put.Properties.Span)};")),
            .. each.Commit.Buries.Select(bury => $"Bury {bury.Stream} {bury.Gone.Id} {bury.Gone.Cause} {bury.Gone.MergedInto};"),
            .. each.Commit.Links.Select(link => $"Link {link.Associations.Source} to {string.Join(',', link.Associations.Links.Select(to => to.Target))};"),
            $"then {each.Accident}",
        ])));

    private async Task PlayAsync((MirrorCommit Commit, Accident Accident)[] story)
    {
        await Store.DeleteAsync("model", default);
        var mirror = await Store.OpenAsync("model", default);
        var fence = await mirror.TakeFenceAsync(default);
        var (model, tail) = (new MirrorModel(), new Tail());
        await mirror.CommitAsync(new MirrorCommit(fence, Monday, "start") { Streams = [Stream(Contacts, "0-1"), Stream(Companies, "0-2")] }, default);

        foreach (var (drawn, accident) in story)
        {
            var commit = drawn with { Fence = fence };
            if (accident == Accident.FailBefore)
                await Assert.ThrowsAsync<ArgumentException>(() => mirror.CommitAsync(
                    commit with { Links = [.. commit.Links, new LinkReplacement(new AssociationPair(Contacts, Deals), new RecordAssociations(new RecordId("1"), [Link("1")]))] }, default));
            await mirror.CommitAsync(commit, default);
            model.Apply(commit, Companies);
            if (accident == Accident.CommitTwice)
            {
                await mirror.CommitAsync(commit, default);
                model.Apply(commit, Companies);
            }

            if (accident == Accident.Reopen)
            {
                await mirror.DisposeAsync();
                mirror = await Store.OpenAsync("model", default);
            }

            await tail.FollowAsync(mirror);
        }

        foreach (var stream in (StreamName[])[Contacts, Companies])
            await AssertEqualAsync(mirror, model, tail, stream);
        Assert.Equal(model.Documents, (await mirror.LoadDocumentsAsync("d", default)).ToDictionary());
        await mirror.DisposeAsync();
    }

    private static async Task AssertEqualAsync(IMirror mirror, MirrorModel model, Tail tail, StreamName stream)
    {
        var expected = model.Records.Where(each => each.Key.Stream == stream).ToDictionary(each => each.Key.Id, each => each.Value);
        var live = expected.Where(each => each.Value.IsLive).ToDictionary(each => each.Key, each => each.Value.Properties);

        var exported = await AllOf(mirror.ExportAsync(stream, default));
        Assert.Equal(live, exported.ToDictionary(record => record.Id.Value, record => Encoding.UTF8.GetString(record.Properties.Span)));

        var totals = (await mirror.StreamsAsync(default)).Single(each => each.Name == stream);
        Assert.Equal((live.Count, expected.Count - live.Count, DigestOf([.. live.Keys])), (totals.Live, totals.Buried, totals.IdDigest));

        var index = new Dictionary<string, bool>();
        await mirror.VisitIndexAsync(stream, (id, _, isLive) => index.Add(Encoding.UTF8.GetString(id), isLive), default);
        Assert.Equal(expected.ToDictionary(each => each.Key, each => each.Value.IsLive), index);

        foreach (var (id, known) in expected)
        {
            var record = Assert.Single(await mirror.LoadAsync(stream, [new RecordId(id)], default));
            Assert.Equal((known.IsLive, known.Properties, known.Cause), (record.IsLive, Encoding.UTF8.GetString(record.Properties.Span), record.Gone?.Cause));
        }

        foreach (var id in SomeIds)
        {
            var resolved = id;
            for (var seen = new HashSet<string> { id }; model.Winners.TryGetValue((stream, resolved), out var winner) && seen.Add(winner);)
                resolved = winner;
            Assert.Equal(new RecordId(resolved), await mirror.ResolveAsync(stream, new RecordId(id), default));

            var links = (await mirror.LinksAsync(stream, new RecordId(id), default)).Where(link => !link.IsReverse).Select(link => link.Link).ToHashSet();
            Assert.Equal(model.Links.GetValueOrDefault((stream, id), []), links);
        }

        tail.AssertEqual(stream, live, model);
        await tail.AssertHistoryAsync(mirror, stream, SomeIds);
    }

    /// <summary>A consumer of the change feed, who keeps a copy of the mirror by it alone.</summary>
    private sealed class Tail
    {
        private readonly Dictionary<(StreamName, string), string> records = [];
        private readonly Dictionary<(StreamName, string), HashSet<string>> links = [];
        private readonly List<ChangeEvent> seen = [];

        public async Task FollowAsync(IMirror mirror)
        {
            while (await mirror.ChangesAsync(seen.Count, 3, default) is { Count: > 0 } page)
                foreach (var change in page)
                {
                    seen.Add(change);
                    Assert.Equal(seen.Count, change.Position);
                    await FollowAsync(mirror, change);
                }
        }

        private async Task FollowAsync(IMirror mirror, ChangeEvent change)
        {
            var key = (change.Stream, change.Id.Value);
            switch (change.Kind)
            {
                case ChangeKind.Buried or ChangeKind.Merged:
                    records.Remove(key);
                    links.Remove(key);
                    break;
                case ChangeKind.Associated:
                    var pair = new AssociationPair(change.Stream, new StreamName(change.Other!));
                    links[key] = [.. (await mirror.LinkedAsync(pair, [change.Id], false, default))[change.Id].Select(id => id.Value)];
                    break;
                default:
                    if (Assert.Single(await mirror.LoadAsync(change.Stream, [change.Id], default)) is { IsLive: true } record)
                        records[key] = Encoding.UTF8.GetString(record.Properties.Span);
                    break;
            }
        }

        public void AssertEqual(StreamName stream, Dictionary<string, string> live, MirrorModel model)
        {
            // A refresh has the same content in another form and is told to nobody; it is "{ }" in these stories.
            var mine = records.Where(each => each.Key.Item1 == stream).ToDictionary(each => each.Key.Item2, each => each.Value);
            Assert.Equal(live.Keys.Order(), mine.Keys.Order());
            Assert.All(live.Where(each => each.Value != "{ }"), each => Assert.Equal(each.Value, mine[each.Key]));
            Assert.Equal(
                model.Links.Where(each => each.Key.Stream == stream).SelectMany(each => each.Value.Select(link => (each.Key.Id, link.Target.Value))).Order(),
                links.Where(each => each.Key.Item1 == stream).SelectMany(each => each.Value.Select(target => (each.Key.Item2, target))).Order());
        }

        /// <summary>Every event is in the record's history too, and nothing else but a first burial of a record never seen.</summary>
        public async Task AssertHistoryAsync(IMirror mirror, StreamName stream, IEnumerable<string> ids)
        {
            foreach (var id in ids)
            {
                var told = seen.Where(change => change.Stream == stream && change.Id.Value == id).Select(change => change.Kind).ToList();
                var kept = (await mirror.HistoryAsync(stream, new RecordId(id), default)).Select(entry => entry.Kind).Reverse().ToList();
                var isFirstMetBuried = kept.Contains(ChangeKind.Created) is false && kept.Any(kind => kind is ChangeKind.Buried or ChangeKind.Merged);
                Assert.Equal(told.Count + (isFirstMetBuried ? 1 : 0), kept.Count);
            }
        }
    }
}
