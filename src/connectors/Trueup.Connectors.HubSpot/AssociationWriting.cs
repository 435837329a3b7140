using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Links and unlinks records in batches.</summary>
/// <remarks>HubSpot answers with the links that it made and, for the others, with errors that do not always say whose they are. Those are sent again in halves,
/// until an error stands alone with its link; nothing was done about them. Source: developers.hubspot.com "Associations v4", read on 2026-09; hubspot.md §7.</remarks>
internal sealed class AssociationWriting(HubSpotApi api)
{
    /// <summary>HubSpot takes 2,000 links in a call, but tells of the links of 1,000 records only; with as many in a batch, each batch is read, written and read again.</summary>
    public const int LinksPerBatch = 1000;

    private const string Vendor = "HUBSPOT_DEFINED";

    // A contact, deal or ticket has one primary company; another one takes the mark from it.
    private const string Primary = "Primary";

    public async Task<IReadOnlyList<LinkType>> TypesAsync(StreamDescription from, StreamDescription to, CancellationToken cancellationToken)
    {
        var answer = await api.LinkTypesAsync(from, to, cancellationToken);
        return
        [
            .. answer.Items("results")
                .Select(type => new LinkType(type.Text("category") ?? "", type.Id("typeId") ?? "", type.Text("label")))
                .Select(type => type with { IsSingle = type is { Category: Vendor, Label: Primary } })
                .Where(type => type.TypeId.Length > 0)
                .OrderBy(type => type is { Label: null, Category: Vendor } ? 0 : type.Label is null ? 1 : 2),
        ];
    }

    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(LinkBatch batch, CancellationToken cancellationToken) => batch.Removes
        ? RemoveAsync(batch, cancellationToken)
        : AddAsync(batch, [.. Enumerable.Range(0, batch.Links.Count)], cancellationToken);

    private async Task<IReadOnlyList<WriteOutcome>> AddAsync(LinkBatch batch, List<int> places, CancellationToken cancellationToken)
    {
        var outcomes = new WriteOutcome[places.Count];
        var told = await BatchWriting.WriteAsync(places.Count, (start, count) => AddOnceAsync(batch, places.GetRange(start, count), cancellationToken));
        var unclear = new List<int>();
        for (var index = 0; index < places.Count; index++)
        {
            outcomes[index] = told[index];
            if (told[index] is WriteOutcome.Rejected { Reason: "" })
                unclear.Add(index);
        }

        if (unclear.Count == 0)
            return outcomes;
        foreach (var half in new[] { unclear[..(unclear.Count / 2)], unclear[(unclear.Count / 2)..] }.Where(half => half.Count > 0))
        {
            var again = await AddAsync(batch, half.ConvertAll(index => places[index]), cancellationToken);
            for (var index = 0; index < half.Count; index++)
                outcomes[half[index]] = again[index];
        }

        return outcomes;
    }

    /// <summary>Adds some links. One that failed, where more than one did, comes back refused without a reason.</summary>
    private async Task<IReadOnlyList<WriteOutcome>> AddOnceAsync(LinkBatch batch, List<int> places, CancellationToken cancellationToken)
    {
        var body = Body(places.Select(place => batch.Links[place]), target: (writer, link) =>
        {
            writer.WriteStartObject("to"u8);
            writer.WriteString("id"u8, link.Target.Value);
            writer.WriteEndObject();
            WriteTypes(writer, link);
        });
        var (made, errors) = await api.WriteLinksAsync(batch, "create", body, ReadAnswer, cancellationToken);
        var missing = places.Count(place => !made.Contains((batch.Links[place].Source.Value, batch.Links[place].Target.Value)));
        return
        [
            .. places.Select(place => batch.Links[place]).Select(link => (WriteOutcome)(
                made.Contains((link.Source.Value, link.Target.Value)) ? new WriteOutcome.Written(link.Source)
                : errors.Count == 0 ? new WriteOutcome.Unheard("HubSpot's answer does not speak of this link.")
                : new WriteOutcome.Rejected(missing == 1 ? errors[0] : ""))),
        ];
    }

    private static (HashSet<(string Source, string Target)> Made, IReadOnlyList<string> Errors) ReadAnswer(CrmAnswer answer)
    {
        var body = HubSpotApi.Json(answer);
        if (body.Member("results").ValueKind != JsonValueKind.Array && body.Member("errors").ValueKind != JsonValueKind.Array)
            throw new CrmContractException("The answer to a batch of links holds neither results nor errors.");
        return (
            [.. body.Items("results").Select(link => (link.Id("fromObjectId") ?? "", link.Id("toObjectId") ?? ""))],
            [.. body.Items("errors").Select(error => error.Text("message") is { Length: > 0 } message ? message : error.Text("category") ?? "HubSpot gave no reason.")]);
    }

    /// <summary>Removals are answered with no body. Those of one type go to another address than those of every link between two records.</summary>
    private async Task<IReadOnlyList<WriteOutcome>> RemoveAsync(LinkBatch batch, CancellationToken cancellationToken)
    {
        var outcomes = new WriteOutcome[batch.Links.Count];
        foreach (var kind in Enumerable.Range(0, batch.Links.Count).GroupBy(place => IsWhole(batch.Links[place])))
        {
            var places = kind.ToList();
            var told = await BatchWriting.WriteAsync(places.Count, async (start, count) =>
            {
                var links = places.GetRange(start, count).ConvertAll(place => batch.Links[place]);
                await api.WriteLinksAsync(batch, kind.Key ? "archive" : "labels/archive", Body(links, (writer, link) => WriteRemoval(writer, link, kind.Key)), answer => answer.Status, cancellationToken);
                return [.. links.Select(link => new WriteOutcome.Written(link.Source))];
            });
            for (var index = 0; index < places.Count; index++)
                outcomes[places[index]] = told[index];
        }

        return outcomes;
    }

    /// <summary>The unlabelled link takes all others with it.</summary>
    private static bool IsWhole(LinkWrite link) => link.Type is null or { Category: Vendor, Label: null };

    private static void WriteRemoval(Utf8JsonWriter writer, LinkWrite link, bool isWhole)
    {
        if (isWhole)
            writer.WriteStartArray("to"u8);
        else
            writer.WritePropertyName("to"u8);
        writer.WriteStartObject();
        writer.WriteString("id"u8, link.Target.Value);
        writer.WriteEndObject();
        if (isWhole)
            writer.WriteEndArray();
        else
            WriteTypes(writer, link);
    }

    private static void WriteTypes(Utf8JsonWriter writer, LinkWrite link)
    {
        writer.WriteStartArray("types"u8);
        writer.WriteStartObject();
        writer.WriteString("associationCategory"u8, link.Type!.Category);
        writer.WritePropertyName("associationTypeId"u8);
        writer.WriteRawValue(link.Type.TypeId);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Body(IEnumerable<LinkWrite> links, Action<Utf8JsonWriter, LinkWrite> target) => HubSpotApi.Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("inputs"u8);
        foreach (var link in links)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("from"u8);
            writer.WriteString("id"u8, link.Source.Value);
            writer.WriteEndObject();
            target(writer, link);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
