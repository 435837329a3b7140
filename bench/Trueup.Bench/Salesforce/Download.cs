using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Trueup.Bench.Salesforce;

/// <summary>The machine's own limit: merely downloading and decompressing a bulk result, one answer after the other, into one buffer.</summary>
internal static class Download
{
    // As many as the connector settles on for contacts of this size.
    private const int RowsPerAnswer = 20_000;

    /// <summary>Downloads the rows of a result, and answers the time and the decompressed bytes.</summary>
    /// <param name="server">The org.</param>
    /// <param name="rows">How many rows to read at least.</param>
    public static async Task<(TimeSpan Spent, long Bytes)> RowsAsync(Uri server, int rows)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All });
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        var (read, bytes) = (0, 0L);
        string? locator = null;
        var started = Stopwatch.GetTimestamp();
        do
        {
            var path = $"/services/data/v67.0/jobs/query/7505e00000XyZabAAF/results?maxRecords={RowsPerAnswer}{(locator is null ? "" : $"&locator={locator}")}";
            using var answer = await client.GetAsync(new Uri(server, path), HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            int received;
            while ((received = await body.ReadAsync(buffer)) > 0)
                bytes += received;
            read += int.Parse(answer.Headers.GetValues("Sforce-NumberOfRecords").Single(), CultureInfo.InvariantCulture);
            locator = answer.Headers.GetValues("Sforce-Locator").Single();
        }
        while (read < rows && locator != "null");
        ArrayPool<byte>.Shared.Return(buffer);
        return (Stopwatch.GetElapsedTime(started), bytes);
    }
}
