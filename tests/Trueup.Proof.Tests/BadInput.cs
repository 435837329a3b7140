using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>What is wrong from outside gets one plain sentence and changes nothing.</summary>
public sealed class BadInput : IDisposable
{
    private const string Html = "<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>";

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-bad-input-").FullName;

    /// <summary>What may hide behind a base URL: media type and body of every answer; none for a closed port.</summary>
    public static TheoryData<string, string?, string?> NotHubSpot => new()
    {
        { "a web site", "text/html", Html },
        { "another API", "application/json", """{"users":[{"id":1}],"page":1}""" },
        { "a list", "application/json", "[1,2,3]" },
        { "nothing at all", "application/json", "" },
        { "half an answer", "application/json", """{"portalId":123,"timeZ""" },
        { "a closed port", null, null },
    };

    [Theory]
    [MemberData(nameof(NotHubSpot))]
    public async Task A_base_url_that_is_no_hubspot_is_refused_in_one_sentence_and_nothing_is_kept(string what, string? mediaType, string? body)
    {
        await using var impostor = mediaType is null ? null : Impostor.Start(mediaType, body!);
        var url = impostor?.Url ?? new Uri($"http://127.0.0.1:{TrueupServer.FreePort()}");
        await using var server = await TrueupServer.StartAsync(folder, url);

        var (status, answer, _) = await server.SendAsync(
            HttpMethod.Post, "/api/v1/connections", new { app = "hubspot", name = what, credentials = new { accessToken = "pat-na1-test" } });

        Assert.True(status == 422, $"{status} {answer}");
        var sentence = Claims.Sentence(answer.GetProperty("detail"));
        Assert.Contains(url.Host, sentence, StringComparison.Ordinal);
        // The reason is not told twice.
        Assert.InRange(sentence.Split("does not answer as").Length, 1, 2);
        await AssertNothingKeptAsync(server);
    }

    [Fact]
    public async Task New_credentials_that_are_refused_leave_the_account_as_it_was()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50", "--token", "pat-na1-test");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);

        var (status, answer, _) = await server.SendAsync(
            HttpMethod.Patch, $"/api/v1/connections/{connection}", new { credentials = new { accessToken = "pat-na1-wrong" } });

