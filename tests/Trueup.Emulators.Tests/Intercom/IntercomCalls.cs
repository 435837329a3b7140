using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Trueup.Emulators.Intercom;

namespace Trueup.Emulators.Tests.Intercom;

/// <summary>An emulated Intercom with a clock that stands still, and a caller for it.</summary>
internal sealed class IntercomCalls : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 9, 10, 8, 0, 0, TimeSpan.Zero);

    private readonly HttpClient client;

    private IntercomCalls(EmulatedIntercom crm, FakeTimeProvider clock)
    {
        Crm = crm;
        Clock = clock;
        client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = crm.Url };
    }

    public EmulatedIntercom Crm { get; }

    public FakeTimeProvider Clock { get; }

    /// <summary>The version that requests name.</summary>
    public string Version { get; set; } = "2.16";

    public string Token { get; set; } = "static";

    public static async Task<IntercomCalls> StartAsync(int records = 0, IntercomEmulatorOptions? options = null)
    {
        var clock = new FakeTimeProvider(Start);
        return new IntercomCalls(await EmulatedIntercom.StartAsync((options ?? new IntercomEmulatorOptions { Records = records }) with { Clock = clock }), clock);
    }

    public Task<IntercomAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<IntercomAnswer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body is null ? null : JsonSerializer.Serialize(body));

    public Task<IntercomAnswer> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, JsonSerializer.Serialize(body));

    public Task<IntercomAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<IntercomAnswer> SearchAsync(string stream, string query, string? sort = null, string? pagination = null) =>
        SendAsync(HttpMethod.Post, $"/{stream}/search",
            $"{{\"query\":{query}{(sort is null ? "" : $",\"sort\":{sort}")}{(pagination is null ? "" : $",\"pagination\":{pagination}")}}}");

    /// <summary>The ids of everything that a search finds, page after page.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string stream, string query, string? sort = null, int perPage = 50)
    {
        var found = new List<string>();
        string? cursor = null;
        do
        {
            var page = await SearchAsync(stream, query, sort, $$"""{"per_page":{{perPage}},"starting_after":{{(cursor is null ? "null" : $"\"{cursor}\"")}}}""");
            Assert.True(page.Status == 200, page.Text);
            found.AddRange(page.Ids);
            cursor = page.Cursor;
        }
        while (cursor is not null);
        return found;
    }

    public async Task<IntercomAnswer> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, Crm.Url.ToString().TrimEnd('/') + path);
        if (Token.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (Version.Length > 0)
            request.Headers.TryAddWithoutValidation("Intercom-Version", Version);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await client.SendAsync(request);
        return new IntercomAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase));
    }

    public string Create(string stream, params (string Name, string? Value)[] values) =>
        Crm.Mutate(new CreateRecord(stream, values.ToDictionary(value => value.Name, value => value.Value)))[0].Id!;

    /// <summary>Creates a record that was last changed at an instant.</summary>
    public string CreateAt(string stream, string instant, params (string Name, string? Value)[] values) =>
        Crm.Mutate(new CreateRecord(stream, values.ToDictionary(value => value.Name, value => value.Value), DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture)))[0].Id!;

    public void Link(string stream, string id, string other, string otherId) => Crm.Mutate(new AssociateRecords(new(stream, id), new(other, otherId)));

    /// <summary>A company with somebody in it.</summary>
    public string CreateCompany(string key, params (string Name, string? Value)[] values)
    {
        var company = Create("companies", [("company_id", key), .. values]);
        Link("contacts", Create("contacts", ("name", key)), "companies", company);
        return company;
    }

    public async Task ControlAsync(string controls)
    {
        var answer = await SendAsync(HttpMethod.Post, "/_emulator/faults", controls);
        Assert.True(answer.Status == 200, answer.Text);
    }

    public static long Seconds(string instant) => DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Crm.DisposeAsync();
    }
}

internal sealed record IntercomAnswer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json { get; } = Text.StartsWith('{') ? JsonDocument.Parse(Text).RootElement : default;

    /// <summary>The records of a page.</summary>
    public IReadOnlyList<JsonElement> Records =>
        [.. new[] { "data", "conversations", "tickets" }.Where(name => Json.TryGetProperty(name, out _)).SelectMany(name => Json.GetProperty(name).EnumerateArray())];

    public IReadOnlyList<string> Ids => [.. Records.Select(record => record.GetProperty("id").GetString()!)];

    public int Total => Json.GetProperty("total_count").GetInt32();

    public string? Cursor => Json.GetProperty("pages").TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.Object ? next.GetProperty("starting_after").GetString() : null;

    /// <summary>The code of a refusal.</summary>
    public string? Code => Json.GetProperty("errors")[0].GetProperty("code").GetString();

    public string? Message => Json.GetProperty("errors")[0].GetProperty("message").GetString();

    public string? this[string member] => Json.GetProperty(member) is { ValueKind: not JsonValueKind.Null } value ? value.ToString() : null;
}
