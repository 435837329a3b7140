using System.Text;

namespace Trueup.Connectors.Intercom;

/// <summary>Which members of a record are wanted, and in which order.</summary>
internal sealed class RowShape
{
    private readonly byte[]? attributesMember;
    private readonly (byte[] Name, int Place)[] members;
    private readonly (byte[] Name, int Place)[] attributes;

    /// <param name="stream">The stream.</param>
    /// <param name="fields">The fields asked for, in order; none for ids and stamps alone.</param>
    public RowShape(IntercomStream stream, IReadOnlyList<string> fields)
    {
        Stream = stream;
        Fields = [.. fields.Select(field => Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(field)))];
        FieldNames = fields;
        attributesMember = stream.Attributes is { } member ? Encoding.UTF8.GetBytes(member) : null;
        var prefix = stream.Attributes + ".";
        var places = fields.Select((field, place) => (Field: field, Place: place)).ToList();
        bool IsAttribute(string field) => stream.Attributes is not null && field.StartsWith(prefix, StringComparison.Ordinal);
        members = [.. places.Where(each => !IsAttribute(each.Field)).Select(each => (Encoding.UTF8.GetBytes(each.Field), each.Place))];
        attributes = [.. places.Where(each => IsAttribute(each.Field)).Select(each => (Encoding.UTF8.GetBytes(each.Field[prefix.Length..]), each.Place))];
    }

    public IntercomStream Stream { get; }

    /// <summary>The fields' names as JSON strings.</summary>
    public byte[][] Fields { get; }

    public IReadOnlyList<string> FieldNames { get; }

    /// <summary>Told of attributes that were not asked for.</summary>
    public Action<string>? UnaskedAttribute { get; init; }

    /// <summary>Whether a member holds what people defined.</summary>
    public bool IsAttributes(ref System.Text.Json.Utf8JsonReader reader) => attributesMember is not null && reader.ValueTextEquals(attributesMember);

    /// <summary>The place of a member; -1 if it is not wanted.</summary>
    /// <param name="guess">The place in the table where it is looked for first; moved on, because members come in the same order in every record.</param>
    public int PlaceOfMember(ref System.Text.Json.Utf8JsonReader reader, ref int guess) => PlaceOf(members, ref reader, ref guess);

    /// <summary>The place of an attribute; -1 if it is not wanted.</summary>
    public int PlaceOfAttribute(ref System.Text.Json.Utf8JsonReader reader, ref int guess)
    {
        var place = PlaceOf(attributes, ref reader, ref guess);
        if (place < 0 && UnaskedAttribute is not null)
            UnaskedAttribute(reader.GetString() ?? "");
        return place;
    }

    private static int PlaceOf((byte[] Name, int Place)[] table, ref System.Text.Json.Utf8JsonReader reader, ref int guess)
    {
        for (var tries = 0; tries < table.Length; tries++)
        {
            var at = (guess + tries) % table.Length;
            if (!reader.ValueTextEquals(table[at].Name))
                continue;
            guess = (at + 1) % table.Length;
            return table[at].Place;
        }

        return -1;
    }
}
