using System.Buffers;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Salesforce's endpoints as calls: paths and bodies out, pages and JSON in.</summary>
internal sealed class SalesforceApi(CrmHttp http, SalesforcePaths paths)
{
    // Salesforce refuses addresses above 16,384 bytes, headers included. Source: help.salesforce.com article 000386264, read on 2026-09.
    private const int LongestPathCharacters = 10_000;

    public DateTimeOffset Now => http.Now;

    public SalesforcePaths Paths => paths;

    public Task<JsonElement> GetAsync(string path, string endpoint, CancellationToken cancellationToken) =>
        http.SendAsync(new CrmRequest(HttpMethod.Get, path, endpoint), Json, cancellationToken);

    /// <summary>Asks for what changed since an instant.</summary>
    /// <returns>Undefined where nothing did.</returns>
    public Task<JsonElement> GetIfChangedAsync(string path, string endpoint, DateTimeOffset? since, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(HttpMethod.Get, path, endpoint) { IfModifiedSince = since }, answer => answer.Status == 304 ? default : Json(answer), cancellationToken);

    public Task<T> PostAsync<T>(string path, string endpoint, ReadOnlyMemory<byte> body, bool repeatable, Func<CrmAnswer, T> read, CancellationToken cancellationToken) =>
        http.SendAsync(new CrmRequest(HttpMethod.Post, path, endpoint) { Body = body, Repeatable = repeatable }, read, cancellationToken);

    /// <summary>Writes. Sent again only where it is certain that it was not carried out. Assignment rules would change what is written, so they are left out.</summary>
    public Task<T> WriteAsync<T>(
        HttpMethod method, string path, string endpoint, ReadOnlyMemory<byte> body, DateTimeOffset? ifUnmodifiedSince, Func<CrmAnswer, T> read, CancellationToken cancellationToken) =>
        http.SendAsync(
            new CrmRequest(method, path, endpoint) { Body = body, Repeatable = false, IfUnmodifiedSince = ifUnmodifiedSince, Headers = [new("Sforce-Auto-Assign", "FALSE")] },
            read, cancellationToken);

    /// <summary>Uploads the file of a job.</summary>
    public Task<int> UploadAsync(string path, string endpoint, ReadOnlyMemory<byte> csv, CancellationToken cancellationToken) =>
        http.SendAsync(new CrmRequest(HttpMethod.Put, path, endpoint) { Body = csv, ContentType = "text/csv", Repeatable = false }, answer => answer.Status, cancellationToken);

    /// <summary>Reads an answer with many rows into a buffer of its own.</summary>
    public Task<T> GetCsvAsync<T>(string path, string endpoint, ArrayPool<byte> buffers, Func<CrmAnswer, T> read, CancellationToken cancellationToken) =>
        http.SendAsync(new CrmRequest(HttpMethod.Get, path, endpoint) { Accept = "text/csv", Buffers = buffers }, read, cancellationToken);

    /// <summary>Queries. Where the query does not fit an address, it goes as a part of a composite request, which takes it in its body.</summary>
    /// <param name="soql">The query.</param>
    /// <param name="all">Whether deleted and archived records are asked among as well.</param>
    /// <param name="stamp">The field that tells when a record was modified; null for none.</param>
    /// <param name="endpoint">The name of the call.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<QueryAnswer> QueryAsync(string soql, bool all, string? stamp, string endpoint, CancellationToken cancellationToken)
    {
        var path = paths.Query(soql, all);
        return path.Length <= LongestPathCharacters
            ? http.SendAsync(new CrmRequest(HttpMethod.Get, path, endpoint), answer => QueryAnswer.Read(answer, stamp), cancellationToken)
            : PostAsync(
                paths.Composite, endpoint,
                CompositeBody([new CompositePart(path, "query", null)]), repeatable: true, answer => QueryAnswer.ReadComposite(answer, stamp, endpoint), cancellationToken);
    }

    /// <summary>The rest of a query.</summary>
    public Task<QueryAnswer> MoreAsync(string locator, string? stamp, string endpoint, CancellationToken cancellationToken) =>
        http.SendAsync(new CrmRequest(HttpMethod.Get, paths.More(locator), endpoint), answer => QueryAnswer.Read(answer, stamp), cancellationToken);

    /// <summary>Sends up to 25 reads as one call.</summary>
    public Task<IReadOnlyList<CompositeAnswer>> CompositeAsync(IReadOnlyList<CompositePart> parts, string endpoint, CancellationToken cancellationToken) =>
        PostAsync(paths.Composite, endpoint, CompositeBody(parts), repeatable: true, answer => CompositeAnswer.Read(answer, parts.Count), cancellationToken);

    /// <summary>Writes a JSON body.</summary>
    public static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return buffer.WrittenMemory;
    }

    public static JsonElement Json(CrmAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.BodyMemory);
        return document.RootElement.Clone();
    }

    private static ReadOnlyMemory<byte> CompositeBody(IReadOnlyList<CompositePart> parts) => Body(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("allOrNone"u8, false);
        writer.WriteStartArray("compositeRequest"u8);
        foreach (var part in parts)
        {
            writer.WriteStartObject();
            writer.WriteString("method"u8, "GET"u8);
            writer.WriteString("url"u8, part.Path);
            writer.WriteString("referenceId"u8, part.Reference);
            if (part.IfModifiedSince is { } since)
            {
                writer.WriteStartObject("httpHeaders"u8);
                writer.WriteString("If-Modified-Since"u8, since.ToString("r"));
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
