using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;

namespace Trueup.Engine.Deciding;

/// <summary>The properties of one record, split into names and raw values and sorted by name, so that two sets can be compared in one walk.</summary>
/// <remarks>Values stay raw JSON: nothing is converted, so nothing can be lost.</remarks>
internal sealed class PropertySet
{
    private readonly ReadOnlyMemory<byte> json;
    private readonly Property[] properties;

    private PropertySet(ReadOnlyMemory<byte> json, Property[] properties)
    {
        this.json = json;
        this.properties = properties;
    }

    /// <summary>The properties, sorted by the hash of their names.</summary>
    public IReadOnlyList<Property> Properties => properties;

    /// <summary>Splits one JSON object. Empty memory is an empty set. Of a repeated name the last counts, as in every JSON reader.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static PropertySet Parse(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
            return new PropertySet(json, []);

        var found = new List<Property>(64);
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Properties are not a JSON object.");

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex + 1;
            var nameLength = reader.ValueSpan.Length;
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            var type = reader.TokenType;
            reader.Skip();
            var valueLength = (int)reader.BytesConsumed - valueStart;
            var nameHash = XxHash3.HashToUInt64(json.Span.Slice(nameStart, nameLength));
            found.Add(new Property(nameHash, found.Count, nameStart, nameLength, valueStart, valueLength, type));
        }

        found.Sort(static (a, b) => a.NameHash != b.NameHash ? a.NameHash.CompareTo(b.NameHash) : a.Order.CompareTo(b.Order));
        for (var index = found.Count - 2; index >= 0; index--)
        {
            if (found[index].NameHash == found[index + 1].NameHash)
                found.RemoveAt(index);
        }

        return new PropertySet(json, [.. found]);
    }

    /// <summary>The name of a property, with escapes undone.</summary>
    public string DecodedNameOf(in Property property)
    {
        var reader = new Utf8JsonReader(json.Span.Slice(property.NameStart - 1, property.NameLength + 2));
        reader.Read();
        return reader.GetString() ?? "";
    }

    /// <summary>The value of a property, raw JSON.</summary>
    public ReadOnlySpan<byte> ValueOf(in Property property) => json.Span.Slice(property.ValueStart, property.ValueLength);

    /// <summary>Whether two values mean the same: equal bytes, strings that differ only in how characters are escaped, or numbers that
    /// differ only in how they are written.</summary>
    public static bool SameValue(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
            return true;
        if (IsNumber(left) && IsNumber(right))
            return SameNumber(left, right);
        if (left.Length == 0 || right.Length == 0 || left[0] != (byte)'"' || right[0] != (byte)'"')
            return false;
        if (!left.Contains((byte)'\\') && !right.Contains((byte)'\\'))
            return false;

        var leftReader = new Utf8JsonReader(left);
        var rightReader = new Utf8JsonReader(right);
        leftReader.Read();
        rightReader.Read();
        return leftReader.GetString() == rightReader.GetString();
    }

    private static bool IsNumber(ReadOnlySpan<byte> value) => value is [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..];

    // A decimal holds 28 digits exactly. Longer numbers, and very small ones, are the same only where their bytes are.
    private static bool SameNumber(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        IsExact(left) && IsExact(right)
        && decimal.TryParse(left, NumberStyles.Float, CultureInfo.InvariantCulture, out var one)
        && decimal.TryParse(right, NumberStyles.Float, CultureInfo.InvariantCulture, out var other) && one == other;

    private static bool IsExact(ReadOnlySpan<byte> number) => number.Length <= 28 && number.IndexOf("E-"u8) < 0 && number.IndexOf("e-"u8) < 0;

    /// <summary>One property within the JSON.</summary>
    internal readonly record struct Property(
        ulong NameHash, int Order, int NameStart, int NameLength, int ValueStart, int ValueLength, JsonTokenType Type)
    {
        /// <summary>Whether the value is null.</summary>
        public bool IsNull => Type == JsonTokenType.Null;
    }
}
