using System.Globalization;
using System.Text.Json;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>The values that mirrors get wrong: that the generated data has each kind of them, and that each comes through as it is.</summary>
public sealed class AwkwardValues : IDisposable
{
    private const long BeyondDoubles = 9_007_199_254_740_992;

    /// <summary>Each kind by name, and how a value of it is known.</summary>
    private static readonly Dictionary<string, Func<Value, bool>> Kinds = new()
    {
        ["null"] = value => value.Text is null,
        ["an empty text"] = value => value.Text is "",
        ["zero"] = value => value.Text is "0",
        ["false"] = value => value.Text is "false",
        ["N/A"] = value => value.Text is "N/A",
        ["a text in a number field"] = value => value is { Type: "number", Text: "N/A" },
        ["two numbers in a number field"] = value => value is { Type: "number", Text: "1234;5678" },
        ["a whole number that no double holds"] = value => value is { Type: "number", Text: "9007199254740993" },
        ["a decimal"] = value => value is { Type: "number", Text: "0.1" },
        ["a decimal with a closing zero"] = value => value is { Type: "number", Text: "12500.50" },
        ["a number with an exponent"] = value => value is { Type: "number", Text: "1E-7" },
        ["an emoji of several characters"] = value => value.Text?.Contains("👩‍👩‍👧‍👦", StringComparison.Ordinal) == true,
        ["text from right to left"] = value => value.Text?.Any(letter => letter is >= '\u0590' and <= '\u06FF') == true,
        ["line breaks of both kinds"] = value => value.Text?.Contains("two\r\nline", StringComparison.Ordinal) == true && value.Text.Contains("one\nline", StringComparison.Ordinal),
        ["a NUL"] = value => value.Text?.Contains('\0', StringComparison.Ordinal) == true,
        ["a separator that ends lines in scripts"] = value => value.Text?.Contains('\u2028', StringComparison.Ordinal) == true,
        ["letters that could be composed otherwise"] = value => value.Text?.Contains("e\u0301", StringComparison.Ordinal) == true,
        ["blanks at both ends"] = value => value.Text is [' ', .., ' '],
        ["64 KB in one text"] = value => value.Text?.Length >= 65_536,
        ["a choice that is no option any more"] = value => value is { Type: "enumeration", Text: "an option long gone" },
        ["several choices"] = value => value is { Type: "enumeration" } && value.Text?.Contains(';', StringComparison.Ordinal) == true,
        ["a day without a zone"] = value => value is { Type: "date", Text: "2026-03-29" },
        ["a day before the epoch"] = value => value is { Type: "date", Text: "1899-12-31" },
        ["an instant where clocks go forward"] = value => value is { Type: "datetime", Text: "2026-03-29T01:00:00Z" },
        ["an instant where clocks go back"] = value => value is { Type: "datetime", Text: "2025-10-26T00:30:00Z" },
        ["an instant before the epoch"] = value => value is { Type: "datetime", Text: "1969-12-31T23:59:59.999Z" },
        ["an instant in milliseconds"] = value => value is { Type: "datetime", Text: "1789027200000" },
    };

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-proof-").FullName;

    [Theory]
    [InlineData("1")]
    [InlineData("77")]
    public async Task Every_kind_of_awkward_value_is_there_and_comes_through_exactly(string seed)
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "2000", "--seed", seed);
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync();
        await server.WaitUntilLiveAsync(connection);

        var state = await crm.StateAsync();
        var seen = new HashSet<string>();
        var (fewest, most, highestId) = (int.MaxValue, 0, 0L);
        foreach (var stream in state.EnumerateObject().Where(stream => stream.Name != "owners"))
        {
            var types = await TypesAsync(server, connection, stream.Name);
            foreach (var record in stream.Value.EnumerateArray().Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null))
            {
                highestId = Math.Max(highestId, long.Parse(record.GetProperty("id").GetString()!, CultureInfo.InvariantCulture));
                var properties = record.GetProperty("properties").EnumerateObject().ToList();
                (fewest, most) = (Math.Min(fewest, properties.Count), Math.Max(most, properties.Count));
                foreach (var property in properties)
                {
                    var value = new Value(types.GetValueOrDefault(property.Name, ""), property.Value.GetString());
                    seen.UnionWith(Kinds.Where(kind => !seen.Contains(kind.Key) && kind.Value(value)).Select(kind => kind.Key).ToList());
                }
            }
        }

        Assert.Empty(Kinds.Keys.Except(seen));
        Assert.True(highestId > BeyondDoubles, $"The highest id is {highestId}.");
        Assert.True(fewest < 60 && most >= 600, $"Records have {fewest} to {most} properties.");
        Assert.True(state.GetProperty("contacts")[0].GetProperty("properties").EnumerateObject().Count() >= 60);
        var (differences, compared) = await Equality.CompareAsync(crm, server, connection);
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.True(compared > 3_500, $"Only {compared} records were compared.");
    }

    /// <summary>HubSpot's types of the fields, as the mirror tells them.</summary>
    private static async Task<Dictionary<string, string>> TypesAsync(TrueupServer server, string connection, string stream)
    {
        using var streams = await server.GetAsync($"/api/v1/connections/{connection}/streams?limit=1000");
        var name = streams.RootElement.GetProperty("items").EnumerateArray().Select(each => each.GetProperty("name").GetString()!)
            .Single(each => each == stream || each.EndsWith($"_{stream}", StringComparison.Ordinal));
        using var fields = await server.GetAsync($"/api/v1/connections/{connection}/streams/{name}/fields");
        return fields.RootElement.GetProperty("items").EnumerateArray().ToDictionary(
            field => field.GetProperty("name").GetString()!, field => Vendor(field.GetProperty("type").GetString()!));
    }

    private static string Vendor(string type) => type switch
    {
        "date-time" or "dateTime" => "datetime",
        "multi-enumeration" or "multiEnumeration" => "enumeration",
        _ => type,
    };

    private readonly record struct Value(string Type, string? Text);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
