using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Connectors.Tests;

/// <summary>The suite of a connector whose CRM keeps links apart from records (<see cref="IReadsAssociations"/>).</summary>
public abstract class AssociationContract : ConnectorContract
{
    [Fact]
    public async Task All_links_of_every_pair_arrive_with_their_types_and_labels()
    {
        var streams = await Connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        var reads = (IReadsAssociations)Connector;
        var state = Crm.State();
        var links = 0;

        foreach (var pair in reads.PairsOf(streams))
        {
            var live = state.Streams.Single(stream => NameOf(stream.Key, streams) == pair.From).Value.Where(record => record.Deleted is null).ToDictionary(record => record.Id);
            await foreach (var batch in reads.ReadAssociationsAsync(
                streams.Single(stream => stream.Name == pair.From), streams.Single(stream => stream.Name == pair.To),
                [.. live.Keys.Select(id => new RecordId(id))], CancellationToken.None))
            {
                foreach (var source in batch)
                {
                    Assert.True(live.Remove(source.Source.Value, out var record), $"{source.Source} was reported twice.");
                    Assert.Equal(
                        record.Links.Where(link => NameOf(link.Stream, streams) == pair.To).Select(link => (link.Id, link.Category, link.TypeId, link.Label)).Order(),
                        source.Links.Select(link => (link.Target.Value, link.Category, link.TypeId, link.Label)).Order());
                    links += source.Links.Count;
                }
            }
            Assert.Empty(live);
        }
        Assert.True(links > 10, "Too few links to prove anything.");
    }

    [Fact]
    public async Task Sources_that_are_gone_do_not_keep_the_links_of_others_from_being_read()
    {
        var streams = await Connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        var reads = (IReadsAssociations)Connector;
        var ids = Ids(9);
        Crm.Mutate(new DeleteRecords(Main.Stream, [ids[0]]), new PurgeRecords(Main.Stream, [ids[1]]), new MergeRecords(Main.Stream, ids[2], [ids[3]]));

        foreach (var pair in reads.PairsOf(streams).Where(pair => pair.From == NameOf(Main.Stream, streams)))
        {
            var answered = new List<string>();
            await foreach (var batch in reads.ReadAssociationsAsync(
                streams.Single(stream => stream.Name == pair.From), streams.Single(stream => stream.Name == pair.To),
                [.. ids.Select(id => new RecordId(id))], CancellationToken.None))
            {
                answered.AddRange(batch.Select(source => source.Source.Value));
            }
            Assert.Equal(ids, answered);
        }
    }

    [Fact]
    public async Task Every_pair_that_has_links_is_one_of_the_pairs()
    {
        var streams = await Connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        var pairs = ((IReadsAssociations)Connector).PairsOf(streams).ToHashSet();

        foreach (var (name, records) in Crm.State().Streams)
        {
            foreach (var other in records.SelectMany(record => record.Associations.Keys).Distinct())
            {
                var (one, two) = (NameOf(name, streams), NameOf(other, streams));
                Assert.True(pairs.Contains(new(one, two)) || pairs.Contains(new(two, one)), $"{name} and {other} are linked.");
            }
        }
    }
}
