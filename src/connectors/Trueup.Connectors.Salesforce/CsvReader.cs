using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads comma-separated values cell by cell (RFC 4180) without allocating: quoted cells may hold commas, line breaks, doubled
/// quotation marks and any other byte.</summary>
/// <remarks>Line breaks between rows may be LF or CR LF; the last row needs none. Sources: singer-io/tap-salesforce (NUL, large cells),
/// ballerina-platform/ballerina-library#6556 and others (line breaks).</remarks>
internal ref struct CsvReader(ReadOnlySpan<byte> csv, int position = 0)
{
    private const byte Quote = (byte)'"';

    private readonly ReadOnlySpan<byte> csv = csv;

    /// <summary>Where the next cell begins.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => Position >= csv.Length;

    /// <summary>The cell just read, without its quotation marks; doubled ones are still double.</summary>
    public ReadOnlySpan<byte> Cell { get; private set; }

    /// <summary>Whether the cell holds doubled quotation marks.</summary>
    public bool HasDoubledQuotes { get; private set; }

    /// <summary>Whether the cell just read was the last of its row.</summary>
    public bool EndsRow { get; private set; }

    /// <summary>Reads the next cell.</summary>
    /// <exception cref="CrmContractException">The text is cut off in the middle of a cell, or is no CSV.</exception>
    public void Read()
    {
        HasDoubledQuotes = false;
        if (!IsAtEnd && csv[Position] == Quote)
            ReadQuoted();
        else
            ReadPlain();
    }

    private void ReadQuoted()
    {
        var start = Position + 1;
        var at = start;
        while (true)
        {
            var next = csv[at..].IndexOf(Quote);
            if (next < 0)
                throw new CrmContractException("The CSV ends in the middle of a cell.");
            at += next;
            if (at + 1 >= csv.Length || csv[at + 1] != Quote)
                break;
            HasDoubledQuotes = true;
            at += 2;
        }
        Cell = csv[start..at];
        EndCell(at + 1);
    }

    private void ReadPlain()
    {
        var length = csv[Position..].IndexOfAny((byte)',', (byte)'\n');
        var end = length < 0 ? csv.Length : Position + length;
        var isBreak = end >= csv.Length || csv[end] == '\n';
        Cell = isBreak && end > Position && csv[end - 1] == '\r' ? csv[Position..(end - 1)] : csv[Position..end];
        EndCell(Position + Cell.Length);
    }

    private void EndCell(int end)
    {
        var rest = csv[end..];
        (EndsRow, Position) = rest switch
        {
            [] => (true, end),
            [(byte)',', ..] => (false, end + 1),
            [(byte)'\n', ..] => (true, end + 1),
            [(byte)'\r', (byte)'\n', ..] => (true, end + 2),
            [(byte)'\r'] => (true, end + 1),
            _ => throw new CrmContractException("The CSV holds something between a cell and its comma."),
        };
    }
}
