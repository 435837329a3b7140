using System.Text.Json;
using Parquet;
using Trueup.BlackBox;

namespace Trueup.Host.Tests;

public sealed class ExportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-export-").FullName;

    [Fact]
    public async Task A_parquet_export_holds_every_value_exactly()
    {
        await using var crm = await EmulatedCrm.StartAsync("--records", "250", "--seed", "81");
        await using var server = await TrueupServer.StartAsync(folder, crm.Url);
        var connection = await server.ConnectAsync("Test", "contacts");
        await server.WaitUntilLiveAsync(connection);

        using var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", TrueupServer.Token);
        var bytes = await client.GetByteArrayAsync(new Uri($"/api/v1/connections/{connection}/streams/contacts/export?format=parquet", UriKind.Relative));

        var expected = (await crm.StateAsync()).GetProperty("contacts").EnumerateArray()
            .Where(record => record.GetProperty("deleted").ValueKind == JsonValueKind.Null).ToDictionary(record => record.GetProperty("id").GetString()!);
        var exported = await ReadAsync(bytes);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), exported.Select(row => row["id"]!).Order(StringComparer.Ordinal));
        foreach (var row in exported)
        {
            foreach (var property in expected[row["id"]!].GetProperty("properties").EnumerateObject().Where(property => row.ContainsKey(property.Name)))
                Assert.Equal(property.Value.GetString(), row[property.Name]);
        }

        Assert.Contains(exported, row => row.ContainsValue("") && row.ContainsValue(null));
        Assert.Contains(exported, row => row.Values.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true));
    }

    private static async Task<List<Dictionary<string, string?>>> ReadAsync(byte[] bytes)
    {
        var rows = new List<Dictionary<string, string?>>();
        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(bytes));
        for (var number = 0; number < reader.RowGroupCount; number++)
        {
            using var group = reader.OpenRowGroupReader(number);
            var first = rows.Count;
            for (var row = 0; row < group.RowCount; row++)
                rows.Add([]);
            foreach (var field in reader.Schema.GetDataFields())
            {
                var values = new string[group.RowCount];
                await group.ReadAsync(field, values);
                for (var row = 0; row < values.Length; row++)
                    rows[first + row][field.Name] = values[row];
            }
        }

        return rows;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
