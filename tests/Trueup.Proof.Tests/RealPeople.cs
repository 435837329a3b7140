using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>Real public records, loaded into the emulated CRM from files and mirrored from there, compared with the files value by value.</summary>
public sealed class RealPeople : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-people-").FullName;

    [Fact]
    public async Task The_mirror_of_the_congress_equals_it_value_by_value()
    {
        var data = Data();
        await using var crm = await EmulatedCrm.StartAsync("--data", data);
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync("Congress");
        await server.WaitUntilLiveAsync(connection);

        var (differences, compared) = await Equality.CompareAsync(crm, server, connection);
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        var contacts = Lines(data, "contacts.jsonl");
        Assert.True(compared >= contacts.Count + Lines(data, "companies.jsonl").Count + Lines(data, "offices.jsonl").Count);
        await AssertSameAsFileAsync(server, connection, contacts);
        await AssertSameLinksAsFileAsync(server, connection, data);
        Assert.Empty(await Equality.CompareLinksAsync(crm, server, connection, "companies", int.MaxValue));
    }

    /// <summary>The files themselves, not what the emulator made of them: names and values as they were published.</summary>
    private static async Task AssertSameAsFileAsync(TrueupServer server, string connection, IReadOnlyList<JsonElement> people)
    {
        using var page = await server.GetAsync($"/api/v1/connections/{connection}/streams/contacts/records?limit=1000");
        var mirrored = page.RootElement.GetProperty("items").EnumerateArray().Select(record => record.GetProperty("properties")).ToList();
        Assert.Equal(people.Count, mirrored.Count);
        var texts = mirrored.Select(properties => properties.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.String)
            .Select(property => property.Value.GetString()!).ToHashSet()).ToList();
        foreach (var person in people)
        {
            var values = person.EnumerateObject().Select(value => value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString()! : value.Value.GetRawText()).ToList();
            Assert.True(texts.Exists(text => values.TrueForAll(text.Contains)), $"No mirrored contact has all values of {person.GetProperty("key")}.");
        }
    }

    /// <summary>Who sits on which committee under which title, and which offices are whose, as the files say.</summary>
    private static async Task AssertSameLinksAsFileAsync(TrueupServer server, string connection, string data)
    {
        var committees = await KeysAsync(server, connection, "companies");
        var offices = await KeysAsync(server, connection, "offices");
        var seats = Lines(data, "links.jsonl").ToLookup(
            link => link.GetProperty("contact").GetString(), link => $"{link.GetProperty("company").GetString()} as {link.GetProperty("label").GetString()}");
        var rooms = Lines(data, "offices.jsonl").ToLookup(office => office.GetProperty("contact").GetString(), office => office.GetProperty("key").GetString()!);
        var people = await KeysAsync(server, connection, "contacts");
        Assert.Equal(Lines(data, "contacts.jsonl").Count, people.Count);
        var links = 0;
        foreach (var (id, key) in people)
        {
            using var person = await server.GetAsync($"/api/v1/connections/{connection}/streams/contacts/records/{id}");
            var linked = person.RootElement.GetProperty("associations").EnumerateObject()
                .SelectMany(other => other.Value.EnumerateArray().Select(link => (Stream: other.Name, Id: link.GetProperty("id").GetString()!, Label: link.GetProperty("label").GetString()))).ToList();
            var sits = linked.Where(link => link is { Stream: "companies", Label: not null }).Select(link => $"{committees[link.Id]} as {link.Label}").ToHashSet();
            Assert.True(sits.SetEquals(seats[key]), $"{key} sits on {string.Join(", ", sits)}; the file says {string.Join(", ", seats[key])}.");
            var hasOffices = linked.Where(link => link.Stream.EndsWith("offices", StringComparison.Ordinal)).Select(link => offices[link.Id]).ToHashSet();
            Assert.True(hasOffices.SetEquals(rooms[key]), $"{key} has the offices {string.Join(", ", hasOffices)}; the file says {string.Join(", ", rooms[key])}.");
            links += sits.Count + hasOffices.Count;
        }

        Assert.True(links > people.Count, $"Only {links} links were compared.");
    }

    /// <summary>The files' keys of the records of a stream, by the CRM's ids.</summary>
    private static async Task<Dictionary<string, string>> KeysAsync(TrueupServer server, string connection, string stream)
    {
        using var streams = await server.GetAsync($"/api/v1/connections/{connection}/streams?limit=1000");
        var name = streams.RootElement.GetProperty("items").EnumerateArray().Select(each => each.GetProperty("name").GetString()!)
            .Single(each => each == stream || each.EndsWith($"_{stream}", StringComparison.Ordinal));
        var keys = new Dictionary<string, string>();
        string? cursor = null;
        do
        {
            using var page = await server.GetAsync(
                $"/api/v1/connections/{connection}/streams/{name}/records?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            foreach (var record in page.RootElement.GetProperty("items").EnumerateArray())
                keys.Add(record.GetProperty("id").GetString()!, record.GetProperty("properties").GetProperty("key").GetString()!);
            cursor = page.RootElement.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return keys;
    }

    private static List<JsonElement> Lines(string data, string file) =>
        [.. File.ReadLines(Path.Combine(data, file)).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The whole data set where it lies beside the checkout; else the sample that the checkout has, and the output says so.</summary>
    private static string Data()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Trueup.slnx")))
            root = root.Parent;
        var whole = Path.GetFullPath(Path.Combine(root!.FullName, "..", "shared", "data", "us-congress"));
        if (Directory.Exists(whole))
            return whole;
        var sample = Path.Combine(root.FullName, "tests", "Trueup.Emulators.Tests", "sample-data");
        TestContext.Current.TestOutputHelper?.WriteLine($"{whole} is not there; the sample in {sample} is used.");
        return sample;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
