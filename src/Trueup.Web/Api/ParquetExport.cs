using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;
using Trueup.Contract;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Writes all records of a stream as Apache Parquet, a group of rows at a time.</summary>
/// <remarks>Columns are called as in the SQL view. Every field is text, because what the app sent need not be what it declares: nothing is converted, so nothing is lost.</remarks>
internal static class ParquetExport
{
    /// <summary>Cells held in memory at once: about 30 MB of short values.</summary>
    private const int CellsPerGroup = 500_000;

    private const int MostRecordsPerGroup = 20_000;

    internal static async Task WriteAsync(
        PipeWriter output, MirroredStream stream, IAsyncEnumerable<StoredRecord> records, CancellationToken cancellationToken)
    {
        var fields = stream.Fields.Where(field => field.Included && field.RetiredAt is null).ToList();
        DataField[] columns =
        [
            new DataField("id", typeof(string), isNullable: false), new DataField("modified_at", typeof(string), isNullable: true),
            .. fields.Select(field => new DataField(field.Column, typeof(string), isNullable: true)),
        ];
        var recordsPerGroup = Math.Clamp(CellsPerGroup / columns.Length, 100, MostRecordsPerGroup);
        var cells = columns.Select(_ => new List<string?>(recordsPerGroup)).ToArray();
        var file = new ForwardingStream(output);
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns), file, cancellationToken: cancellationToken))
        {
            await foreach (var record in records.WithCancellation(cancellationToken))
            {
                Add(cells, fields, record);
                if (cells[0].Count == recordsPerGroup)
                    await WriteGroupAsync(writer, columns, cells);
                await file.ForwardAsync(cancellationToken);
            }

            if (cells[0].Count > 0)
                await WriteGroupAsync(writer, columns, cells);
        }

        await file.ForwardAsync(cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    private static void Add(List<string?>[] cells, List<MirroredField> fields, StoredRecord record)
    {
        var values = RecordJson.Parse(record.Properties);
        cells[0].Add(record.Id.Value);
        cells[1].Add(record.ModifiedMilliseconds == 0 ? null
            : DateTimeOffset.FromUnixTimeMilliseconds(record.ModifiedMilliseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        for (var index = 0; index < fields.Count; index++)
        {
            cells[index + 2].Add(values[fields[index].Definition.Name] switch
            {
                null => null,
                JsonValue text when text.TryGetValue<string>(out var plain) => plain,
                var other => other.ToJsonString(),
            });
        }
    }

    private static async Task WriteGroupAsync(ParquetWriter writer, DataField[] columns, List<string?>[] cells)
    {
        using var group = writer.CreateRowGroup();
        for (var index = 0; index < columns.Length; index++)
        {
            await group.WriteAsync(columns[index], cells[index]!);
            cells[index].Clear();
        }

        group.CompleteValidate();
    }

    /// <summary>Takes what the Parquet library writes, synchronously too, and hands it on when asked: the server's own stream refuses synchronous writes.</summary>
    private sealed class ForwardingStream(PipeWriter output) : Stream
    {
        private const int ForwardBytes = 64 * 1024;
        private long written;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => written;

        public override long Position
        {
            get => written;
            set => throw new NotSupportedException("An export is written from its beginning to its end.");
        }

        /// <summary>Sends what has gathered.</summary>
        public async ValueTask ForwardAsync(CancellationToken cancellationToken)
        {
            if (output.UnflushedBytes > ForwardBytes)
                await output.FlushAsync(cancellationToken);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            output.Write(buffer);
            written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            await ForwardAsync(cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
            // What is written goes out with the next forward.
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => ForwardAsync(cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An export is only written.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An export is written from its beginning to its end.");

        public override void SetLength(long value) => throw new NotSupportedException("An export is written from its beginning to its end.");
    }
}
