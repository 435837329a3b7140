using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Connectors.Tests;

/// <summary>The suite of a connector whose CRM links records and names the merged on their survivor (<see cref="IReportsMerges"/>).</summary>
public abstract class MergeContract : AssociationContract
{
    [Fact]
    public async Task Survivors_name_the_merged()
    {
        var ids = Ids(4);
        var first = Crm.Mutate(new MergeRecords(Main.Stream, ids[0], [ids[1]]))[0].Id!;
        var last = Crm.Mutate(new MergeRecords(Main.Stream, first, [ids[2]]))[0].Id!;
        var stream = await StreamAsync(Main.Stream);
        var fields = await FieldsAsync(stream);

        using var read = await ((IReadsByIds)Connector).ReadByIdsAsync(stream, fields, [new(last)], CancellationToken.None);

        var page = Assert.Single(read.Live);
        var losers = ((IReportsMerges)Connector).LosersIn(stream, page.PropertiesOf(Assert.Single(page.Records)).Span);
        Assert.Superset(new HashSet<string> { ids[1], ids[2] }, losers.Select(id => id.Value).ToHashSet());
        Assert.DoesNotContain(new RecordId(last), losers);
    }
}
