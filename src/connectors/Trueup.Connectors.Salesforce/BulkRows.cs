using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>One answer with rows of a bulk result, cut into pages as they are asked for.</summary>
internal sealed class BulkRows : IDisposable
{
    // As many as a page of a query has at most, so that neither way holds more than the other.
    private const int RowsPerPage = 2_000;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly PageBuffer json = new();
    private readonly List<Row> kept = new(RowsPerPage);
    private readonly ArrayPool<byte> buffers;
    private readonly Column[] columns;
    private readonly byte[] csv;
    private readonly int length;
    private readonly bool isUtf8;
    private int position;
    private int idColumn;
    private int stampColumn = -1;

    private BulkRows(ArrayPool<byte> buffers, byte[] pooledCsv, int length, ObjectShape shape, IReadOnlyList<string> selection)
    {
        (this.buffers, csv, this.length) = (buffers, pooledCsv, length);
        isUtf8 = Utf8.IsValid(csv.AsSpan(0, length));
        columns = ReadHeader(shape, selection);
    }

    /// <summary>The token for the next answer; null where this is the last.</summary>
    public string? Locator { get; private init; }

    /// <summary>Bytes of the answer.</summary>
    public int Bytes => length;

    /// <summary>Rows that the answer says it has; null where it does not say.</summary>
    public long? Announced { get; private init; }

    /// <summary>Rows read so far.</summary>
    public int Rows { get; private set; }

    /// <summary>Whether every row was read.</summary>
    public bool IsAtEnd => position >= length;

    /// <summary>Takes over an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="buffers">Where its buffer came from.</param>
    /// <param name="shape">The object.</param>
    /// <param name="selection">The fields that were selected, in order.</param>
    /// <exception cref="CrmContractException">It is no CSV with the columns that were selected.</exception>
    public static BulkRows Read(CrmAnswer answer, ArrayPool<byte> buffers, ObjectShape shape, IReadOnlyList<string> selection)
    {
        if (answer.LooksLikeJson || answer.Body.TrimStart(" \t\r\n"u8).StartsWith("<"u8))
            throw new CrmContractException("The result of a bulk query is no CSV.");
        var rows = new BulkRows(buffers, answer.PooledBuffer, answer.BodyBytes, shape, selection)
        {
            // Missing and the word null both mean the end; the count of rows has to confirm it.
            Locator = answer.Header("Sforce-Locator") is { Length: > 0 } locator && locator != "null" ? locator : null,
            Announced = long.TryParse(answer.Header("Sforce-NumberOfRecords"), out var announced) ? announced : null,
        };
        rows.DemandWhole();
        answer.GiveAwayBuffer();
        return rows;
    }

    /// <summary>Reads the next page.</summary>
    public RecordPage ReadPage()
    {
        json.Begin();
        kept.Clear();
        List<SetAside>? refused = null;
        var reader = new CsvReader(csv.AsSpan(0, length), position);
        for (var rows = 0; rows < RowsPerPage && !reader.IsAtEnd && TryReadRow(ref reader, isFirst: rows == 0, out var row, out var flaw); rows++, Rows++)
        {
            position = reader.Position;
            if (flaw is null)
                kept.Add(row);
            else
                (refused ??= []).Add(flaw);
        }

        var page = new RecordPage(json.GiveAway(), kept.Count);
        foreach (var row in kept)
            page.Add(row.IdStart, row.IdLength, row.Modified, row.Start, row.End - row.Start);
        foreach (var each in refused ?? [])
            page.Refuse(each);
        return page;
    }

    /// <summary>Steps over rows that an earlier read has had.</summary>
    public void Skip(int rows)
    {
        var reader = new CsvReader(csv.AsSpan(0, length), position);
        while (Rows < rows && !reader.IsAtEnd)
        {
            do
                reader.Read();
            while (!reader.EndsRow);
            Rows++;
        }
        position = reader.Position;
    }

    public void Dispose()
    {
        json.Dispose();
        buffers.Return(csv);
    }

