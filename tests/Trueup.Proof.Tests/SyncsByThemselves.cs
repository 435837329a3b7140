using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>Syncs that nobody starts by hand: every hour, every night, at sign-in. Compared record by record, link by link, and with the change feed.</summary>
public sealed partial class SyncsByThemselves : IDisposable
{
    private const string Email = "owner@example.com";
    private const string Password = "a long enough password";

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-by-themselves-").FullName;

    [Fact]
    public async Task Hourly_syncs_bring_what_was_modified_and_then_change_nothing()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "600", "--seed", "71");
        await using var server = await StartAsync(crm, hourly: "PT2S", nightly: "PT12H");
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);

        await ChangeAsync(crm, "hourly");

        await FollowAsync(crm, server, connection, "hourly");
    }

    [Fact]
    public async Task Nightly_syncs_bring_deletions_purges_merges_and_links_as_well_and_then_change_nothing()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "600", "--seed", "72");
        await using var server = await StartAsync(crm, hourly: "PT12H", nightly: "PT3S");
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);
        var contacts = await crm.LiveIdsAsync("contacts");
        var companies = await crm.LiveIdsAsync("companies");

        await ChangeAsync(crm, "nightly");
        await crm.MutateAsync(
            new { op = "delete", stream = "contacts", ids = contacts[100..110] },
            new { op = "purge", stream = "contacts", ids = contacts[110..115] },
            new { op = "merge", stream = "contacts", winner = contacts[120], losers = new[] { contacts[121], contacts[122] } },
            new { op = "associate", from = new { stream = "contacts", id = contacts[130] }, to = new { stream = "companies", id = companies[5] } });

        await FollowAsync(crm, server, connection, "nightly");
        var merged = (await crm.StateAsync()).GetProperty("contacts").EnumerateArray().Single(record => record.GetProperty("id").GetString() == contacts[121]);
        using var answer = await server.GetAsync($"/api/v1/connections/{connection}/streams/contacts/records/{contacts[121]}");
        Assert.Equal(await SurvivorAsync(crm, merged), answer.RootElement.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Signing_in_brings_what_was_modified()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "200", "--seed", "73");
        await using var server = await StartAsync(crm, hourly: "PT12H", nightly: "PT12H");
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);
        await ChangeAsync(crm, "login");

        // A mirror that was brought up to date within the last minute is left alone.
        while ((await server.SyncsAsync(connection)).All(sync => sync.GetProperty("kind").GetString() != "login"))
        {
            await SignInAsync(server);
            await TrueupServer.PauseAsync(5_000);
        }

        await FollowAsync(crm, server, connection, "login", again: 0);
    }

    private Task<TrueupServer> StartAsync(EmulatedCrm crm, string hourly, string nightly) => TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string>
    {
        ["TRUEUP_SCHEDULE__HOURLY"] = hourly, ["TRUEUP_SCHEDULE__NIGHTLY"] = nightly, ["TRUEUP_OWNER_EMAIL"] = Email, ["TRUEUP_OWNER_PASSWORD"] = Password,
    });

    private static async Task ChangeAsync(EmulatedCrm crm, string tag)
    {
        var contacts = await crm.LiveIdsAsync("contacts");
        var deals = await crm.LiveIdsAsync("deals");
        await crm.MutateAsync(
            new { op = "edit", stream = "contacts", ids = contacts[..50], properties = new { city = $"City {tag}" } },
            new { op = "edit", stream = "deals", ids = deals[..10], properties = new { dealname = $"{tag} \u0000 😀 \r\n" } },
            new { op = "create", stream = "contacts", properties = new { firstname = "Ada", lastname = tag } });
    }

    /// <summary>Waits for a sync of a kind that began after now, and for so many more that change nothing.</summary>
    private static async Task FollowAsync(EmulatedCrm crm, TrueupServer server, string connection, string kind, int again = 2)
    {
        var known = (await server.SyncsAsync(connection)).Where(IsEnded).Where(sync => sync.GetProperty("kind").GetString() != "login")
            .Select(sync => sync.GetProperty("id").GetString()!).ToHashSet();
        var ended = new List<JsonElement>();
        while (ended.Count < (again == 0 ? 1 : again + 2))
        {
            await TrueupServer.PauseAsync(200);
            ended = [.. (await server.SyncsAsync(connection)).Where(sync => IsEnded(sync) && !known.Contains(sync.GetProperty("id").GetString()!)).Reverse()];
        }

        // The first may have read while the last change was made.
        Assert.All(ended, sync => Assert.Equal(kind, sync.GetProperty("kind").GetString()));
        Assert.All(ended.Skip(1), sync => Assert.Equal((kind, "verified"), (sync.GetProperty("kind").GetString(), sync.GetProperty("status").GetString())));

        foreach (var stream in ended.Skip(2).SelectMany(sync => sync.GetProperty("breakdown").EnumerateArray()))
        {
            foreach (var count in new[] { "created", "updated", "buried", "merged", "rowsWritten" })
                Assert.True(stream.GetProperty(count).GetInt64() == 0, $"A sync of nothing {count}: {stream}");
        }

        await Claims.EqualAsync(crm, server, connection, atLeast: 200);
        Assert.Empty(await Equality.CompareLinksAsync(crm, server, connection, "contacts", 10_000));
        Assert.Empty(await Equality.CompareLinksAsync(crm, server, connection, "companies", 10_000));
        await AssertFeedAsync(server, connection);
    }

    /// <summary>I30: whoever follows the change feed from its beginning ends with the ids that the mirror has.</summary>
    private static async Task AssertFeedAsync(TrueupServer server, string connection)
    {
        var live = new Dictionary<string, HashSet<string>>();
        var last = 0L;
        for (var cursor = "0"; ;)
        {
            using var page = await server.GetAsync($"/api/v1/connections/{connection}/changes?limit=500&cursor={cursor}");
            var events = page.RootElement.GetProperty("items").EnumerateArray().ToList();
            if (events.Count == 0)
                break;
            foreach (var change in events)
            {
                Assert.Equal(last + 1, last = change.GetProperty("position").GetInt64());
                var ids = live.TryGetValue(change.GetProperty("stream").GetString()!, out var known) ? known : live[change.GetProperty("stream").GetString()!] = [];
                if (change.GetProperty("kind").GetString() == "put")
                    ids.Add(change.GetProperty("id").GetString()!);
                else if (change.GetProperty("kind").GetString() is "bury" or "merge")
                    ids.Remove(change.GetProperty("id").GetString()!);
            }

            cursor = last.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (stream, ids) in live)
        {
            var mirrored = (await server.SqlAsync(connection, $"SELECT id FROM \"{stream}\"")).Skip(1).Select(row => row[0].GetString()!).ToHashSet();
            Assert.True(mirrored.SetEquals(ids), $"The feed of {stream} leads to {ids.Count} records, the mirror has {mirrored.Count}.");
        }
    }

    private static async Task SignInAsync(TrueupServer server)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = true }) { BaseAddress = server.Url };
        var page = await browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["email"] = Email, ["password"] = Password, ["__RequestVerificationToken"] = AntiforgeryToken().Match(page).Groups[1].Value,
        });
        using var answer = await browser.PostAsync(new Uri("/account/sign-in", UriKind.Relative), form);
        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    private static async Task<string?> SurvivorAsync(EmulatedCrm crm, JsonElement record)
    {
        var state = (await crm.StateAsync()).GetProperty("contacts").EnumerateArray().ToDictionary(each => each.GetProperty("id").GetString()!);
        while (record.GetProperty("mergedInto").GetString() is { } heir)
            record = state[heir];
        return record.GetProperty("id").GetString();
    }

    private static bool IsEnded(JsonElement sync) => sync.GetProperty("status").GetString() is not ("queued" or "running");

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken();

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
