using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Trueup.Catalog;

namespace Trueup.Web.Api;

/// <summary>Streams rows as JSON, one per line.</summary>
internal static class JsonLines
{
    internal static async Task WriteAsync(HttpResponse response, IAsyncEnumerable<IReadOnlyList<object?>> rows, CancellationToken cancellationToken)
    {
        await using var row = rows.GetAsyncEnumerator(cancellationToken);
        // The first row is asked for before anything is sent, so that a wrong statement can still answer a problem.
        var more = await row.MoveNextAsync();
        response.ContentType = "application/jsonl; charset=utf-8";
        using var writer = new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { Encoder = CatalogJson.Options.Encoder });
        while (more)
        {
            writer.WriteStartArray();
            foreach (var value in row.Current)
                WriteValue(writer, value);
            writer.WriteEndArray();
            await writer.FlushAsync(cancellationToken);
            writer.Reset();
            "\n"u8.CopyTo(response.BodyWriter.GetSpan(1));
            response.BodyWriter.Advance(1);
            if (response.BodyWriter.UnflushedBytes > 64 * 1024)
                await response.BodyWriter.FlushAsync(cancellationToken);
            more = await row.MoveNextAsync();
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                writer.WriteNullValue();
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case double real when double.IsFinite(real):
                writer.WriteNumberValue(real);
                break;
            case byte[] bytes:
                writer.WriteStringValue(Convert.ToHexStringLower(bytes));
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }
}
