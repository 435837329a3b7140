using System.Buffers;
using System.Text.Json;

namespace Trueup.Engine.Deciding;

/// <summary>How incoming properties differ from the stored ones.</summary>
/// <remarks>A property that the stored record has and the incoming one lacks is no difference: the CRM did not speak of it (it was
/// removed, hidden, or this endpoint is slimmer), so its value is kept (invariants I15 and I19).</remarks>
internal sealed class PropertyDifference
{
    private readonly ReadOnlyMemory<byte> incomingJson;
    private readonly PropertySet stored;
    private readonly PropertySet incoming;
    private readonly List<(PropertySet.Property Stored, PropertySet.Property Incoming)> contradicted = [];
    private readonly List<PropertySet.Property> kept = [];

    private PropertyDifference(PropertySet stored, PropertySet incoming, ReadOnlyMemory<byte> incomingJson)
    {
        this.stored = stored;
        this.incoming = incoming;
        this.incomingJson = incomingJson;
    }

    /// <summary>Both have the property, with different values.</summary>
    public bool Contradicts => contradicted.Count > 0;

    /// <summary>The incoming record has a value for a property that the stored one does not have.</summary>
    public bool Adds { get; private set; }

    /// <summary>The incoming record has a property that the stored one does not have, and it is null.</summary>
    public bool AddsNull { get; private set; }

    /// <summary>The stored record has properties that the incoming one lacks.</summary>
    public bool Lacks => kept.Count > 0;

    /// <summary>Compares.</summary>
    public static PropertyDifference Between(ReadOnlyMemory<byte> storedJson, ReadOnlyMemory<byte> incomingJson)
    {
        var difference = new PropertyDifference(PropertySet.Parse(storedJson), PropertySet.Parse(incomingJson), incomingJson);
        difference.Walk();
        return difference;
    }

    /// <summary>What the mirror holds from now on: the incoming properties, and the stored ones it did not speak of.</summary>
    public ReadOnlyMemory<byte> Merged()
    {
        if (kept.Count == 0)
            return incomingJson;

        var output = new ArrayBufferWriter<byte>(incomingJson.Length + 256);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var property in incoming.Properties.OrderBy(property => property.Order))
                Write(writer, incoming, property);
            foreach (var property in kept.OrderBy(property => property.Order))
                Write(writer, stored, property);
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>The previous values of the properties that changed, as one JSON object.</summary>
    public ReadOnlyMemory<byte> Before()
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var (was, _) in contradicted)
                Write(writer, stored, was);
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, PropertySet set, in PropertySet.Property property)
    {
        writer.WritePropertyName(set.DecodedNameOf(property));
        writer.WriteRawValue(set.ValueOf(property), skipInputValidation: true);
    }

    private void Walk()
    {
        var left = stored.Properties;
        var right = incoming.Properties;
        int l = 0, r = 0;
        while (l < left.Count || r < right.Count)
        {
            if (r == right.Count || (l < left.Count && left[l].NameHash < right[r].NameHash))
            {
                kept.Add(left[l++]);
            }
            else if (l == left.Count || right[r].NameHash < left[l].NameHash)
            {
                if (right[r].IsNull)
                    AddsNull = true;
                else
                    Adds = true;
                r++;
            }
            else
            {
                if (!PropertySet.SameValue(stored.ValueOf(left[l]), incoming.ValueOf(right[r])))
                    contradicted.Add((left[l], right[r]));
                l++;
                r++;
            }
        }
    }
}
