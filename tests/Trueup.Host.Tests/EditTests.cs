using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Host.Tests;

/// <summary>Edits through the HTTP API and the command line, against an emulated HubSpot.</summary>
public sealed class EditTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-edits-").FullName;

    [Fact]
    public async Task An_edit_is_in_the_app_and_in_the_mirror_when_the_call_returns_and_can_be_taken_back()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await LiveAsync(server);
        var ids = await crm.LiveIdsAsync("contacts");
        await crm.MutateAsync(new { op = "edit", stream = "contacts", ids = new[] { ids[1] }, properties = new { city = "Changed there" } });

        using var run = await server.PostAsync($"/api/v1/connections/{connection}/edits", new
        {
            mode = "update", stream = "contacts", ifConflict = "stop",
            changes = new object[]
            {
                new { id = ids[0], fields = new { city = "Kiel" } }, new { id = ids[1], fields = new { city = "Kiel" } }, new { id = ids[2], delete = true },
                new { create = new { email = "new.person@example.com", city = "Kiel" } }, new { id = ids[3], fields = new { nonsense = "x" } },
            },
        });

        Assert.Equal(["updated", "conflict", "deleted", "created", "rejected"], Outcomes(run));
        Assert.Equal((3, 1, 1), (Number(run, "succeeded"), Number(run, "failed"), Number(run, "conflicted")));
        Assert.Equal("Changed there", Results(run)[1].GetProperty("current").GetProperty("city").GetString());
        Assert.Contains("/record/0-1/", Results(run)[0].GetProperty("link").GetString(), StringComparison.Ordinal);
        var (differences, compared) = await Equality.CompareAsync(crm, server, connection, "contacts");
        Assert.Empty(differences);
        Assert.True(compared > 30);

        var line = (await server.SyncsAsync(connection)).Single(sync => sync.GetProperty("id").GetString() == Text(run, "run"));
        Assert.Equal(("edit", "partial"), (line.GetProperty("kind").GetString(), line.GetProperty("status").GetString()));
        using var audit = await server.GetAsync("/api/v1/audit");
        Assert.Contains(audit.RootElement.GetProperty("items").EnumerateArray(), entry => entry.GetProperty("action").GetString() == "edit.run");

        using var undone = await server.PostAsync($"/api/v1/edits/{Text(run, "run")}/undo", new { });
        Assert.True(Outcomes(undone).SequenceEqual(["updated", "created", "deleted"]), undone.RootElement.ToString());
        Assert.Empty((await Equality.CompareAsync(crm, server, connection, "contacts")).Differences);
        var sync = await server.SyncAsync(connection, "full");
        Assert.Equal(("verified", 0L), (sync.GetProperty("status").GetString(), sync.GetProperty("breakdown").EnumerateArray().Sum(stream => stream.GetProperty("updated").GetInt64())));
    }

    [Fact]
    public async Task Edits_are_locked_until_the_stream_is_verified_and_open_to_editors_alone()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "50");
        await crm.FaultAsync(new { control = "stall", endpoint = "list", stream = "contacts" });
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync("Acme", "contacts");
        var order = new { mode = "update", stream = "contacts", changes = new[] { new { id = "1", fields = new { city = "Kiel" } } } };

        var (status, problem, _) = await server.SendAsync(HttpMethod.Post, $"/api/v1/connections/{connection}/edits", order);

        Assert.Equal((409, "urn:trueup:problem:onboarding"), (status, problem.GetProperty("type").GetString()));
        using var token = await server.PostAsync("/api/v1/tokens", new { name = "looker", role = "viewer" });
        using var viewer = new HttpClient { BaseAddress = server.Url };
        viewer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text(token, "token"));
        using var refused = await viewer.PostAsJsonAsync(new Uri($"/api/v1/connections/{connection}/edits", UriKind.Relative), order);
        Assert.Equal(403, (int)refused.StatusCode);
    }

    [Theory]
    [InlineData("""{"mode":"write","stream":"contacts","changes":[{"id":"1","delete":true}]}""", "mode is preview or update")]
    [InlineData("""{"mode":"update","stream":"contacts","ifConflict":"win","changes":[{"id":"1","delete":true}]}""", "ifConflict is stop or overwrite")]
    [InlineData("""{"mode":"update","stream":"contacts","changes":[]}""", "1 to 100,000 changes")]
    [InlineData("""{"mode":"update","stream":"nothings","changes":[{"id":"1","delete":true}]}""", "has no stream nothings")]
    [InlineData("""{"mode":"update","stream":"contacts","changes":[{"id":"1"}]}""", "Change 1 has not exactly one of fields, create, delete, associate and dissociate")]
    [InlineData("""{"mode":"update","stream":"contacts","changes":[{"id":"1","delete":true},{"fields":{}}]}""", "Change 2 has no id")]
    [InlineData("""{"mode":"update","stream":"contacts","changes":[{"id":"1","create":{}}]}""", "Change 1 has an id")]
    [InlineData("""{"mode":"update","stream":"contacts","changes":[{"id":"1","associate":{"stream":"companies"}}]}""", "Change 1 has no stream and id")]
    [InlineData("""{"mode":"update","stream":"contacts","changes":[null]}""", "Change 1 is null")]
    public async Task What_is_wrong_with_an_order_is_told_in_a_sentence_and_nothing_is_begun(string order, string sentence)
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "20");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await LiveAsync(server);

        var (status, problem, _) = await server.SendAsync(HttpMethod.Post, $"/api/v1/connections/{connection}/edits", JsonElement.Parse(order));

        Assert.Equal(422, status);
        Assert.Contains(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using var runs = await server.GetAsync("/api/v1/edits");
        Assert.Empty(runs.RootElement.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_file_edits_from_the_command_line_and_its_run_is_undone_there()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "30");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await LiveAsync(server);
        var ids = await crm.LiveIdsAsync("contacts");
        var file = Path.Combine(folder, "edits.csv");

        // G107: a byte-order mark is no part of the first column's name.
        await File.WriteAllTextAsync(file, $"\uFEFFid,city,jobtitle,delete\r\n{ids[0]},\"=Kiel, \"\"Nord\"\"\",#N/A,\r\n{ids[1]},,Boss,\r\n{ids[2]},,,true\r\n");

        var (previewed, said) = await RunAsync(server, "edit", "Test", "contacts", "--file", file, "--preview");
        Assert.Equal((0, true), (previewed, said.Contains("3 would be made", StringComparison.Ordinal)));
        Assert.Equal(ids, await crm.LiveIdsAsync("contacts"));

        var (status, json) = await RunAsync(server, "edit", "Test", "contacts", "--file", file, "--json");
        using var run = JsonDocument.Parse(json);
        Assert.Equal(0, status);
        Assert.Equal(["updated", "updated", "deleted"], Outcomes(run));
        Assert.Equal("=Kiel, \"Nord\"", Results(run)[0].GetProperty("after").GetProperty("city").GetString());
        Assert.Empty((await Equality.CompareAsync(crm, server, connection, "contacts")).Differences);

        var csv = await CsvAsync(server, Text(run, "run"));
        Assert.StartsWith("id,outcome,reason,link,", csv, StringComparison.Ordinal);
        Assert.Contains(",before city,after city,in app city,", csv, StringComparison.Ordinal);
        Assert.Contains("\"'=Kiel, \"\"Nord\"\"\"", csv, StringComparison.Ordinal);
        Assert.Contains("https://", csv, StringComparison.Ordinal);

        var (undone, _) = await RunAsync(server, "undo", Text(run, "run"));
        Assert.Equal(0, undone);
        Assert.Equal(ids.Length, (await crm.LiveIdsAsync("contacts")).Length);
        Assert.Equal(2, (await RunAsync(server, "edit", "Test", "contacts", "--file", Path.Combine(folder, "none.csv"))).Status is 1 or 2 ? 2 : 0);
    }

    [Fact]
    public async Task Links_are_made_and_taken_away_through_the_api_and_from_a_file_and_undone()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "60");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await LiveAsync(server, "companies");
        var (contacts, companies) = (await crm.LiveIdsAsync("contacts"), await crm.LiveIdsAsync("companies"));
        var taken = (await LinkedAsync(server, connection, contacts[0])).Concat(await LinkedAsync(server, connection, contacts[3])).ToHashSet();
        var company = companies.First(id => !taken.Contains(id));

        using var run = await server.PostAsync($"/api/v1/connections/{connection}/edits", new
        {
            mode = "update", stream = "contacts",
            changes = new object[]
            {
                new { id = contacts[0], associate = new { stream = "companies", id = company, label = "Primary" } },
                new { id = contacts[1], associate = new { stream = "companies", id = "999999999" } },
                new { id = contacts[2], fields = new { city = "Kiel" } },
            },
        });
        Assert.Equal(["updated", "rejected", "updated"], Outcomes(run));
        Assert.Contains("knows no record 999999999", Results(run)[1].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(company, await LinkedAsync(server, connection, contacts[0]));

        var file = Path.Combine(folder, "links.csv");
        await File.WriteAllTextAsync(file, $"id,jobtitle,associate companies,dissociate companies\r\n{contacts[3]},Boss,{company},\r\n{contacts[0]},,,{company}\r\n");
        var (status, json) = await RunAsync(server, "edit", "Test", "contacts", "--file", file, "--json");
        using var filed = JsonDocument.Parse(json);
        Assert.Equal(0, status);
        Assert.Equal(["updated", "updated", "updated"], Outcomes(filed));
        Assert.DoesNotContain(company, await LinkedAsync(server, connection, contacts[0]));
        Assert.Contains(company, await LinkedAsync(server, connection, contacts[3]));

        var (undone, _) = await RunAsync(server, "undo", Text(filed, "run"));
        Assert.Equal(0, undone);
        Assert.Contains(company, await LinkedAsync(server, connection, contacts[0]));
        Assert.DoesNotContain(company, await LinkedAsync(server, connection, contacts[3]));
        Assert.Empty((await Equality.CompareAsync(crm, server, connection, "contacts")).Differences);
        var sync = await server.SyncAsync(connection, "full");
        Assert.Equal(("verified", 0L), (sync.GetProperty("status").GetString(), sync.GetProperty("breakdown").EnumerateArray().Sum(stream => stream.GetProperty("linksChanged").GetInt64())));
    }

    [Fact]
    public async Task A_workspace_is_edited_attached_and_undone_and_the_next_full_sync_finds_nothing()
    {
        await using var crm = await EmulatedCrm.StartAppAsync("intercom", "--records", "60");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string> { ["TRUEUP_APPS__INTERCOM__BASEURL"] = crm.Url.ToString().TrimEnd('/') });
        using var connected = await server.PostAsync("/api/v1/connections", new { app = "intercom", name = "Test", credentials = new { accessToken = "dG9rOnRlc3Q=" }, streams = new[] { "contacts", "companies" } });
        var connection = connected.RootElement.GetProperty("id").GetString()!;
        await server.WaitUntilLiveAsync(connection);
        var (contacts, companies) = (await crm.LiveIdsAsync("contacts"), await crm.LiveIdsAsync("companies"));
        var taken = (await LinkedAsync(server, connection, contacts[3])).ToHashSet();
        var company = companies.First(id => !taken.Contains(id));

        using var run = await server.PostAsync($"/api/v1/connections/{connection}/edits?wait=30", new
        {
            mode = "update", stream = "contacts",
            changes = new object[]
            {
                new { id = contacts[0], fields = new { name = "Renamed" } }, new { create = new { role = "lead", name = "Brand New" } }, new { id = contacts[2], delete = true },
                new { id = contacts[3], associate = new { stream = "companies", id = company } }, new { id = contacts[4], fields = new { created_at = 1 } },
            },
        });
        Assert.Equal(["updated", "created", "deleted", "updated", "rejected"], Outcomes(run));
        Assert.Contains(company, await LinkedAsync(server, connection, contacts[3]));
        using var undone = await server.PostAsync($"/api/v1/edits/{Text(run, "run")}/undo?wait=30", new { });

        Assert.Equal(["updated", "deleted", "restored", "updated"], Outcomes(undone));
        Assert.DoesNotContain(company, await LinkedAsync(server, connection, contacts[3]));
        Assert.Equal(contacts, await crm.LiveIdsAsync("contacts"));
        var sync = await server.SyncAsync(connection, "full");
        var moved = sync.GetProperty("breakdown").EnumerateArray().Sum(stream => stream.GetProperty("updated").GetInt64() + stream.GetProperty("created").GetInt64() + stream.GetProperty("linksChanged").GetInt64());
        Assert.Equal(("verified", 0L), (sync.GetProperty("status").GetString(), moved));
    }

    [Fact]
    public async Task G57_a_run_whose_server_is_killed_between_sending_and_hearing_is_gone_on_with_and_nothing_is_made_twice()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "30");
        string run;
        string connection;
        await using (var server = await TrueupServer.StartAsync(folder, crm.Url))
        {
            connection = await LiveAsync(server);
            await crm.FaultAsync(new { control = "stall", endpoint = "batch-create", times = 1 });
            using var begun = await server.PostAsync($"/api/v1/connections/{connection}/edits?wait=0", new
            {
                mode = "update", stream = "contacts", changes = new[] { new { create = new { email = "only.once@example.com" } } },
            });
            run = Text(begun, "run");
            while ((await crm.RequestsAsync()).All(request => request.GetProperty("endpoint").GetString() != "batch-create"))
                await TrueupServer.PauseAsync(20);
            await server.Program.KillAsync();
        }

        await using var restarted = await TrueupServer.StartAsync(folder, crm.Url);
        JsonElement ended;
        do
        {
            await TrueupServer.PauseAsync(100);
            ended = (await restarted.GetAsync($"/api/v1/edits/{run}")).RootElement;
        }
        while (ended.GetProperty("finishedAt").ValueKind == JsonValueKind.Null);

        Assert.Equal("created", ended.GetProperty("results")[0].GetProperty("outcome").GetString());
        var made = (await crm.StateAsync()).GetProperty("contacts").EnumerateArray()
            .Count(contact => contact.GetProperty("properties").TryGetProperty("email", out var email) && email.GetString() == "only.once@example.com");
        Assert.Equal(1, made);
        Assert.Empty((await Equality.CompareAsync(crm, restarted, connection, "contacts")).Differences);
    }

    [Fact]
    public async Task What_was_said_of_records_goes_with_the_connection()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "20");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await LiveAsync(server);
        var ids = await crm.LiveIdsAsync("contacts");
        using var run = await server.PostAsync($"/api/v1/connections/{connection}/edits", new
        {
            mode = "update", stream = "contacts", changes = new[] { new { id = ids[0], fields = new { city = "Xyzzyville" } } },
        });
        Assert.Equal(["updated"], Outcomes(run));

        await server.DeleteAsync($"/api/v1/connections/{connection}");

        var (status, _, _) = await server.SendAsync(HttpMethod.Get, $"/api/v1/edits/{Text(run, "run")}");
        Assert.Equal(404, status);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<string> LiveAsync(TrueupServer server, params string[] more)
    {
        var connection = await server.ConnectAsync("Test", ["contacts", .. more]);
        await server.WaitUntilLiveAsync(connection);
        return connection;
    }

    private static async Task<IEnumerable<string?>> LinkedAsync(TrueupServer server, string connection, string contact)
    {
        using var record = await server.GetAsync($"/api/v1/connections/{connection}/streams/contacts/records/{contact}");
        return record.RootElement.GetProperty("associations").TryGetProperty("companies", out var companies)
            ? [.. companies.EnumerateArray().Select(link => link.GetProperty("id").GetString())] : [];
    }

    private static List<JsonElement> Results(JsonDocument run) => [.. run.RootElement.GetProperty("results").EnumerateArray()];

    private static IEnumerable<string?> Outcomes(JsonDocument run) => Results(run).Select(result => result.GetProperty("outcome").GetString());

    private static int Number(JsonDocument run, string name) => run.RootElement.GetProperty(name).GetInt32();

    private static string Text(JsonDocument run, string name) => run.RootElement.GetProperty(name).GetString()!;

    private static async Task<string> CsvAsync(TrueupServer server, string run)
    {
        using var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TrueupServer.Token);
        return await client.GetStringAsync(new Uri($"/api/v1/edits/{run}.csv", UriKind.Relative));
    }

    private async Task<(int Status, string Said)> RunAsync(TrueupServer server, params string[] words)
    {
        await using var program = HostProgram.Start(words, new Dictionary<string, string> { ["TRUEUP_URL"] = server.Url.ToString(), ["TRUEUP_TOKEN"] = TrueupServer.Token }, folder);
        var status = await program.EndAsync();
        return (status, program.Said.Trim());
    }
}
