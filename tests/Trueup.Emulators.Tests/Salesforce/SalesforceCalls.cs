using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Trueup.Emulators.Salesforce;

namespace Trueup.Emulators.Tests.Salesforce;

/// <summary>An emulated Salesforce with a clock that stands still, and a caller for it.</summary>
internal sealed class SalesforceCalls : IAsyncDisposable
{
    public const string Root = "/services/data/v67.0";
    public static readonly DateTimeOffset Start = new(2026, 9, 10, 8, 0, 0, TimeSpan.Zero);

    private readonly HttpClient client;

    private SalesforceCalls(EmulatedSalesforce crm, FakeTimeProvider clock)
    {
        Crm = crm;
        Clock = clock;
        client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = crm.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "00D5e0000015ftg!test");
    }

    public EmulatedSalesforce Crm { get; }

    public FakeTimeProvider Clock { get; }

    public static async Task<SalesforceCalls> StartAsync(int records = 0, SalesforceEmulatorOptions? options = null)
    {
        var clock = new FakeTimeProvider(Start);
        return new SalesforceCalls(
            await EmulatedSalesforce.StartAsync((options ?? new SalesforceEmulatorOptions { Records = records }) with { Clock = clock }), clock);
    }

    public Task<SalesforceAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<SalesforceAnswer> QueryAsync(string soql, params (string Name, string Value)[] headers) =>
        GetAsync($"/query?q={Uri.EscapeDataString(soql)}", headers);

    public Task<SalesforceAnswer> QueryAllAsync(string soql) => GetAsync($"/queryAll?q={Uri.EscapeDataString(soql)}");

    public Task<SalesforceAnswer> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(body), headers);

    public Task<SalesforceAnswer> PatchAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, JsonSerializer.Serialize(body), headers);

    public Task<SalesforceAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<SalesforceAnswer> FormAsync(string path, string form, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, form, headers, "application/x-www-form-urlencoded");

    /// <summary>Sends a request; a path that does not begin at <c>/services</c>, <c>/id</c> or <c>/_emulator</c> is one of the newest version.</summary>
    public async Task<SalesforceAnswer> SendAsync(
        HttpMethod method, string path, string? body, (string Name, string Value)[]? headers = null, string contentType = "application/json")
    {
        var whole = path.StartsWith("/services", StringComparison.Ordinal) || path.StartsWith("/id/", StringComparison.Ordinal)
            || path.StartsWith("/_emulator", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal) ? path : Root + path;
        using var request = new HttpRequestMessage(method, new Uri(Crm.Url, "/").ToString().TrimEnd('/') + whole);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        foreach (var (name, value) in headers ?? [])
        {
            if (name == "Authorization")
                request.Headers.Authorization = AuthenticationHeaderValue.Parse(value);
            else
                request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await client.SendAsync(request);
        return new SalesforceAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase));
    }

    public string Create(string stream, params (string Name, string? Value)[] values) =>
        Crm.Mutate(new CreateRecord(stream, values.ToDictionary(value => value.Name, value => value.Value)))[0].Id!;

    public void Edit(string stream, string id, params (string Name, string? Value)[] values) =>
        Crm.Mutate(new EditRecords(stream, [id], values.ToDictionary(value => value.Name, value => value.Value)));

    public async Task ControlAsync(string controls)
    {
        var answer = await SendAsync(HttpMethod.Post, "/_emulator/faults", controls);
        Assert.True(answer.Status == 200, answer.Text);
    }

    /// <summary>All rows of a query, page by page.</summary>
    public async Task<IReadOnlyList<JsonElement>> WalkAsync(string soql, params (string Name, string Value)[] headers)
    {
        var rows = new List<JsonElement>();
        var page = await QueryAsync(soql, headers);
        for (; ; page = await GetAsync(page.Next!, headers))
        {
            Assert.True(page.Status == 200, page.Text);
            rows.AddRange(page.Records);
            if (page.Next is null)
                return rows;
        }
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Crm.DisposeAsync();
    }
}

internal sealed record SalesforceAnswer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json { get; } = Text.StartsWith('{') || Text.StartsWith('[') ? JsonDocument.Parse(Text).RootElement : default;

    public IReadOnlyList<JsonElement> Records => [.. Json.GetProperty("records").EnumerateArray()];

    public IReadOnlyList<string> Ids => [.. Records.Select(record => record.GetProperty("Id").GetString()!)];

    public string? Next => Json.TryGetProperty("nextRecordsUrl", out var next) ? next.GetString() : null;

    public int Total => Json.GetProperty("totalSize").GetInt32();

    /// <summary>The code of the first problem of a refusal.</summary>
    public string? Code => Json[0].TryGetProperty("errorCode", out var code) ? code.GetString() : Json[0].GetProperty("statusCode").GetString();

    public string Message => Json[0].GetProperty("message").GetString()!;

    public string? Text0(string field) => Records[0].GetProperty(field).GetString();
}
