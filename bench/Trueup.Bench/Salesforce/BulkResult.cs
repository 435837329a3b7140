using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Trueup.Bench.Salesforce;

/// <summary>The result of a bulk query of all contacts, rendered and compressed beforehand.</summary>
/// <remarks>Blocks of rows are compressed each by itself, and an answer is as many of them as may be asked for, behind the names of the columns:
/// parts compressed one by one may follow each other in one gzip body (RFC 1952, section 2.2).</remarks>
internal sealed class BulkResult
{
    private const int RowsPerBlock = 1_000;

    private readonly byte[] header = Compress(string.Join(',', Contacts.Columns.Select(column => $"\"{column.Name}\"")) + "\n");
    private readonly byte[][] blocks;
    private readonly int rows;

    /// <param name="rows">How many records there are.</param>
    /// <param name="stamp">The present stamp of a record.</param>
    public BulkResult(int rows, Func<int, DateTimeOffset> stamp)
    {
        this.rows = rows;
        blocks = new byte[(rows + RowsPerBlock - 1) / RowsPerBlock][];
        Parallel.For(0, blocks.Length, block => Render(block, stamp));
    }

    /// <summary>Renders anew what changed.</summary>
    public void Refresh(IEnumerable<int> changed, Func<int, DateTimeOffset> stamp) =>
        Parallel.ForEach(changed.Select(index => index / RowsPerBlock).Distinct(), block => Render(block, stamp));

    /// <summary>Sends an answer, compressed if that is asked for, as Salesforce does.</summary>
    /// <param name="context">The request.</param>
    /// <param name="most">Rows in it at most.</param>
    /// <param name="locator">The token of an earlier answer; null for the first.</param>
    public async Task SendAsync(HttpContext context, int most, string? locator)
    {
        var first = locator is null ? 0 : int.Parse(locator, CultureInfo.InvariantCulture);
        var count = most / RowsPerBlock;
        if (count == 0)
            throw new BadHttpRequestException($"The benchmark's org answers {RowsPerBlock} rows at least.");
        var next = Math.Min(first + count, blocks.Length);
        byte[][] parts = [header, .. blocks[first..next]];
        var headers = context.Response.Headers;
        headers["Sforce-NumberOfRecords"] = (Math.Min(next * RowsPerBlock, rows) - first * RowsPerBlock).ToString(CultureInfo.InvariantCulture);
        headers["Sforce-Locator"] = next < blocks.Length ? next.ToString(CultureInfo.InvariantCulture) : "null";
        context.Response.ContentType = "text/csv";
        if (context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            headers.ContentEncoding = "gzip";
            context.Response.ContentLength = parts.Sum(part => (long)part.Length);
            foreach (var part in parts)
                await context.Response.Body.WriteAsync(part);
            return;
        }

        foreach (var part in parts)
        {
            await using var plain = new GZipStream(new MemoryStream(part), CompressionMode.Decompress);
            await plain.CopyToAsync(context.Response.Body);
        }
    }

    private void Render(int block, Func<int, DateTimeOffset> stamp)
    {
        var first = block * RowsPerBlock;
        blocks[block] = Compress(Contacts.Rows(first, Math.Min(RowsPerBlock, rows - first), stamp));
    }

    private static byte[] Compress(string text)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return output.ToArray();
    }
}
