using System.Text.Json;

namespace Trueup.BlackBox;

/// <summary>Compares what an emulated CRM says is true with what the server answers, record by record and value by value.</summary>
public static class Equality
{
    private const int MostDifferences = 20;

    /// <summary>The differences, in words; empty if there are none. Answers also how many records were compared.</summary>
    /// <param name="crm">The CRM.</param>
    /// <param name="server">The server.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="only">The streams that are mirrored; none for all.</param>
    public static async Task<(IReadOnlyList<string> Differences, int Compared)> CompareAsync(
        EmulatedCrm crm, TrueupServer server, string connection, params string[] only)
    {
        var state = await crm.StateAsync();
        var differences = new List<string>();
        var compared = 0;
        using var streams = await server.GetAsync($"/api/v1/connections/{connection}/streams?limit=1000");
        var names = streams.RootElement.GetProperty("items").EnumerateArray().Select(stream => stream.GetProperty("name").GetString()!).ToList();
        foreach (var stream in state.EnumerateObject().Where(stream => only.Length == 0 || only.Contains(stream.Name)))
        {
            var name = names.SingleOrDefault(name => name == stream.Name) ?? names.SingleOrDefault(name => Plain(name) == stream.Name);
            if (name is null)
            {
                differences.Add($"{stream.Name} is not mirrored");
                continue;
            }

            compared += await CompareAsync(server, connection, name, stream.Value, differences);
        }

        return (differences, compared);
    }

    private static async Task<int> CompareAsync(TrueupServer server, string connection, string stream, JsonElement truth, List<string> differences)
    {
        var live = truth.EnumerateArray().Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null)
            .ToDictionary(record => record.GetProperty("id").GetString()!);
        var seen = 0;
        string? cursor = null;
        do
        {
            using var page = await server.GetAsync(
                $"/api/v1/connections/{connection}/streams/{stream}/records?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            foreach (var record in page.RootElement.GetProperty("items").EnumerateArray())
            {
                seen++;
                var id = record.GetProperty("id").GetString()!;
                if (live.Remove(id, out var expected))
                    Compare($"{stream} {id}", expected.GetProperty("properties"), record.GetProperty("properties"), differences);
                else
                    Say(differences, $"{stream} {id} is in the mirror but not in the CRM");
            }

            cursor = page.RootElement.GetProperty("next").GetString();
        }
        while (cursor is not null);
        foreach (var id in live.Keys)
            Say(differences, $"{stream} {id} is in the CRM but not in the mirror");
        return seen;
    }

    private static void Compare(string which, JsonElement expected, JsonElement actual, List<string> differences)
    {
        foreach (var property in expected.EnumerateObject())
        {
            if (!actual.TryGetProperty(property.Name, out var value))
                Say(differences, $"{which} lacks {property.Name}");
            else if (Text(value) != Text(property.Value))
                Say(differences, $"{which} {property.Name}: the CRM has {Shown(property.Value)}, the mirror {Shown(value)}");
        }

        // A known field that the CRM did not send for this record is shown as null.
        foreach (var property in actual.EnumerateObject()
            .Where(property => property.Value.ValueKind != JsonValueKind.Null && !expected.TryGetProperty(property.Name, out _)))
            Say(differences, $"{which} has {property.Name}, which the CRM has not");
    }

    /// <summary>Links of the mirror and of the CRM as sets of pairs, for the pairs of two streams.</summary>
    public static async Task<IReadOnlyList<string>> CompareLinksAsync(EmulatedCrm crm, TrueupServer server, string connection, string stream, int mostRecords)
    {
        var state = await crm.StateAsync();
        var differences = new List<string>();
        foreach (var record in state.GetProperty(stream).EnumerateArray()
            .Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null).Take(mostRecords))
        {
            var id = record.GetProperty("id").GetString();
            using var mirrored = await server.GetAsync($"/api/v1/connections/{connection}/streams/{stream}/records/{id}");
            var expected = record.GetProperty("associations").EnumerateObject()
                .SelectMany(other => other.Value.EnumerateArray().Select(target => $"{other.Name} {target.GetString()}")).ToHashSet();
            var actual = mirrored.RootElement.GetProperty("associations") is { ValueKind: JsonValueKind.Object } links
                ? links.EnumerateObject().SelectMany(other => other.Value.EnumerateArray().Select(link => $"{Plain(other.Name)} {link.GetProperty("id").GetString()}")).ToHashSet()
                : [];
            if (!expected.SetEquals(actual))
                Say(differences, $"{stream} {id}: links missing {string.Join(", ", expected.Except(actual).Take(3))}; extra {string.Join(", ", actual.Except(expected).Take(3))}");
        }

        return differences;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : value.GetRawText();

    private static void Say(List<string> differences, string difference)
    {
        if (differences.Count < MostDifferences)
            differences.Add(difference);
    }

    /// <summary>Custom objects go by their short name in the emulator's state and by their qualified name in the mirror.</summary>
    private static string Plain(string stream) =>
        stream is ['p', >= '0' and <= '9', ..] && stream.IndexOf('_', StringComparison.Ordinal) is > 0 and var cut ? stream[(cut + 1)..] : stream;
}
