using System.IO.Pipelines;
using System.Text.Json;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Writes what became of an edit run as CSV: one line per change, with the values of each field before and after.</summary>
/// <remarks>The file is made for people, who open it in a spreadsheet. So a text that a spreadsheet would take for a formula gets an apostrophe in front.</remarks>
internal static class EditCsv
{
    private const int FlushBytes = 64 * 1024;

    /// <summary>The fields that the changes of a run speak of, in the order in which they first do.</summary>
    internal static async Task<IReadOnlyList<string>> ColumnsAsync(IAsyncEnumerable<EditResultView> results, CancellationToken cancellationToken)
    {
        var columns = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var result in results.WithCancellation(cancellationToken))
            foreach (var values in new[] { result.Before, result.After, result.Current })
                if (values is { } told)
                    columns.AddRange(told.EnumerateObject().Where(field => field.Value.ValueKind != JsonValueKind.Null && known.Add(field.Name)).Select(field => field.Name));
        return columns;
    }

    /// <summary>Writes heading and lines.</summary>
    internal static async Task WriteAsync(
        PipeWriter output, IReadOnlyList<string> columns, IAsyncEnumerable<EditResultView> results, CancellationToken cancellationToken)
    {
        Export.WriteText(output, "id,outcome,reason,link");
        foreach (var column in columns)
            Export.WriteText(output, $",{Export.Cell($"before {column}")},{Export.Cell($"after {column}")},{Export.Cell($"in app {column}")}");
        Export.WriteText(output, "\r\n");
        await foreach (var result in results.WithCancellation(cancellationToken))
        {
            Export.WriteText(output, $"{Text(result.Id)},{result.Outcome},{Text(result.Reason)},{Text(result.Link)}");
            foreach (var column in columns)
                Export.WriteText(output, $",{Value(result.Before, column)},{Value(result.After, column)},{Value(result.Current, column)}");
            Export.WriteText(output, "\r\n");
            if (output.UnflushedBytes > FlushBytes)
                await output.FlushAsync(cancellationToken);
        }

        await output.FlushAsync(cancellationToken);
    }

    private static string Value(JsonElement? values, string column)
    {
        if (values is not { } told || !told.TryGetProperty(column, out var value))
            return "";
        return value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? Text(text) : "\"\"",
            JsonValueKind.Number => value.GetRawText(),
            _ => Text(value.GetRawText()),
        };
    }

    private static string Text(string? text) => text is null ? "" : Export.Cell(IsFormula(text) ? "'" + text : text);

    private static bool IsFormula(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r'
        && !double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);
}
