using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>The values of a record in one array: for each value that is set, the property's ordinal (2 bytes), the length (4
/// bytes) and the text as it stands between the quotes of a JSON string. Ordinals ascend. A page is rendered by copying.</summary>
internal static class RecordBody
{
    private const int HeaderBytes = 6;

    public static byte[] Encode(string value) =>
        JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    public static string Decode(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(text);
        var quoted = new byte[text.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        text.CopyTo(quoted.AsSpan(1));
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>The body with changes applied; a null value unsets.</summary>
    public static byte[] With(byte[] body, SortedDictionary<int, byte[]?> changes)
    {
        var writer = new ArrayBufferWriter<byte>(body.Length + changes.Sum(change => HeaderBytes + (change.Value?.Length ?? 0)) + 1);
        var values = new BodyReader(body);
        var more = values.MoveNext();
        foreach (var (ordinal, value) in changes)
        {
            for (; more && values.Ordinal < ordinal; more = values.MoveNext())
                Append(writer, values.Ordinal, values.Text);
            if (more && values.Ordinal == ordinal)
                more = values.MoveNext();
            if (value is not null)
                Append(writer, ordinal, value);
        }
        for (; more; more = values.MoveNext())
            Append(writer, values.Ordinal, values.Text);
        return writer.WrittenSpan.ToArray();
    }

    public static void Append(ArrayBufferWriter<byte> writer, int ordinal, ReadOnlySpan<byte> text)
    {
        var span = writer.GetSpan(HeaderBytes + text.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(span, checked((ushort)ordinal));
        BinaryPrimitives.WriteInt32LittleEndian(span[2..], text.Length);
        text.CopyTo(span[HeaderBytes..]);
        writer.Advance(HeaderBytes + text.Length);
    }

    /// <summary>The text of one value, as it stands between the quotes of a JSON string.</summary>
    public static bool TryFind(byte[] body, int ordinal, out ReadOnlySpan<byte> text)
    {
        var values = new BodyReader(body);
        while (values.MoveNext() && values.Ordinal <= ordinal)
            if (values.Ordinal == ordinal)
            {
                text = values.Text;
                return true;
            }
        text = default;
        return false;
    }

    /// <summary>One value; null where it is unset.</summary>
    public static string? Find(byte[] body, int ordinal) => TryFind(body, ordinal, out var text) ? Decode(text) : null;

    /// <summary>Walks the values of a body.</summary>
    public ref struct BodyReader(byte[] body)
    {
        private readonly ReadOnlySpan<byte> bytes = body;
        private int next;

        public int Ordinal { get; private set; } = -1;

        public ReadOnlySpan<byte> Text { get; private set; }

        /// <summary>Goes on to a value; ordinals must be asked for in ascending order. False where it is unset.</summary>
        public bool MoveTo(int ordinal)
        {
            while (Ordinal < ordinal)
                MoveNext();
            return Ordinal == ordinal;
        }

        public bool MoveNext()
        {
            if (next >= bytes.Length)
            {
                Ordinal = int.MaxValue;
                return false;
            }
            Ordinal = BinaryPrimitives.ReadUInt16LittleEndian(bytes[next..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(next + 2)..]);
            Text = bytes.Slice(next + HeaderBytes, length);
            next += HeaderBytes + length;
            return true;
        }
    }
}
