using System.Text.Json;

namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>One choice of an enumeration.</summary>
internal sealed record PropertyOption(string Value, string Label, bool Hidden = false);

/// <summary>The definition of a property. Changed in place under the portal's lock.</summary>
internal sealed class PropertyDefinition(string name, int ordinal)
{
    public string Name { get; } = name;

    /// <summary>Its place in <see cref="RecordBody"/>, for ever.</summary>
    public int Ordinal { get; } = ordinal;

    /// <summary>The name as it stands in a record: quoted, with its colon.</summary>
    public byte[] Key { get; } = [.. "\""u8, .. JsonEncodedText.Encode(name).EncodedUtf8Bytes, .. "\":"u8];

    public string Label { get; set; } = name;
    public string Type { get; set; } = "string";
    public string FieldType { get; set; } = "text";
    public string Description { get; set; } = "";
    public string Group { get; set; } = "";
    public List<PropertyOption> Options { get; set; } = [];
    public int DisplayOrder { get; set; } = -1;
    public bool Calculated { get; set; }
    public bool ExternalOptions { get; set; }
    public bool Unique { get; set; }
    public bool Hidden { get; set; }
    public bool FormField { get; set; }
    public bool HubSpotDefined { get; set; }
    public bool ReadOnlyValue { get; set; }
    public string? References { get; set; }
    public string DataSensitivity { get; set; } = "non_sensitive";
    public long CreatedAt { get; set; }
    public long UpdatedAt { get; set; }

    /// <summary>When it was removed; 0 while it exists.</summary>
    public long ArchivedAt { get; set; }

    /// <summary>Whether the property list shows it. Some stage-date properties exist on records only.</summary>
    public bool Listed { get; set; } = true;

    /// <summary>Whether the connection lacks the permission to see it.</summary>
    public bool Concealed { get; set; }

    /// <summary>Whether reads may return its values.</summary>
    public bool Readable => ArchivedAt == 0 && !Concealed;

    public bool Writable => Readable && !Calculated && !ReadOnlyValue;
}
