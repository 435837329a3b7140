using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Host.Tests;

/// <summary>A server with an account of an emulated HubSpot: connecting, mail, attention, pausing, deleting.</summary>
public sealed class AccountTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-account-").FullName;
    private readonly string mailbox = Path.Combine(Directory.CreateTempSubdirectory("trueup-mail-").FullName, "mailbox");

    [Fact]
    public async Task When_onboarding_is_done_the_owner_gets_mail_with_what_was_loaded()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50");
        await using var mail = await MailServer.StartAsync(mailbox);
        await using var server = await TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string>
        {
            ["TRUEUP_OWNER_EMAIL"] = "owner@example.com", ["TRUEUP_OWNER_PASSWORD"] = "correct horse battery",
            ["TRUEUP_SMTP__HOST"] = "127.0.0.1", ["TRUEUP_SMTP__PORT"] = $"{mail.Port}", ["TRUEUP_SMTP__FROM"] = "trueup@example.com",
        });

        var connection = await server.ConnectAsync("Acme");
        await server.WaitUntilLiveAsync(connection);

        var text = await mail.ReceiveAsync("Acme is ready");
        Assert.Contains("To: owner@example.com", text, StringComparison.Ordinal);
        Assert.Contains("  Contacts: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_account_is_connected_once_and_another_name_does_not_help()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "5");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        await server.ConnectAsync("One");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => server.ConnectAsync("Two"));

        Assert.Contains("409", failure.Message, StringComparison.Ordinal);
        Assert.Contains("is connected already, as One.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_refused_with_the_vendors_reason_and_nothing_is_kept()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "5", "--token", "the-right-one");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => server.ConnectAsync());

        Assert.Contains("422", failure.Message, StringComparison.Ordinal);
        Assert.Contains("wrong-credentials", failure.Message, StringComparison.Ordinal);
        using var connections = await server.GetAsync("/api/v1/connections");
        Assert.Equal(0, connections.RootElement.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Credentials_are_never_answered_and_lie_sealed()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "5");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);

        using var answer = await server.GetAsync($"/api/v1/connections/{connection}");

        Assert.DoesNotContain("pat-na1-test", answer.RootElement.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("pat-na1-test", server.Program.Said, StringComparison.Ordinal);
        await server.Program.KillAsync();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("pat-na1-test", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_mirror_waits_for_a_person_and_is_moved_aside_only_on_their_word()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50");
        string connection;
        await using (var first = await TrueupServer.StartAsync(folder, crm.Url))
        {
            connection = await first.ConnectAsync();
            await first.WaitUntilLiveAsync(connection);
            first.Program.Terminate();
            await first.Program.EndAsync();
        }
        var file = Path.Combine(folder, "mirrors", $"{connection}.db");
        await File.WriteAllBytesAsync(file, [.. Enumerable.Repeat((byte)'x', 65_536)]);
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);

        var waiting = await WaitForStateAsync(server, connection, "attention");
        Assert.Equal("mirror-damaged", waiting.GetProperty("attentionKind").GetString());
        Assert.Equal(65_536, new FileInfo(file).Length);

        await PatchAsync(server, connection, new { mirror = "rebuild" });
        await server.WaitUntilLiveAsync(connection);
        Assert.Contains(Directory.EnumerateFiles(Path.Combine(folder, "mirrors")), f => new FileInfo(f).Length == 65_536);
        var (differences, compared) = await Equality.CompareAsync(crm, server, connection);
        Assert.Empty(differences);
        Assert.True(compared > 50);
    }

    [Fact]
    public async Task A_paused_account_syncs_nothing_until_it_is_resumed()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "5");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);

        Assert.Contains("not what is expected here, at $.state", await RefusalOfAsync(server, connection, new { state = "paused" }), StringComparison.Ordinal);
        await PatchAsync(server, connection, new { paused = true });
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => server.BeginSyncAsync(connection, "full"));
        Assert.Contains("urn:trueup:problem:paused", refused.Message, StringComparison.Ordinal);

        await PatchAsync(server, connection, new { paused = false });
        Assert.Equal("verified", (await server.SyncAsync(connection, "full")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Deleting_an_account_removes_its_mirror_and_it_can_be_connected_again()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();

        await server.DeleteAsync($"/api/v1/connections/{connection}");

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "mirrors")));
        var again = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(again);
    }

    [Fact]
    public async Task A_token_that_was_revoked_outside_calls_for_a_person_and_new_credentials_heal_it()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "5");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);

        await crm.FaultAsync(new { control = "fault", endpoint = "*", status = 401, share = 1.0 });
        await server.BeginSyncAsync(connection, "last-hour");
        var waiting = await WaitForStateAsync(server, connection, "attention");
        Assert.Equal("reconnect", waiting.GetProperty("attentionKind").GetString());

        using (var control = new HttpClient { BaseAddress = crm.Url })
            await control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative));
        await PatchAsync(server, connection, new { credentials = new { accessToken = "pat-na1-new" } });
        Assert.Equal("verified", (await server.SyncAsync(connection, "full")).GetProperty("status").GetString());
        await WaitForStateAsync(server, connection, "live");
    }

    [Fact]
    public async Task The_schedule_runs_hourly_and_nightly_syncs_by_itself()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "5");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string>
        {
            ["TRUEUP_SCHEDULE__HOURLY"] = "PT1S", ["TRUEUP_SCHEDULE__NIGHTLY"] = "PT15S",
        });
        var connection = await server.ConnectAsync();

        foreach (var kind in new[] { "hourly", "nightly" })
            while (true)
            {
                using var log = await server.GetAsync($"/api/v1/syncs?connection={connection}&status=verified");
                if (log.RootElement.GetProperty("items").EnumerateArray().Any(s =>
                    s.GetProperty("kind").GetString() == kind && s.GetProperty("trigger").GetString() == "schedule"))
                    break;
                await TrueupServer.PauseAsync(100);
            }
    }

    private static async Task<JsonElement> WaitForStateAsync(TrueupServer server, string connection, string state)
    {
        while (true)
        {
            using var now = await server.GetAsync($"/api/v1/connections/{connection}");
            if (now.RootElement.GetProperty("state").GetString() == state)
                return now.RootElement.Clone();
            await TrueupServer.PauseAsync(50);
        }
    }

    private static async Task PatchAsync(TrueupServer server, string connection, object patch)
    {
        using var answer = await SendPatchAsync(server, connection, patch);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> RefusalOfAsync(TrueupServer server, string connection, object patch)
    {
        using var answer = await SendPatchAsync(server, connection, patch);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendPatchAsync(TrueupServer server, string connection, object patch)
    {
        using var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TrueupServer.Token);
        return await client.PatchAsJsonAsync(new Uri($"/api/v1/connections/{connection}", UriKind.Relative), patch);
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        Directory.Delete(Path.GetDirectoryName(mailbox)!, recursive: true);
    }
}
