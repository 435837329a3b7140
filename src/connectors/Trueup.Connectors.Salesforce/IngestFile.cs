using System.Text;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>The file of a bulk job, and which of its rows belongs to which record.</summary>
/// <remarks>Every row has a cell for each field that any record sets: an empty one leaves the field alone, <c>#N/A</c> clears it. Results come in any order and repeat the
/// cells of their rows, so those tell whose they are; of rows that are alike in every cell, one is as good as the other. Sources: salesforce.md, sections 8.5 and 11.8.</remarks>
internal sealed class IngestFile
{
    private const string Clear = "#N/A";

    // Source: developer.salesforce.com "Bulk API 2.0 Limits", read on 2026-09.
    private const int MostCharactersPerCell = 32_000;
    private const int MostCharactersPerRow = 400_000;

    private readonly int columns;
    private readonly Dictionary<string, Queue<int>> places = new(StringComparer.Ordinal);

    private IngestFile(int columns) => this.columns = columns;

    /// <summary>The file: CSV with a heading, rows ended by LF, UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>Makes a file; null where a value cannot be written in one.</summary>
    public static IngestFile? Of(WriteKind kind, IReadOnlyList<RecordWrite> records)
    {
        var fields = records.SelectMany(record => record.Values.Keys).Distinct().ToList();
        List<string> heading = kind == WriteKind.Create ? fields : ["Id", .. fields];
        var file = new IngestFile(heading.Count);
        var csv = new StringBuilder();
        Append(csv, heading);
        for (var place = 0; place < records.Count; place++)
        {
            var record = records[place];
            var cells = new List<string>(heading.Count);
            if (kind != WriteKind.Create)
                cells.Add(record.Id.Value);
            foreach (var field in fields)
                cells.Add(record.Values.TryGetValue(field, out var value) ? CellOf(value) : "");
            if (record.Values.Any(value => value.Value.ValueKind == JsonValueKind.String && value.Value.GetString() == Clear)
                || cells.Exists(cell => cell.Length > MostCharactersPerCell) || cells.Sum(cell => cell.Length) > MostCharactersPerRow)
                return null;
            var key = Key(cells);
            (file.places.TryGetValue(key, out var same) ? same : file.places[key] = new Queue<int>()).Enqueue(place);
            Append(csv, cells);
        }

        file.Bytes = Encoding.UTF8.GetBytes(csv.ToString());
        return file;
    }

    /// <summary>Reads one of the job's results, and notes what each of its rows says.</summary>
    /// <param name="csv">The result: columns of its own, and behind them those of the file.</param>
    /// <param name="outcomes">By record.</param>
    /// <param name="tell">Makes of the first two columns, the record's id and what is told of it, an outcome; empty texts where a result has no columns of its own.</param>
    /// <returns>The rows of the result.</returns>
    /// <exception cref="CrmContractException">It is no CSV, or its rows are none of the file.</exception>
    public int Note(ReadOnlySpan<byte> csv, WriteOutcome?[] outcomes, Func<string, string, WriteOutcome> tell)
    {
        var reader = new CsvReader(csv);
        var (isHeading, rows) = (true, 0);
        while (!reader.IsAtEnd)
        {
            var cells = new List<string>();
            do
            {
                reader.Read();
                var cell = Encoding.UTF8.GetString(reader.Cell);
                cells.Add(reader.HasDoubledQuotes ? cell.Replace("\"\"", "\"", StringComparison.Ordinal) : cell);
            }
            while (!reader.EndsRow);
            if (isHeading)
            {
                isHeading = false;
                continue;
            }

            var own = cells.Count - columns;
            if (own is not (0 or 2) || !places.TryGetValue(Key(cells.GetRange(own, columns)), out var same) || !same.TryDequeue(out var place))
                throw new CrmContractException("A row of a bulk job's results is none of its file.");
            outcomes[place] = own == 0 ? tell("", "") : tell(cells[0], cells[1]);
            rows++;
        }

        return rows;
    }

    private static string CellOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => Clear,
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : Clear,
        _ => value.GetRawText(),
    };

    // No cell holds this character; it ends texts in C.
    private static string Key(IEnumerable<string> cells) => string.Join('\0', cells);

    private static void Append(StringBuilder csv, List<string> cells)
    {
        for (var i = 0; i < cells.Count; i++)
            csv.Append(i > 0 ? ",\"" : "\"").Append(cells[i].Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        csv.Append('\n');
    }
}
