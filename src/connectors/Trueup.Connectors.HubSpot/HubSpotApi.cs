using System.Buffers;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>HubSpot's endpoints as calls: paths and bodies out, pages and JSON in.</summary>
internal sealed class HubSpotApi(CrmHttp http, Uri baseUrl)
{
    /// <summary>Longest URL that is sent. Failures (414) were reported from about 8,000 characters; 5,116 passed.
    /// Source: dlt-hub/verified-sources#305 and others, read on 2026-09.</summary>
    public const int LongestUrlCharacters = 5000;

    private static readonly string[] Burst = [HubSpotDialect.Burst];
    private static readonly string[] Search = [HubSpotDialect.Search];
    private static readonly string[] Associations = [HubSpotDialect.Associations];

    public DateTimeOffset Now => http.Now;

    public bool Fits(string pathAndQuery) => baseUrl.ToString().TrimEnd('/').Length + pathAndQuery.Length <= LongestUrlCharacters;

    public Task<JsonElement> GetAsync(string pathAndQuery, string endpoint, CancellationToken cancellationToken) =>
        http.SendAsync(new CrmRequest(HttpMethod.Get, pathAndQuery, endpoint) { Limits = Burst }, Json, cancellationToken);

    /// <summary>Lists one page.</summary>
    /// <param name="nextSeen">Told the next cursor, if it can be seen before the records are read; null where nobody reads ahead.</param>
    public Task<AnsweredPage> ListAsync(
        string pathAndQuery, string endpoint, bool isOwners, Action<string>? nextSeen, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Get, pathAndQuery, endpoint) { Limits = Burst },
            answer =>
            {
                if (nextSeen is not null && PageReading.PeekNext(answer.Body) is { } next)
                    nextSeen(next);
                return PageReading.Read(answer, isOwners);
            },
            cancellationToken);

    public Task<ArchivedRows> GetArchivedAsync(string pathAndQuery, string endpoint, CancellationToken cancellationToken) =>
        http.SendAsync(new CrmRequest(HttpMethod.Get, pathAndQuery, endpoint) { Limits = Burst }, ArchivedRows.Read, cancellationToken);

    public Task<AnsweredPage> BatchReadAsync(
        StreamDescription stream, ReadOnlyMemory<byte> body, bool archived, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Post, HubSpotPaths.BatchRead(stream, archived), $"batch read {stream.Name}") { Body = body, Limits = Burst },
            answer => PageReading.Read(answer, isOwners: false), cancellationToken);

    /// <summary>Reads the properties of at most 100 records whose ids were found. What is gone by now is simply not among them.</summary>
    public async Task<RecordPage> ReadFoundAsync(
        StreamDescription stream, byte[] propertiesJson, RecordPage found, CancellationToken cancellationToken)
    {
        if (found.Records.Count == 0)
            return Completed(new RecordPage([], 0), found);
        var answered = await BatchReadAsync(stream, BatchBodies.Read(propertiesJson, found), archived: false, cancellationToken);
        try
        {
            answered.Facts.DemandWhole(stream.Name);
            return Completed(answered.Page, found);
        }
        catch
        {
            answered.Page.Dispose();
            throw;
        }
    }

    private static RecordPage Completed(RecordPage page, RecordPage found)
    {
        page.Next = found.Next;
        foreach (var refused in found.SetAside)
            page.Refuse(refused);
        return page;
    }

    public Task<T> BatchReadAsync<T>(
        StreamDescription stream, ReadOnlyMemory<byte> body, bool archived, Func<CrmAnswer, T> read, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Post, HubSpotPaths.BatchRead(stream, archived), $"batch read {stream.Name}") { Body = body, Limits = Burst },
            read, cancellationToken);

    /// <summary>Writes a batch. Sent again only where it is certain that it was not carried out.</summary>
    public Task<T> BatchWriteAsync<T>(
        StreamDescription stream, string what, ReadOnlyMemory<byte> body, Func<CrmAnswer, T> read, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Post, HubSpotPaths.BatchWrite(stream, what), $"{what} {stream.Name}") { Body = body, Limits = Burst, Repeatable = false },
            read, cancellationToken);

    public Task<AnsweredPage> SearchAsync(StreamDescription stream, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Post, HubSpotPaths.Search(stream), $"search {stream.Name}") { Body = body, Limits = Search },
            answer => PageReading.Read(answer, isOwners: false, isSearch: true), cancellationToken);

    /// <summary>Reads the links of sources.</summary>
    /// <param name="places">The places of the sources that may be asked for, by id.</param>
    public Task<LinkAnswer> ReadAssociationsAsync(
        StreamDescription from, StreamDescription to, ReadOnlyMemory<byte> body, Dictionary<string, int> places, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Post, HubSpotPaths.Associations(from, to), $"associations {from.Name} {to.Name}")
            {
                Body = body,
                Limits = Associations,
            },
            answer => LinkAnswer.Read(answer, places), cancellationToken);

    /// <summary>Lists the types that links can have.</summary>
    public Task<JsonElement> LinkTypesAsync(StreamDescription from, StreamDescription to, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Get, HubSpotPaths.LinkTypes(from, to), $"link types {from.Name} {to.Name}") { Limits = Associations }, Json, cancellationToken);

    /// <summary>Writes links. Sent again only where it is certain that they were not written.</summary>
    public Task<T> WriteLinksAsync<T>(LinkBatch batch, string what, ReadOnlyMemory<byte> body, Func<CrmAnswer, T> read, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Post, HubSpotPaths.LinkWrite(batch.From, batch.To, what), $"{what} links {batch.From.Name} {batch.To.Name}")
            {
                Body = body, Limits = Associations, Repeatable = false,
            },
            read, cancellationToken);

    /// <summary>Writes a JSON body.</summary>
    public static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            write(writer);
        return buffer.WrittenMemory;
    }

    public static JsonElement Json(CrmAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.BodyMemory);
        return document.RootElement.Clone();
    }
}