        Assert.Equal(422, status);
        Claims.Sentence(answer.GetProperty("detail"));
        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 50);
        Claims.Discreet(server, "pat-na1-wrong");
    }

    [Fact]
    public async Task A_static_token_that_is_revoked_stops_the_account_in_one_sentence_and_nothing_is_asked_again()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);

        await crm.FaultAsync(new { control = "expire", what = "revoke" });
        var sync = await server.SyncAsync(connection, "full");

        Assert.Equal("failed", sync.GetProperty("status").GetString());
        Claims.Sentence(sync.GetProperty("reason"));
        var waiting = await server.WaitForStateAsync(connection, "attention");
        Assert.Equal("reconnect", waiting.GetProperty("attentionKind").GetString());
        Claims.Sentence(waiting.GetProperty("attention"));
        await Claims.EqualAsync(crm, server, connection, atLeast: 50);
        Claims.Discreet(server);
    }

    /// <summary>What answers are like, and the controls of the emulated CRM that make them so.</summary>
    private static readonly (string What, string Controls)[] BrokenAnswers =
    [
        ("a body cut off", """[{"control":"cut","endpoint":"list","stream":"contacts","bytes":5000}]"""),
        ("records without an id", """[{"control":"no-id","endpoint":"list","stream":"contacts","share":0.02}]"""),
        ("a page token that repeats", """[{"control":"repeat","endpoint":"list","stream":"contacts","page":2}]"""),
        ("another object", """[{"control":"fault","endpoint":"list","stream":"contacts","status":200,"headers":{"Content-Type":"application/json"},"body":"{\"results\":{\"id\":7}}"}]"""),
        ("a refusal that is HTML", """[{"control":"fault","endpoint":"list","stream":"contacts","status":400,"headers":{"Content-Type":"text/html"},"body":"<html><body>Bad Request</body></html>"}]"""),
        ("HTML", """[{"control":"fault","endpoint":"list","stream":"contacts","status":200,"headers":{"Content-Type":"text/html"},"body":"<html><body>Sign in</body></html>"}]"""),
        ("HTML as JSON", """[{"control":"fault","endpoint":"list","stream":"contacts","status":200,"headers":{"Content-Type":"application/json"},"body":"<html><body>Sign in</body></html>"}]"""),
        ("HTML everywhere", """[{"control":"fault","endpoint":"*","status":200,"headers":{"Content-Type":"text/html"},"body":"<html><body>Maintenance</body></html>"}]"""),
        ("truncated JSON", """[{"control":"truncate","endpoint":"list","stream":"contacts","bytes":5000}]"""),
        ("JSON truncated everywhere", """[{"control":"truncate","endpoint":"*","bytes":40}]"""),
    ];

    [Fact]
    public async Task A_broken_answer_is_told_in_one_sentence_loses_nothing_and_is_healed_by_the_next_sync()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "1000", "--seed", "21");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync("Test", "contacts", "companies");
        await server.WaitUntilLiveAsync(connection);

        foreach (var (what, controls) in BrokenAnswers)
        {
            await crm.FaultAsync([.. JsonDocument.Parse(controls).RootElement.EnumerateArray().Select(control => (object)control)]);
            var broken = await server.SyncAsync(connection, "full");
            var status = broken.GetProperty("status").GetString();
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {status}: {broken.GetProperty("reason")}");
            Assert.True(status is "failed" or "partial" or "unverified", $"{what}: {broken}");
            Claims.Sentence(broken.GetProperty("reason"));
            await Claims.EqualAsync(crm, server, connection, atLeast: 1000, "contacts", "companies");

            await crm.HealAsync();
            await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 1000, "contacts", "companies");
            await server.WaitForStateAsync(connection, "live");
        }

        Claims.Discreet(server);
    }

    [Fact]
    public async Task An_onboarding_among_broken_answers_is_never_called_verified_and_ends_equal_once_they_stop()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "500", "--seed", "22");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string> { ["TRUEUP_SCHEDULE__HOURLY"] = "PT2S" });
        await crm.FaultAsync(
            new { control = "truncate", endpoint = "list", stream = "contacts", bytes = 3000 },
            new { control = "repeat", endpoint = "list", stream = "companies", page = 2 },
            new { control = "no-id", endpoint = "list", stream = "deals", share = 0.1 });
        var connection = await server.ConnectAsync("Test", "contacts", "companies", "deals");
        JsonElement first;
        do
        {
            await TrueupServer.PauseAsync(50);
            using var log = await server.GetAsync($"/api/v1/syncs?connection={connection}&limit=500");
            first = log.RootElement.GetProperty("items").EnumerateArray().LastOrDefault();
            first = first.ValueKind == JsonValueKind.Undefined ? first : first.Clone();
        }
        while (first.ValueKind == JsonValueKind.Undefined || first.GetProperty("status").GetString() is "queued" or "running");

        Assert.True(first.GetProperty("status").GetString() is "partial" or "failed" or "unverified", $"{first}");
        Claims.Sentence(first.GetProperty("reason"));
        await crm.HealAsync();
        await server.WaitForStateAsync(connection, "live");

        await Claims.VerifiedAndEqualAsync(crm, server, connection, atLeast: 500, "contacts", "companies", "deals");
        Claims.Discreet(server);
    }

    private async Task AssertNothingKeptAsync(TrueupServer server)
    {
        using var connections = await server.GetAsync("/api/v1/connections");
        Assert.Equal(0, connections.RootElement.GetProperty("items").GetArrayLength());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "mirrors")));
        Claims.Discreet(server);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
