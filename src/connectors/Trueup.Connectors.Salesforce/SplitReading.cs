using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads objects whose fields, with the formulas that they expand to, are more than one query may hold: in parts, which are joined
/// by id, and by the stamp that shows whether a record changed between them.</summary>
/// <remarks>Sources: developer.salesforce.com "SOQL and SOSL Limits", read on 2026-09; the torn rows that joining without stamps makes:
/// airbytehq/airbyte, source-salesforce.</remarks>
internal sealed class SplitReading(SalesforceApi api)
{
    // A record that changes each time its parts are read is read with the next sync.
    private const int MostRounds = 4;

    // As many ids as surely fit a query.
    private const int IdsPerQuery = 200;

    private readonly ConcurrentDictionary<string, int> parts = new(StringComparer.Ordinal);

    /// <summary>The fields of each query that together make a record: one query where it can hold all of them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> PartsOf(ObjectShape shape, IReadOnlyList<string> fields)
    {
        var selection = shape.Selection(fields);
        var (keys, rest) = Divide(shape, selection);
        var count = parts.GetValueOrDefault(shape.Name, 1);
        return count == 1 || rest.Count == 0
            ? [selection]
            : [.. rest.Chunk((rest.Count + count - 1) / count).Select(chunk => (IReadOnlyList<string>)[.. keys, .. chunk])];
    }

    /// <summary>Whether a query can be made smaller.</summary>
    public bool CanHalve(ObjectShape shape, IReadOnlyList<string> fields) =>
        Divide(shape, shape.Selection(fields)).Others.Count > parts.GetValueOrDefault(shape.Name, 1);

    /// <summary>Notes that queries of an object were too large.</summary>
    public void Halve(ObjectShape shape) => parts.AddOrUpdate(shape.Name, 2, (_, count) => count * 2);

    /// <summary>Reads the other parts of the records of a page, and joins them.</summary>
    public async Task<QueryAnswer> CompleteAsync(
        StreamDescription stream, ObjectShape shape, IReadOnlyList<IReadOnlyList<string>> split, QueryAnswer first, CancellationToken cancellationToken)
    {
        if (split.Count == 1)
            return first;
        using var page = first.Page;
        var rows = RowsOf(page);
        foreach (var fields in split.Skip(1))
            await AddAsync(stream, shape, fields, rows, cancellationToken);
        for (var round = 1; round < MostRounds && rows.Values.Any(row => row.IsTorn); round++)
        {
            foreach (var torn in rows.Values.Where(row => row.IsTorn))
                torn.Clear();
            foreach (var fields in split)
                await AddAsync(stream, shape, fields, rows.Where(row => row.Value.IsCleared(split, fields)).ToDictionary(), cancellationToken);
        }
        return first with { Page = Joined(page, rows, split.Count) };
    }

    private static (IReadOnlyList<string> Keys, IReadOnlyList<string> Others) Divide(ObjectShape shape, IReadOnlyList<string> selection)
    {
        var keys = shape.Stamp is null ? 1 : 2;
        return ([.. selection.Take(keys)], [.. selection.Skip(keys)]);
    }

    private static Dictionary<string, Row> RowsOf(RecordPage page)
    {
        var rows = new Dictionary<string, Row>(StringComparer.Ordinal);
        foreach (var slice in page.Records)
            rows[page.RecordIdOf(slice).Value] = new Row(slice.ModifiedMilliseconds, page.PropertiesOf(slice).ToArray());
        return rows;
    }

    private async Task AddAsync(
        StreamDescription stream, ObjectShape shape, IReadOnlyList<string> fields, Dictionary<string, Row> rows, CancellationToken cancellationToken)
    {
        foreach (var ids in rows.Keys.Chunk(IdsPerQuery))
        {
            var endpoint = $"query {stream.Name}";
            var soql = Soql.Select(fields, shape.Name, [Soql.In(ids), shape.LiveCondition]);
            var answer = await api.QueryAsync(soql, shape.AsksAmongAll, shape.Stamp, endpoint, cancellationToken);
            while (true)
            {
                using (answer.Page)
                {
                    foreach (var slice in answer.Page.Records)
                    {
                        if (rows.TryGetValue(answer.Page.RecordIdOf(slice).Value, out var row))
                            row.Add(slice.ModifiedMilliseconds, answer.Page.PropertiesOf(slice).ToArray());
                    }
                }
                if (answer.Locator is not { } next)
                    break;
                answer = await api.MoreAsync(next, shape.Stamp, endpoint, cancellationToken);
            }
        }
    }

    private static RecordPage Joined(RecordPage page, Dictionary<string, Row> rows, int parts)
    {
        var whole = rows.Where(row => !row.Value.IsTorn && row.Value.Parts.Count == parts).Select(row => (Id: Encoding.ASCII.GetBytes(row.Key), Row: row.Value)).ToList();
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        var slices = new List<(int Start, int Properties, int End)>(whole.Count);
        foreach (var (id, row) in whole)
        {
            var start = output.WrittenCount;
            output.Write(id);
            row.WriteTo(output);
            slices.Add((start, start + id.Length, output.WrittenCount));
        }
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, output.WrittenCount));
        output.WrittenSpan.CopyTo(buffer);
        var joined = new RecordPage(buffer, whole.Count);
        for (var i = 0; i < whole.Count; i++)
            joined.Add(slices[i].Start, whole[i].Id.Length, whole[i].Row.Stamp, slices[i].Properties, slices[i].End - slices[i].Properties);
        foreach (var refused in page.SetAside)
            joined.Refuse(refused);
        foreach (var (id, _) in rows.Where(row => row.Value.IsTorn))
            joined.Refuse(new SetAside(new RecordId(id), "The record changed each time its fields were read, which are too many for one query."));
        return joined;
    }

    /// <summary>The parts of one record.</summary>
    private sealed class Row
    {
        private long? stamp;

        public Row(long stamp, byte[] part) => Add(stamp, part);

        public List<byte[]> Parts { get; } = [];

        public long Stamp => stamp.GetValueOrDefault();

        /// <summary>Whether the record changed between two parts.</summary>
        public bool IsTorn { get; private set; }

        public void Add(long partsStamp, byte[] part)
        {
            IsTorn |= stamp is { } known && known != partsStamp;
            stamp ??= partsStamp;
            Parts.Add(part);
        }

        public void Clear()
        {
            (stamp, IsTorn) = (null, false);
            Parts.Clear();
        }

        /// <summary>Writes the members of all parts as one object, each name once.</summary>
        public void WriteTo(IBufferWriter<byte> output)
        {
            using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
            var written = new HashSet<string>(StringComparer.Ordinal);
            writer.WriteStartObject();
            foreach (var part in Parts)
            {
                using var document = JsonDocument.Parse(part);
                foreach (var member in document.RootElement.EnumerateObject().Where(member => written.Add(member.Name)))
                {
                    writer.WritePropertyName(member.Name);
                    writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
                }
            }
            writer.WriteEndObject();
        }

        /// <summary>Whether the record was cleared, and waits for this part.</summary>
        public bool IsCleared(IReadOnlyList<IReadOnlyList<string>> split, IReadOnlyList<string> fields) =>
            Parts.Count < split.Count && split[Parts.Count] == fields;
    }
}
