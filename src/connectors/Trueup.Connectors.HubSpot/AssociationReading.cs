using System.Runtime.CompilerServices;
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

    // Batches do not depend on each other, so HubSpot's answer time is paid once for a few of them. The budget decides when they really go out.
    private const int BatchesAtOnce = 4;

    public async IAsyncEnumerable<IReadOnlyList<RecordAssociations>> ReadAsync(
        StreamDescription from, StreamDescription to, IReadOnlyList<RecordId> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var underWay = new Queue<Task<IReadOnlyList<RecordAssociations>>>();
        try
        {
            for (var position = 0; position < sources.Count || underWay.Count > 0;)
            {
                if (position < sources.Count && underWay.Count < BatchesAtOnce)
                {
                    var batch = Batch(sources, position);
                    position += SourcesPerBatch;
                    underWay.Enqueue(ReadBatchAsync(from, to, batch, stopped.Token));
                    continue;
                }

                yield return await underWay.Dequeue();
            }
        }
        finally
        {
            // The consumer left early or a batch failed: what else was asked for is of no use, and neither are its errors.
            stopped.Cancel();
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private static List<RecordId> Batch(IReadOnlyList<RecordId> sources, int position)
    {
        // HubSpot refuses a batch that names a record twice.
        var batch = new List<RecordId>(Math.Min(SourcesPerBatch, sources.Count - position));
        var distinct = new HashSet<RecordId>();
        for (var index = position; index < sources.Count && index < position + SourcesPerBatch; index++)
        {
            if (distinct.Add(sources[index]))
                batch.Add(sources[index]);
        }

        return batch;
    }

    private async Task<IReadOnlyList<RecordAssociations>> ReadBatchAsync(
        StreamDescription from, StreamDescription to, List<RecordId> sources, CancellationToken cancellationToken)
    {
        var places = new Dictionary<string, int>(sources.Count, StringComparer.Ordinal);
        for (var place = 0; place < sources.Count; place++)
            places.Add(sources[place].Value, place);
        var links = new List<Association>?[sources.Count];
        var cursors = new HashSet<(int, string)>();
        List<(int Source, string? After)> asked = [.. Enumerable.Range(0, sources.Count).Select(place => (place, (string?)null))];
        for (var round = 0; asked.Count > 0; round++)
        {
            if (round == MostRounds)
                throw new CrmContractException($"HubSpot does not come to an end with the links from {from.Name} to {to.Name}; try again later.");
            var answer = await api.ReadAssociationsAsync(from, to, Body(sources, asked), places, cancellationToken);
            DemandWhole(from, to, answer, asked);
            foreach (var (source, _) in asked)
            {
                if (answer.Links[source] is { } some)
                    (links[source] ??= []).AddRange(some);
            }

            asked.Clear();
            foreach (var (source, after) in answer.More)
            {
                if (!cursors.Add((source, after)))
                    throw new CrmContractException($"HubSpot sent the same page token twice for links from {from.Name} to {to.Name}; they are read again with the next sync.");
                asked.Add((source, after));
            }
        }

        return [.. sources.Select((source, place) => new RecordAssociations(source, Distinct(links[place])))];
    }

    private static IReadOnlyList<Association> Distinct(List<Association>? links) => links switch
    {
        null => [],
        { Count: 1 } => links,
        _ => [.. links.Distinct()],
    };

    /// <summary>A source that is missing from the results has no links only where HubSpot says so, or that the source is gone.</summary>
    private static void DemandWhole(StreamDescription from, StreamDescription to, LinkAnswer answer, List<(int Source, string? After)> asked)
    {
        if (answer.Trouble is not null)
            throw new CrmUnavailableException($"HubSpot could not read some links from {from.Name} to {to.Name} ({answer.Trouble}); they are read again with the next sync.");
        var unmentioned = asked.Count(ask => !answer.Mentions(ask.Source));
        if (unmentioned > 0)
        {
            throw new CrmContractException(
                $"HubSpot did not say anything about {unmentioned} of the {from.Name} whose links to {to.Name} were asked for; they are read again with the next sync.");
        }
    }

    private static ReadOnlyMemory<byte> Body(List<RecordId> sources, List<(int Source, string? After)> asked) => HubSpotApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("inputs"u8);
        foreach (var (source, after) in asked)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, sources[source].Value);
            if (after is not null)
                writer.WriteString("after"u8, after);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
