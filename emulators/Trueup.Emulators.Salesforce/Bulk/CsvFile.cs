using System.Text;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Reads an uploaded file row by row: cells may stand in quotation marks, and then hold delimiters, line breaks and doubled quotation marks.</summary>
internal sealed class CsvFile(ReadOnlyMemory<byte> content, CsvDialect dialect)
{
    private const byte Quote = (byte)'"';

    /// <summary>Where the next row begins.</summary>
    public int Position { get; set; } = content.Span.StartsWith("\uFEFF"u8) ? 3 : 0;

    public bool IsAtEnd => Position >= content.Length;

    /// <summary>Whether the row just read ended as the job says that rows end.</summary>
    public bool EndedAsDeclared { get; private set; } = true;

    /// <summary>The cells of the next row; null where it is no CSV.</summary>
    public IReadOnlyList<string>? ReadRow()
    {
        var cells = new List<string>();
        do
        {
            if (ReadCell() is not { } cell)
                return null;
            cells.Add(cell);
        }
        while (Accept(dialect.Delimiter));
        return EndRow() ? cells : null;
    }

    private string? ReadCell()
    {
        var rest = content.Span[Position..];
        if (!rest.StartsWith(Quote))
        {
            var length = rest.IndexOfAny(dialect.Delimiter, (byte)'\r', (byte)'\n');
            return Take(length < 0 ? rest.Length : length);
        }
        Position++;
        var text = "";
        for (var start = Position; ;)
        {
            var end = content.Span[start..].IndexOf(Quote);
            if (end < 0)
                return null;
            end += start;
            var doubled = end + 1 < content.Length && content.Span[end + 1] == Quote;
            text += Encoding.UTF8.GetString(content.Span[start..(doubled ? end + 1 : end)]);
            start = end + (doubled ? 2 : 1);
            Position = start;
            if (!doubled)
                return text;
        }
    }

    private string Take(int length)
    {
        var text = Encoding.UTF8.GetString(content.Span.Slice(Position, length));
        Position += length;
        return text;
    }

    private bool Accept(byte character)
    {
        if (IsAtEnd || content.Span[Position] != character)
            return false;
        Position++;
        return true;
    }

    // The last row may end with the file.
    private bool EndRow()
    {
        var carriage = Accept((byte)'\r');
        var line = Accept((byte)'\n');
        EndedAsDeclared = !carriage && !line || line && carriage == (dialect.LineEndingName == "CRLF");
        return line || IsAtEnd;
    }
}