    private Column[] ReadHeader(ObjectShape shape, IReadOnlyList<string> selection)
    {
        var reader = new CsvReader(csv.AsSpan(0, length), csv.AsSpan(0, length).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0);
        var names = new List<string>();
        do
        {
            reader.Read();
            names.Add(Encoding.UTF8.GetString(reader.Cell));
        }
        while (!reader.EndsRow);
        position = reader.Position;

        if (!names.SequenceEqual(selection, StringComparer.OrdinalIgnoreCase))
            throw new CrmContractException($"The result of a bulk query has {names.Count} columns that are not the {selection.Count} selected ones.");
        idColumn = selection.ToList().IndexOf("Id");
        stampColumn = shape.Stamp is { } stamp ? selection.ToList().IndexOf(stamp) : -1;
        return [.. selection.Select((name, i) => new Column(Encoding.UTF8.GetBytes($"{(i == 0 ? '{' : ',')}\"{name}\":"), shape.Forms[name]))];
    }

    // Before anything of it is used: a row that is cut off, or rows that are missing, show at once, and the answer is asked for again.
    private void DemandWhole()
    {
        if (Announced is { } promised && CsvRows.Count(csv.AsSpan(position, length - position)) == promised)
            return;
        var header = position;
        Skip(int.MaxValue);
        var rows = Rows;
        (Rows, position) = (0, header);
        if (Announced is { } announced && announced != rows)
            throw new CrmContractException($"An answer with a bulk result has {rows} rows instead of {announced}.");
    }

    // False: it does not fit into the page, and begins the next one.
    private bool TryReadRow(ref CsvReader reader, bool isFirst, out Row row, out SetAside? flaw)
    {
        row = new Row { Start = json.Written };
        flaw = null;
        var rowStart = reader.Position;
        var cells = 0;
        var hasStamp = stampColumn < 0;
        do
        {
            reader.Read();
            if (cells < columns.Length)
            {
                ref readonly var column = ref columns[cells];
                // One byte more, for the end of the object.
                var room = json.Room(column.Key.Length + RestForm.MostBytes(reader.Cell.Length) + 1, mayGrow: isFirst);
                if (room.IsEmpty)
                {
                    json.BackTo(row.Start);
                    return false;
                }
                column.Key.CopyTo(room);
                if (cells == idColumn)
                    (row.IdStart, row.IdLength) = (json.Written + column.Key.Length + 1, reader.Cell.Length);
                if (cells == stampColumn)
                    hasStamp = IsoInstant.TryReadMilliseconds(reader.Cell, out row.Modified);
                json.Advance(column.Key.Length + RestForm.Write(room[column.Key.Length..], reader.Cell, reader.HasDoubledQuotes, column.Form));
            }
            cells++;
        }
        while (!reader.EndsRow);
        json.Room(1, mayGrow: isFirst)[0] = (byte)'}';
        json.Advance(1);
        row.End = json.Written;

        var reason = cells != columns.Length ? "The row has more or fewer cells than there are columns."
            : row.IdLength is 0 or > RowReading.LongestIdBytes ? "The record has no id that can be used."
            : !hasStamp ? "The record has no modified time that can be read."
            : !isUtf8 && !Utf8.IsValid(csv.AsSpan(rowStart, reader.Position - rowStart)) ? "The record's text is not valid UTF-8." : null;
        if (reason is not null)
            flaw = new SetAside(IdOf(row, isComplete: cells == columns.Length), reason);
        return true;
    }

    private RecordId? IdOf(in Row row, bool isComplete) => isComplete && row.IdLength is > 0 and <= RowReading.LongestIdBytes
        ? new RecordId(Encoding.UTF8.GetString(json.WrittenSpan.Slice(row.IdStart, row.IdLength))) : null;

    private readonly record struct Column(byte[] Key, ValueForm Form);

    private struct Row
    {
        public int Start;
        public int End;
        public int IdStart;
        public int IdLength;
        public long Modified;
    }
}
