using System.Text.Json;
using Trueup.Emulators.Salesforce.Api;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>What stands between the cells and the rows of a job's files (facts, section 3.5).</summary>
internal sealed record CsvDialect(string DelimiterName, byte Delimiter, string LineEndingName)
{
    private static readonly Dictionary<string, byte> Delimiters = new()
    {
        ["BACKQUOTE"] = (byte)'`', ["CARET"] = (byte)'^', ["COMMA"] = (byte)',', ["PIPE"] = (byte)'|', ["SEMICOLON"] = (byte)';', ["TAB"] = (byte)'\t',
    };

    public ReadOnlySpan<byte> LineEnding => LineEndingName == "CRLF" ? "\r\n"u8 : "\n"u8;

    /// <summary>Reads what the maker of a job asks for: commas and LF unless it says otherwise.</summary>
    /// <exception cref="Refusal">A name is unknown.</exception>
    public static CsvDialect Of(JsonElement job)
    {
        if (job.Text("contentType") is { } type && type != "CSV")
            throw Refusal.Bad("INVALIDJOB", $"Invalid contentType: {type}");
        var delimiter = job.Text("columnDelimiter") ?? "COMMA";
        var ending = job.Text("lineEnding") ?? "LF";
        if (!Delimiters.TryGetValue(delimiter, out var character))
            throw Refusal.Bad("INVALIDJOB", $"Invalid columnDelimiter: {delimiter}");
        return ending is "LF" or "CRLF" ? new CsvDialect(delimiter, character, ending) : throw Refusal.Bad("INVALIDJOB", $"Invalid lineEnding: {ending}");
    }
}
