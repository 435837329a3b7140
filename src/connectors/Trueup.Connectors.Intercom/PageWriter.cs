using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Writes records into a page: the fields asked for, in the order in which they were, each as it came.</summary>
/// <remarks>
/// <para>Intercom leaves out what a record has no value of: attributes that are not set, a company's website. Such a field is written as null, because one that is
/// left out would keep the value that it had before it was cleared. Source: intercom.md, section 15, and Intercom's OpenAPI description 2.16, which knows no null for many members.</para>
/// <para>Not for concurrent use.</para>
/// </remarks>
internal sealed class PageWriter(RowShape shape) : IDisposable
{
    private readonly List<(int IdStart, int IdLength, long Modified, int Start, int Length)> records = [];
    private readonly List<SetAside> refused = [];
    private readonly PageBuffer buffer = new();

    /// <summary>Bytes written so far.</summary>
    public int Written => buffer.Written;

    /// <summary>Writes a record, or sets it aside where it cannot be mirrored.</summary>
    /// <param name="completed">Values that are written in place of those that came, by field; null for none.</param>
    public void Add(AnsweredRows answer, AnsweredRow row, IReadOnlyDictionary<int, byte[]>? completed = null)
    {
        if (row.Id.Length == 0)
        {
            refused.Add(new SetAside(null, "The record has no id that can be used."));
            return;
        }

        if (shape.Stream.IsStamped && row.ModifiedSeconds is null or < 0 or > 253_402_300_799)
        {
            refused.Add(new SetAside(new RecordId(answer.IdOf(row)), "The record has no modified time (updated_at) that can be read."));
            return;
        }

        if (buffer.Written == 0)
            buffer.Begin();
        var idStart = buffer.Written;
        Append(answer.BytesOf(row.Id));
        var start = buffer.Written;
        Append("{"u8);
        for (var field = 0; field < row.Values.Length; field++)
        {
            var value = completed?.GetValueOrDefault(field) is { } whole ? whole : answer.BytesOf(row.Values[field]);
            Append(field == 0 ? ""u8 : ","u8);
            Append(shape.Fields[field]);
            Append(":"u8);
            Append(value.IsEmpty ? "null"u8 : value);
        }

        Append("}"u8);
        records.Add((idStart, row.Id.Length, shape.Stream.IsStamped ? row.ModifiedSeconds!.Value * 1000 : 0, start, buffer.Written - start));
    }

    /// <summary>Names a record that may not be read.</summary>
    public void Refuse(SetAside record) => refused.Add(record);

    /// <summary>Makes the page, and begins another.</summary>
    public RecordPage Build(string? next)
    {
        var page = new RecordPage(buffer.GiveAway(), records.Count) { Next = next };
        foreach (var (idStart, idLength, modified, start, length) in records)
            page.Add(idStart, idLength, modified, start, length);
        foreach (var one in refused)
            page.Refuse(one);
        records.Clear();
        refused.Clear();
        return page;
    }

    public void Dispose() => buffer.Dispose();

    private void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(buffer.Room(text.Length, mayGrow: true));
        buffer.Advance(text.Length);
    }
}
