using System.Net.Http.Json;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>The emulated HubSpot tells the server what happens, and the mirror follows without any scheduled sync.</summary>
public sealed class WebhookProof : IDisposable
{
    private const string Secret = "secret-of-the-app-that-signs";

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-webhooks-").FullName;

    [Fact]
    public async Task The_mirror_follows_whatever_happens_without_waiting_for_a_scheduled_sync()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "300", "--seed", "61");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await ConnectAsync(crm, server, times: 2);
        var contacts = await crm.LiveIdsAsync("contacts");
        var companies = await crm.LiveIdsAsync("companies");

        await crm.MutateAsync(
            new { op = "edit", stream = "contacts", ids = contacts[..5], properties = new { city = "Kiel" } },
            new { op = "create", stream = "contacts", properties = new { firstname = "New", lastname = "Person" } },
            new { op = "delete", stream = "contacts", ids = contacts[5..8] },
            new { op = "purge", stream = "contacts", ids = contacts[8..9] },
            new { op = "merge", stream = "contacts", winner = contacts[10], losers = new[] { contacts[11] } },
            new { op = "associate", from = new { stream = "contacts", id = contacts[20] }, to = new { stream = "companies", id = companies[7] } });

        await WaitUntilEqualAsync(crm, server, connection);
        await crm.MutateAsync(new { op = "restore", stream = "contacts", ids = contacts[5..6] });
        await WaitUntilEqualAsync(crm, server, connection);
        Assert.All(await server.SyncsAsync(connection), sync => Assert.True(
            sync.GetProperty("kind").GetString() is "onboarding" || (sync.GetProperty("kind").GetString(), sync.GetProperty("trigger").GetString()) is ("records", "webhook"),
            sync.ToString()));
        Claims.Discreet(server, Secret);
    }

    [Fact]
    public async Task Of_a_person_who_was_erased_nothing_stays_in_the_mirror_nor_in_its_history()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "30", "--seed", "65");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await ConnectAsync(crm, server);
        var person = (await crm.LiveIdsAsync("contacts"))[3];
        await crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { person }, properties = new { city = "A place to forget" } });
        await WaitUntilEqualAsync(crm, server, connection);
        await crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { person }, properties = new { city = "Kiel" } });
        await WaitUntilEqualAsync(crm, server, connection);

        using var hubspot = new HttpClient { BaseAddress = crm.Url };
        hubspot.DefaultRequestHeaders.Authorization = new("Bearer", "pat-test");
        using var done = await hubspot.PostAsJsonAsync(new Uri("/crm/v3/objects/contacts/gdpr-delete", UriKind.Relative), new { objectId = person });
        Assert.Equal(204, (int)done.StatusCode);

        await WaitUntilEqualAsync(crm, server, connection);
        using var history = await server.GetAsync($"/api/v1/connections/{connection}/streams/contacts/records/{person}/history");
        Assert.DoesNotContain("A place to forget", history.RootElement.ToString(), StringComparison.Ordinal);
        using var record = await server.GetAsync($"/api/v1/connections/{connection}/streams/contacts/records/{person}");
        Assert.Equal("erased", record.RootElement.GetProperty("gone").GetProperty("cause").GetString());
        Assert.DoesNotContain("Kiel", record.RootElement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_hints_becomes_few_syncs()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "3000", "--seed", "62");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await ConnectAsync(crm, server);
        var contacts = await crm.LiveIdsAsync("contacts");

        foreach (var ids in contacts[..2500].Chunk(250))
            await crm.MutateAsync(new { op = "edit", stream = "contacts", ids, properties = new { city = "Kiel", jobtitle = "Chief" } });

        await WaitUntilEqualAsync(crm, server, connection);
        Assert.InRange((await server.SyncsAsync(connection)).Count, 2, 12);
    }

    [Fact]
    public async Task I6_hints_that_were_taken_survive_a_kill()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "300", "--seed", "63");
        string connection;
        await using (var first = await TrueupServer.StartAsync(folder, crm.Url))
        {
            connection = await ConnectAsync(crm, first);
            var contacts = await crm.LiveIdsAsync("contacts");

            // One, so that the sync stands for every hint there is; it cannot get to its end before the kill. A deletion moves no stamp, so only the hint can bring it.
            await crm.FaultAsync(new { control = "stall" });
            await crm.MutateAsync(new { op = "delete", stream = "contacts", ids = contacts[..1] });
            while (!(await first.SyncsAsync(connection)).Any(sync => sync.GetProperty("trigger").GetString() == "webhook"))
                await TrueupServer.PauseAsync(20);
            await first.Program.KillAsync();
        }

        await crm.HealAsync();
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        await WaitUntilEqualAsync(crm, server, connection);
    }

    [Fact]
    public async Task What_nobody_signed_changes_nothing_and_tells_nothing()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "20", "--seed", "64");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await ConnectAsync(crm, server);
        using var stranger = new HttpClient { BaseAddress = server.Url };

        using var known = await stranger.PostAsJsonAsync(new Uri($"/api/v1/webhooks/hubspot/{connection}", UriKind.Relative), Array.Empty<object>());
        using var unknown = await stranger.PostAsJsonAsync(new Uri("/api/v1/webhooks/hubspot/no-such-account", UriKind.Relative), Array.Empty<object>());
        using var large = await stranger.PostAsync(new Uri($"/api/v1/webhooks/hubspot/{connection}", UriKind.Relative), new ByteArrayContent(new byte[2 << 20]));

        Assert.Equal((401, 401, 413), ((int)known.StatusCode, (int)unknown.StatusCode, (int)large.StatusCode));
        Assert.Equal(await DetailAsync(known), await DetailAsync(unknown));
        Assert.Single(await server.SyncsAsync(connection));
    }

    private static async Task<string?> DetailAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString();

    private static async Task<string> ConnectAsync(EmulatedCrm crm, TrueupServer server, int times = 1)
    {
        using var created = await server.PostAsync(
            "/api/v1/connections", new { app = "hubspot", name = "Told", credentials = new { accessToken = "pat-test", clientSecret = Secret } });
        var connection = created.RootElement.GetProperty("id").GetString()!;
        Assert.DoesNotContain(Secret, created.RootElement.ToString(), StringComparison.Ordinal);
        await server.WaitUntilLiveAsync(connection);
        await crm.SendWebhooksAsync(new Uri(server.Url, $"/api/v1/webhooks/hubspot/{connection}"), Secret, times);
        return connection;
    }

    private static async Task WaitUntilEqualAsync(EmulatedCrm crm, TrueupServer server, string connection)
    {
        IReadOnlyList<string> differences = [];
        for (var attempt = 0; attempt < 240; attempt++)
        {
            (differences, _) = await Equality.CompareAsync(crm, server, connection);
            if (differences.Count == 0)
                differences = await Equality.CompareLinksAsync(crm, server, connection, "contacts", 1_000);
            if (differences.Count == 0)
                return;
            await TrueupServer.PauseAsync(500);
        }

        Assert.Fail(string.Join(Environment.NewLine, differences.Take(20)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
