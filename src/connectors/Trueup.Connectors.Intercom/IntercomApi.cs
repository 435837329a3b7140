using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Intercom's endpoints as calls. Every request names the version whose meaning it relies on.</summary>
internal sealed class IntercomApi(CrmHttp http)
{
    /// <summary>The version of every request: merged contacts are told, and deleted conversations listed. Source: intercom.md, section 0.</summary>
    public const string Version = "2.16";

    private static readonly string[] Burst = [IntercomDialect.Burst];

    public DateTimeOffset Now => http.Now;

    public Task<JsonElement> GetAsync(string pathAndQuery, string endpoint, CancellationToken cancellationToken) =>
        http.SendAsync(Request(HttpMethod.Get, pathAndQuery, endpoint), Json, cancellationToken);

    public Task<JsonElement> PostAsync(string pathAndQuery, string endpoint, CancellationToken cancellationToken) =>
        http.SendAsync(Request(HttpMethod.Post, pathAndQuery, endpoint) with { Body = "{}"u8.ToArray() }, Json, cancellationToken);

    public Task<JsonElement> SearchAsync(string pathAndQuery, string endpoint, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        http.SendAsync(Request(HttpMethod.Post, pathAndQuery, endpoint) with { Body = body }, Json, cancellationToken);

    public Task<AnsweredRows> GetRowsAsync(string pathAndQuery, string endpoint, RowShape shape, CancellationToken cancellationToken) =>
        http.SendAsync(Request(HttpMethod.Get, pathAndQuery, endpoint), answer => AnsweredRows.ReadList(answer, shape), cancellationToken);

    /// <summary>The next page of a scroll, asked for once: its parameter stays the same, so that asking again after a lost answer would skip a page.</summary>
    public Task<AnsweredRows> ScrollOnAsync(string scroll, RowShape shape, CancellationToken cancellationToken) =>
        http.SendAsync(
            Request(HttpMethod.Get, $"/companies/scroll?scroll_param={Uri.EscapeDataString(scroll)}", "scroll companies") with { Repeatable = false },
            answer => AnsweredRows.ReadList(answer, shape), cancellationToken);

    public Task<AnsweredRows> GetRowAsync(string pathAndQuery, string endpoint, RowShape shape, CancellationToken cancellationToken) =>
        http.SendAsync(Request(HttpMethod.Get, pathAndQuery, endpoint), answer => AnsweredRows.ReadOne(answer, shape), cancellationToken);

    public Task<AnsweredRows> SearchRowsAsync(
        string pathAndQuery, string endpoint, ReadOnlyMemory<byte> body, RowShape shape, CancellationToken cancellationToken) =>
        http.SendAsync(Request(HttpMethod.Post, pathAndQuery, endpoint) with { Body = body }, answer => AnsweredRows.ReadList(answer, shape), cancellationToken);

    /// <summary>Writes. Sent again only where it is certain that it was not carried out.</summary>
    public Task<JsonElement> WriteAsync(HttpMethod method, string pathAndQuery, string endpoint, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        http.SendAsync(Request(method, pathAndQuery, endpoint) with { Body = body, Repeatable = false }, Json, cancellationToken);

    /// <summary>Writes, and reads the record that the answer shows.</summary>
    public Task<AnsweredRows> WriteRowAsync(
        HttpMethod method, string pathAndQuery, string endpoint, ReadOnlyMemory<byte> body, RowShape shape, CancellationToken cancellationToken) =>
        http.SendAsync(Request(method, pathAndQuery, endpoint) with { Body = body, Repeatable = false }, answer => AnsweredRows.ReadOne(answer, shape), cancellationToken);

    private static CrmRequest Request(HttpMethod method, string pathAndQuery, string endpoint) =>
        new(method, pathAndQuery, endpoint) { Limits = Burst, Headers = [new("Intercom-Version", Version)] };

    private static JsonElement Json(CrmAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.BodyMemory);
        return document.RootElement.Clone();
    }
}
