using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Trueup.Bench.HubSpot;

/// <summary>The machine's own limit: merely downloading what a full sync reads, one answer after the other, into one buffer.</summary>
internal static class Download
{
    private const int SourcesPerBatch = 1_000;

    /// <summary>Downloads the pages of records, and answers the time.</summary>
    public static async Task<TimeSpan> RecordsAsync(Uri server, Contacts source)
    {
        using var client = new HttpClient();
        var names = string.Join(',', Contacts.PropertyNames);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        var started = Stopwatch.GetTimestamp();
        for (var index = 0; index < source.Count; index += Contacts.RecordsPerPage)
        {
            var path = $"/crm/v3/objects/contacts?limit=100&properties={names}{(index == 0 ? "" : $"&after={Contacts.IdOf(index)}")}";
            using var answer = await client.GetAsync(new Uri(server, path), HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            while (await body.ReadAsync(buffer) > 0)
            {
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Downloads the links of the records within their stream, a batch of sources at a time, and answers the time.</summary>
    public static async Task<TimeSpan> LinksAsync(Uri server, Contacts source)
    {
        using var client = new HttpClient();
        var bodies = Enumerable.Range(0, source.Count).Chunk(SourcesPerBatch).Select(sources => JsonSerializer.SerializeToUtf8Bytes(
            new { inputs = sources.Select(index => new { id = Contacts.IdOf(index).ToString(CultureInfo.InvariantCulture) }) })).ToList();
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        var started = Stopwatch.GetTimestamp();
        foreach (var sources in bodies)
        {
            using var content = new ByteArrayContent(sources);
            using var answer = await client.PostAsync(new Uri(server, "/crm/v4/associations/contacts/contacts/batch/read"), content);
            await using var body = await answer.Content.ReadAsStreamAsync();
            while (await body.ReadAsync(buffer) > 0)
            {
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return Stopwatch.GetElapsedTime(started);
    }
}
