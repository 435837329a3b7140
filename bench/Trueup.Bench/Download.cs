using System.Buffers;
using System.Diagnostics;

namespace Trueup.Bench;

/// <summary>The machine's own limit: merely downloading every page, one after the other, into a pooled buffer.</summary>
internal static class Download
{
    /// <summary>Downloads all pages and answers the time.</summary>
    public static async Task<TimeSpan> MeasureAsync(Uri server, RecordSource source)
    {
        using var client = new HttpClient();
        var names = string.Join(',', RecordSource.PropertyNames);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        var started = Stopwatch.GetTimestamp();
        for (var index = 0; index < source.Count; index += RecordSource.RecordsPerPage)
        {
            var path = $"/crm/v3/objects/contacts?limit=100&properties={names}{(index == 0 ? "" : $"&after={RecordSource.IdOf(index)}")}";
            using var answer = await client.GetAsync(new Uri(server, path), HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            while (await body.ReadAsync(buffer) > 0)
            {
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return Stopwatch.GetElapsedTime(started);
    }
}
