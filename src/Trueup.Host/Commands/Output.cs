using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Host.Commands;

/// <summary>Writes answers: tables for people, JSON for programs.</summary>
internal static class Output
{
    /// <summary>JSON that people can read as well.</summary>
    internal static JsonSerializerOptions Indented { get; } = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether progress may be drawn over itself.</summary>
    internal static bool IsTerminal => !Console.IsErrorRedirected && !Console.IsOutputRedirected;

    internal static void Json(JsonNode? node) => Console.Out.WriteLine(node?.ToJsonString(Indented) ?? "null");

    /// <summary>A table with columns as wide as their widest cell.</summary>
    internal static void Table(IReadOnlyList<string> heading, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = heading.Select((title, column) => rows.Select(r => Width(r[column])).Append(Width(title)).Max()).ToList();
        foreach (var row in rows.Prepend(heading))
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, column) => cell + new string(' ', widths[column] - Width(cell)))).TrimEnd());
    }

    /// <summary>A value as people read it.</summary>
    internal static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) =>
            DateTimeOffset.TryParse(text, out var at) && text.EndsWith('Z') && text.Length >= 20 ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") : text,
        _ => node.ToJsonString(),
    };

    private static int Width(string text) => new System.Globalization.StringInfo(text).LengthInTextElements;
}

/// <summary>Shows how far long work is: a bar on a terminal, a line now and then elsewhere.</summary>
internal sealed class ProgressLine(bool silent) : IDisposable
{
    private const int BarWidth = 30;
    private string last = "";
    private bool drawn;

    internal void Show(double percent, string words)
    {
        if (silent)
            return;
        if (Output.IsTerminal)
        {
            var full = (int)Math.Clamp(percent / 100 * BarWidth, 0, BarWidth);
            Console.Error.Write($"\r[{new string('#', full)}{new string('.', BarWidth - full)}] {percent,5:0.0} % {words}\u001b[K");
            drawn = true;
            return;
        }
        var line = $"{Math.Floor(percent / 10) * 10:0} % {words}";
        if (line != last)
            Console.Error.WriteLine(line);
        last = line;
    }

    public void Dispose()
    {
        if (drawn)
            Console.Error.WriteLine();
    }
}
