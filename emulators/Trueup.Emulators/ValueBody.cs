using System.Buffers;

namespace Trueup.Emulators;

/// <summary>The values of a record in one array: for each value that is set, the field's ordinal, the length, both with seven bits to a byte, and the
/// value as it stands in JSON, quotes included. Ordinals ascend. A page is rendered by copying.</summary>
public static class ValueBody
{
    /// <summary>The body with changes applied; a null value unsets.</summary>
    public static byte[] With(byte[] body, SortedDictionary<int, byte[]?> changes)
    {
        var writer = new ArrayBufferWriter<byte>(body.Length + changes.Sum(change => 8 + (change.Value?.Length ?? 0)) + 1);
        var values = new BodyReader(body);
        var more = values.MoveNext();
        foreach (var (ordinal, value) in changes)
        {
            for (; more && values.Ordinal < ordinal; more = values.MoveNext())
                Append(writer, values.Ordinal, values.Value);
            if (more && values.Ordinal == ordinal)
                more = values.MoveNext();
            if (value is not null)
                Append(writer, ordinal, value);
        }
        for (; more; more = values.MoveNext())
            Append(writer, values.Ordinal, values.Value);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Appends one value whose ordinal is above all before it.</summary>
    public static void Append(ArrayBufferWriter<byte> writer, int ordinal, ReadOnlySpan<byte> value)
    {
        WriteSmall(writer, ordinal);
        WriteSmall(writer, value.Length);
        value.CopyTo(writer.GetSpan(value.Length));
        writer.Advance(value.Length);
    }

    private static void WriteSmall(ArrayBufferWriter<byte> writer, int number)
    {
        var span = writer.GetSpan(5);
        var length = 0;
        for (; number >= 0x80; number >>= 7)
            span[length++] = (byte)(number & 0x7F | 0x80);
        span[length++] = (byte)number;
        writer.Advance(length);
    }

    /// <summary>One value as it stands in JSON; empty where it is unset.</summary>
    public static ReadOnlySpan<byte> Find(byte[] body, int ordinal)
    {
        var values = new BodyReader(body);
        while (values.MoveNext() && values.Ordinal <= ordinal)
            if (values.Ordinal == ordinal)
                return values.Value;
        return default;
    }

    /// <summary>Walks the values of a body.</summary>
    public ref struct BodyReader(byte[] body)
    {
        private readonly ReadOnlySpan<byte> bytes = body;
        private int next;

        /// <summary>The field's ordinal; -1 before the first value, the highest number after the last.</summary>
        public int Ordinal { get; private set; } = -1;

        /// <summary>Where the value begins in the body.</summary>
        public int Start { get; private set; }

        /// <summary>The value as it stands in JSON.</summary>
        public ReadOnlySpan<byte> Value { get; private set; }

        /// <summary>Goes to the next value; false after the last.</summary>
        public bool MoveNext()
        {
            if (next >= bytes.Length)
            {
                Ordinal = int.MaxValue;
                return false;
            }
            Ordinal = ReadSmall();
            var length = ReadSmall();
            Start = next;
            Value = bytes.Slice(next, length);
            next += length;
            return true;
        }

        private int ReadSmall()
        {
            var number = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = bytes[next++];
                number |= (part & 0x7F) << shift;
                if (part < 0x80)
                    return number;
            }
        }
    }
}
