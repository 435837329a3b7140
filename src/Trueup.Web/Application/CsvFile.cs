using System.Text;

namespace Trueup.Web.Application;

/// <summary>A file is not CSV as it should be.</summary>
/// <param name="message">One sentence that names the line.</param>
public sealed class CsvException(string message) : Exception(message);

/// <summary>One row of a CSV file.</summary>
/// <param name="Line">The line in which it begins, from 1.</param>
/// <param name="Cells">Its cells.</param>
public sealed record CsvRow(int Line, IReadOnlyList<string> Cells);

/// <summary>A CSV file (RFC 4180) with a heading. Semicolons and tabs between cells are understood too: the heading shows which it is.</summary>
/// <param name="Heading">The names of the columns.</param>
/// <param name="Rows">The rows, each with as many cells as the heading. Empty lines are left out.</param>
public sealed record CsvFile(IReadOnlyList<string> Heading, IReadOnlyList<CsvRow> Rows)
{
    private static readonly char[] Separators = [',', ';', '\t'];

    /// <summary>Reads a file.</summary>
    /// <exception cref="CsvException">It is empty, a column has no name of its own, a row has another number of cells, or a quotation mark is never closed.</exception>
    public static CsvFile Read(string text)
    {
        text = text.TrimStart('\uFEFF');
        var first = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length).ToString();
        var separator = Separators.MaxBy(one => first.Count(character => character == one));
        using var rows = RowsOf(text, separator).GetEnumerator();
        if (!rows.MoveNext() || rows.Current.Cells is [""])
            throw new CsvException("The file is empty.");
        var heading = rows.Current.Cells.Select(cell => cell.Trim()).ToList();
        if (heading.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new CsvException($"The heading names {(twice.Key.Length == 0 ? "a column without a name" : twice.Key)} twice.");
        var found = new List<CsvRow>();
        while (rows.MoveNext())
        {
            if (rows.Current.Cells is [""])
                continue;
            if (rows.Current.Cells.Count != heading.Count)
                throw new CsvException($"Line {rows.Current.Line} has {rows.Current.Cells.Count} cells, the heading {heading.Count}.");
            found.Add(rows.Current);
        }

        return found.Count > 0 ? new CsvFile(heading, found) : throw new CsvException("The file has a heading, but no rows.");
    }

    private static IEnumerable<CsvRow> RowsOf(string text, char separator)
    {
        var (line, began, isQuoted) = (1, 1, false);
        var cells = new List<string>();
        var cell = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (character == '\n')
                line++;
            if (isQuoted)
            {
                if (character != '"')
                    cell.Append(character);
                else if (at + 1 < text.Length && text[at + 1] == '"')
                    cell.Append(text[++at]);
                else
                    isQuoted = false;
            }
            else if (character == '"' && cell.Length == 0)
                isQuoted = true;
            else if (character == separator)
                Take();
            else if (character == '\n')
            {
                Take();
                yield return new CsvRow(began, cells);
                (cells, began) = ([], line);
            }
            else if (character != '\r' || at + 1 == text.Length || text[at + 1] != '\n')
                cell.Append(character);
        }

        if (isQuoted)
            throw new CsvException($"The quotation mark of a cell that begins in line {began} or after it is never closed.");
        if (cells.Count == 0 && cell.Length == 0)
            yield break;
        Take();
        yield return new CsvRow(began, cells);

        void Take()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }
}
