using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Trueup.Emulators.HubSpot;

namespace Trueup.Emulators.Tests;

/// <summary>An emulated HubSpot with a clock that stands still, and a caller for it.</summary>
internal sealed class HubSpotCalls : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 9, 10, 8, 0, 0, TimeSpan.Zero);

    private readonly HttpClient client;

    private HubSpotCalls(EmulatedHubSpot crm, FakeTimeProvider clock)
    {
        Crm = crm;
        Clock = clock;
        client = new HttpClient { BaseAddress = crm.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "pat-eu1-test");
    }

    public EmulatedHubSpot Crm { get; }

    public FakeTimeProvider Clock { get; }

    public static async Task<HubSpotCalls> StartAsync(int records = 0, HubSpotEmulatorOptions? options = null)
    {
        var clock = new FakeTimeProvider(Start);
        return new HubSpotCalls(
            await EmulatedHubSpot.StartAsync((options ?? new HubSpotEmulatorOptions { Records = records }) with { Clock = clock }), clock);
    }

    public Task<Answered> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, null, token);

    public Task<Answered> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(body));

    public async Task<Answered> SendAsync(HttpMethod method, string path, string? body, string? token = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request);
        return new Answered((int)response.StatusCode, await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>A search by modified stamp, as a mirror sends it.</summary>
    public Task<Answered> ModifiedSinceAsync(string stream, DateTimeOffset since, string property = "hs_lastmodifieddate", params string[] properties) =>
        PostAsync($"/crm/v3/objects/{stream}/search", new
        {
            filterGroups = new[]
            {
                new { filters = new[] { new { propertyName = property, @operator = "GTE", value = since.ToUnixTimeMilliseconds().ToString() } } },
            },
            sorts = new[] { new { propertyName = "hs_object_id", direction = "ASCENDING" } },
            limit = 200,
            properties,
        });

    public string Create(string stream, params (string Name, string? Value)[] values) =>
        Crm.Mutate(new CreateRecord(stream, values.ToDictionary(value => value.Name, value => value.Value)))[0].Id!;

    public async Task<IReadOnlyList<string>> WalkAsync(string stream, string query = "")
    {
        var ids = new List<string>();
        string? after = null;
        do
        {
            var page = await GetAsync($"/crm/v3/objects/{stream}?limit=100{query}{(after is null ? "" : $"&after={after}")}");
            Assert.Equal(200, page.Status);
            ids.AddRange(page.Ids);
            after = page.Next;
        }
        while (after is not null);
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Crm.DisposeAsync();
    }
}

internal sealed record Answered(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json { get; } = Text.StartsWith('{') ? JsonDocument.Parse(Text).RootElement : default;

    public IReadOnlyList<JsonElement> Results => [.. Json.GetProperty("results").EnumerateArray()];

    public IReadOnlyList<string> Ids => [.. Results.Select(result => result.GetProperty("id").GetString()!)];

    public string? Next => Json.TryGetProperty("paging", out var paging) ? paging.GetProperty("next").GetProperty("after").GetString() : null;

    public string? Property(string name, int record = 0) =>
        (Json.TryGetProperty("results", out var results) ? results[record] : Json).GetProperty("properties").GetProperty(name).GetString();
}
