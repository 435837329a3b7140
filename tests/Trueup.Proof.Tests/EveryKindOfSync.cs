using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>The built program as a black box: onboard, change everything that can change, run each kind of sync, compare record by record.</summary>
public sealed class EveryKindOfSync : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-proof-").FullName;

    [Fact]
    public async Task After_each_kind_of_sync_the_mirror_equals_the_crm_and_two_more_change_nothing()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "9200", "--seed", "11");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);
        await AssertEqualAsync(crm, server, connection, atLeast: 20_000);

        foreach (var kind in new[] { "last-hour", "last-day", "full" })
        {
            await ChangeAsync(crm, kind, withDeletes: kind != "last-hour");
            var sync = await server.SyncAsync(connection, kind);
            Assert.True(sync.GetProperty("status").GetString() == "verified", $"{kind} ended: {sync}");
            await AssertEqualAsync(crm, server, connection, atLeast: 20_000);
            for (var time = 0; time < 2; time++)
                AssertEmpty(await server.SyncAsync(connection, kind));
        }

        Assert.Empty(await Equality.CompareLinksAsync(crm, server, connection, "contacts", 300));
        Assert.Empty(await Equality.CompareLinksAsync(crm, server, connection, "companies", 100));
    }

    [Fact]
    public async Task Single_records_are_synced_by_id()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "300", "--seed", "12");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);
        var ids = await crm.LiveIdsAsync("contacts");
        await crm.MutateAsync(
            new { op = "edit", stream = "contacts", ids = ids[..3], properties = new { city = "Kiel" } },
            new { op = "delete", stream = "contacts", ids = ids[3..5] });

        var sync = await server.SyncAsync(connection, "records", "contacts", ids[..5]);

        var contacts = sync.GetProperty("breakdown").EnumerateArray().Single(stream => stream.GetProperty("stream").GetString() == "contacts");
        Assert.Equal((3, 2), (contacts.GetProperty("updated").GetInt32(), contacts.GetProperty("buried").GetInt32()));
        await AssertEqualAsync(crm, server, connection, atLeast: 300);
    }

    private static async Task ChangeAsync(EmulatedCrm crm, string tag, bool withDeletes)
    {
        var contacts = await crm.LiveIdsAsync("contacts");
        var deals = await crm.LiveIdsAsync("deals");
        await crm.MutateAsync(
            new { op = "edit", stream = "contacts", ids = contacts[..700], properties = new { city = $"City {tag}" } },
            new { op = "create", stream = "contacts", properties = new { firstname = "Ada", lastname = tag, email = $"ada-{tag}@example.com" } },
            new { op = "edit", stream = "deals", ids = deals[..50], properties = new { dealname = $"Deal {tag} \u0000 😀 \r\n" } });
        if (!withDeletes)
            return;
        var merged = contacts[^20..^10].Zip(contacts[^10..]).Select(pair => (object)new { op = "merge", stream = "contacts", winner = pair.First, losers = new[] { pair.Second } });
        await crm.MutateAsync(
        [
            new { op = "delete", stream = "contacts", ids = contacts[700..730] },
            new { op = "delete", stream = "deals", ids = deals[50..60] },
            .. merged,
            new { op = "add-field", stream = "contacts", field = new { name = $"tier_{tag.Replace('-', '_')}", label = "Tier", type = "string" } },
            new { op = "edit", stream = "contacts", ids = contacts[800..900], properties = new Dictionary<string, string> { [$"tier_{tag.Replace('-', '_')}"] = "gold" } },
        ]);
        if (tag == "full")
            await crm.MutateAsync(new { op = "purge", stream = "contacts", ids = contacts[900..910] }, new { op = "restore", stream = "deals", ids = deals[50..52] });
    }

    private static async Task AssertEqualAsync(EmulatedCrm crm, TrueupServer server, string connection, int atLeast)
    {
        var (differences, compared) = await Equality.CompareAsync(crm, server, connection);
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.True(compared >= atLeast, $"Only {compared} records were compared.");
    }

    private static void AssertEmpty(JsonElement sync)
    {
        foreach (var stream in sync.GetProperty("breakdown").EnumerateArray())
        {
            foreach (var count in new[] { "created", "updated", "buried", "merged", "rowsWritten" })
                Assert.True(stream.GetProperty(count).GetInt64() == 0, $"An empty sync {count}: {stream}");
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
