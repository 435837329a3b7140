using System.Runtime.CompilerServices;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads links in batches of sources, and the rest of a source's links as often as HubSpot splits them.</summary>
/// <remarks>Source: hubspot.md §7, 2026-09.</remarks>
internal sealed class AssociationReading(HubSpotApi api)
{
    /// <summary>Most sources of one call.</summary>
    public const int SourcesPerBatch = 1000;

    // 500 links a page: five million links of one record is no record any more.
    private const int MostRounds = 10_000;

    private const string NoLinks = "crm.associations.NO_ASSOCIATIONS_FOUND";

    // A source that is gone has no links either. It must not keep the others from being read until it is buried.
    private const string Gone = "OBJECT_NOT_FOUND";

    public async IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAsync(
        StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var batch in sources.Distinct().Chunk(SourcesPerBatch))
            yield return await ReadBatchAsync(from, to, batch, cancellationToken);
    }

    private async Task<IReadOnlyList<RecordAssociations>> ReadBatchAsync(
        StreamDescription from, StreamDescription to, RecordId[] sources, CancellationToken cancellationToken)
    {
        var links = sources.ToDictionary(source => source, _ => new List<Association>());
        var cursors = new HashSet<(RecordId, string)>();
        var pending = sources.Select(source => (Source: source, After: (string?)null)).ToList();
        for (var round = 0; pending.Count > 0; round++)
        {
            if (round == MostRounds)
                throw new CrmContractException($"HubSpot does not come to an end with the links from {from.Name} to {to.Name}; try again later.");
            var asked = pending.Select(ask => ask.Source).ToHashSet();
            var answer = await api.ReadAssociationsAsync(from, to, Body(pending), cancellationToken);
            pending.Clear();
            foreach (var result in answer.Items("results"))
            {
                if (result.Member("from").Id("id") is not { } id || !links.TryGetValue(new RecordId(id), out var known))
                    continue;
                var source = new RecordId(id);
                asked.Remove(source);
                AddLinks(known, result);
                if (result.Member("paging").Member("next").Id("after") is not { Length: > 0 } after)
                    continue;
                if (!cursors.Add((source, after)))
                    throw new CrmContractException($"HubSpot sent the same page token twice for links from {from.Name} to {to.Name}; they are read again with the next sync.");
                pending.Add((source, after));
            }
            AccountForMissing(from, to, answer, asked);
        }
        return [.. sources.Select(source => new RecordAssociations(source, links[source]))];
    }

    private static void AddLinks(List<Association> known, JsonElement result)
    {
        foreach (var target in result.Items("to"))
        {
            if (target.Id("toObjectId") is not { Length: > 0 } id)
                continue;
            foreach (var type in target.Items("associationTypes"))
            {
                var link = new Association(new RecordId(id), type.Text("category") ?? "", type.Id("typeId") ?? "", type.Text("label"));
                if (!known.Contains(link))
                    known.Add(link);
            }
        }
    }

    /// <summary>A source that is missing from the results has no links only where HubSpot says so, or that the source is gone.</summary>
    private static void AccountForMissing(StreamDescription from, StreamDescription to, JsonElement answer, HashSet<RecordId> asked)
    {
        foreach (var error in answer.Items("errors"))
        {
            var isEmpty = error.Text("subCategory") == NoLinks || error.Text("category") == Gone;
            if (!isEmpty)
            {
                throw new CrmUnavailableException(
                    $"HubSpot could not read some links from {from.Name} to {to.Name} " +
                    $"({Http.VendorText.Clean(error.Text("subCategory") ?? error.Text("category"))}: {Http.VendorText.Clean(error.Text("message"))}); they are read again with the next sync.");
            }
            foreach (var id in error.Member("context").Items("fromObjectId"))
                asked.Remove(new RecordId(id.ValueKind == JsonValueKind.String ? id.GetString() ?? "" : id.GetRawText()));
        }
        if (asked.Count > 0)
        {
            throw new CrmContractException(
                $"HubSpot did not say anything about {asked.Count} of the {from.Name} whose links to {to.Name} were asked for; they are read again with the next sync.");
        }
    }

    private static ReadOnlyMemory<byte> Body(List<(RecordId Source, string? After)> pending) => HubSpotApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("inputs"u8);
        foreach (var (source, after) in pending)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, source.Value);
            if (after is not null)
                writer.WriteString("after"u8, after);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
