using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Contract;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Writes all records of a stream out, without holding more than one in memory.</summary>
internal static class Export
{
    private const int FlushBytes = 64 * 1024;

    /// <summary>One JSON object per line: id, stamp, properties exactly as stored.</summary>
    internal static async Task WriteJsonLinesAsync(
        PipeWriter output, MirroredStream stream, IAsyncEnumerable<StoredRecord> records, CancellationToken cancellationToken)
    {
        await foreach (var record in records.WithCancellation(cancellationToken))
        {
            WriteText(output, "{\"id\":");
            WriteText(output, JsonSerializer.Serialize(record.Id.Value));
            WriteText(output, record.ModifiedMilliseconds == 0
                ? ",\"modifiedAt\":null,\"properties\":"
                : $",\"modifiedAt\":\"{Stamp(record)}\",\"properties\":");
            output.Write(record.Properties.IsEmpty ? "{}"u8 : record.Properties.Span);
            WriteText(output, "}\n");
            if (output.UnflushedBytes > FlushBytes)
                await output.FlushAsync(cancellationToken);
        }
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>A heading, then one line per record (RFC 4180). A null is an empty cell, an empty text is a pair of quotes.</summary>
    internal static async Task WriteCsvAsync(
        PipeWriter output, MirroredStream stream, IAsyncEnumerable<StoredRecord> records, CancellationToken cancellationToken)
    {
        var fields = stream.Fields.Where(f => f.Included && f.RetiredAt is null).Select(f => f.Definition.Name).ToList();
        WriteText(output, "id,modifiedAt");
        foreach (var field in fields)
            WriteText(output, "," + Cell(field));
        WriteText(output, "\r\n");
        await foreach (var record in records.WithCancellation(cancellationToken))
        {
            var values = RecordJson.Parse(record.Properties);
            WriteText(output, Cell(record.Id.Value) + "," + (record.ModifiedMilliseconds == 0 ? "" : Stamp(record)));
            foreach (var field in fields)
                WriteText(output, "," + Cell(values[field]));
            WriteText(output, "\r\n");
            if (output.UnflushedBytes > FlushBytes)
                await output.FlushAsync(cancellationToken);
        }
        await output.FlushAsync(cancellationToken);
    }

    private static string Stamp(StoredRecord record) =>
        DateTimeOffset.FromUnixTimeMilliseconds(record.ModifiedMilliseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private static string Cell(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.TryGetValue<string>(out var plain) => plain.Length == 0 ? "\"\"" : Cell(plain),
        _ => Cell(value.ToJsonString()),
    };

    internal static string Cell(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") >= 0 || text.StartsWith(' ') || text.EndsWith(' ') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    internal static void WriteText(PipeWriter output, string text) => Encoding.UTF8.GetBytes(text, output);
}
