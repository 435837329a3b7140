using System.Buffers;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Attaches contacts to companies and tags, and detaches them, each by a call of its own.</summary>
/// <remarks>Source: intercom.md, sections 2 and 10, 2026-09.</remarks>
internal sealed class LinkWriting(IntercomApi api)
{
    /// <summary>As many as are read together.</summary>
    public const int LinksPerBatch = 50;

    private const int AtOnce = 8;

    /// <summary>The types of a pair: one for what contacts can be attached to, none for anything else.</summary>
    public static IReadOnlyList<LinkType> TypesOf(StreamName from, StreamName to) =>
        from.Value == "contacts" && to.Value is "companies" or "tags" ? [new LinkType(Links.Category, to.Value, null)] : [];

    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(LinkBatch batch, CancellationToken cancellationToken)
    {
        // The links of one contact one after the other: each changes the same record.
        var contacts = Enumerable.Range(0, batch.Links.Count).GroupBy(place => batch.Links[place].Source).ToList();
        var outcomes = new WriteOutcome[batch.Links.Count];
        foreach (var some in contacts.Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(async places =>
            {
                var told = await OneByOne.SendAsync([.. places], 1, place => SendAsync(batch, batch.Links[place], cancellationToken));
                foreach (var (place, outcome) in places.Zip(told))
                    outcomes[place] = outcome;
            }));
        }

        return outcomes;
    }

    private async Task<WriteOutcome> SendAsync(LinkBatch batch, LinkWrite link, CancellationToken cancellationToken)
    {
        var path = $"/contacts/{Uri.EscapeDataString(link.Source.Value)}/{batch.To.Name}";
        if (!batch.Removes)
        {
            await api.WriteAsync(HttpMethod.Post, path, $"attach {batch.To.Name}", BodyOf(link.Target), cancellationToken);
            return new WriteOutcome.Written(link.Source);
        }

        try
        {
            await api.WriteAsync(HttpMethod.Delete, $"{path}/{Uri.EscapeDataString(link.Target.Value)}", $"detach {batch.To.Name}", default, cancellationToken);
        }
        catch (CrmNotFoundException)
        {
            // One of the ends is gone, and the link with it; reading shows whether that is so.
        }

        return new WriteOutcome.Written(link.Source);
    }

    private static ReadOnlyMemory<byte> BodyOf(RecordId target)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, target.Value);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
