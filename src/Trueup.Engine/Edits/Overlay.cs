using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Trueup.Engine.Edits;

/// <summary>Lays the values of an answer over a record that was read just before. Pure.</summary>
internal static class Overlay
{
    /// <summary>The record with those of its properties replaced that the answer tells, every other byte as it was: so the result is what a read
    /// would bring now. Properties that were not read are not mirrored, and are left out.</summary>
    public static ReadOnlyMemory<byte> Over(ReadOnlyMemory<byte> properties, IReadOnlyDictionary<string, JsonElement> told)
    {
        var output = new ArrayBufferWriter<byte>(properties.Length + 256);
        var reader = new Utf8JsonReader(properties.Span);
        var copied = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString() ?? "";
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!told.TryGetValue(name, out var value))
                continue;
            output.Write(properties.Span[copied..start]);
            output.Write(Encoding.UTF8.GetBytes(value.GetRawText()));
            copied = (int)reader.BytesConsumed;
        }

        output.Write(properties.Span[copied..]);
        return output.WrittenMemory;
    }
}
