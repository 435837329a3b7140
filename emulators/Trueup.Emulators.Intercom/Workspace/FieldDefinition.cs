namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>One field of a kind of record: standard, or an attribute that people defined.</summary>
/// <param name="ordinal">Its place in stored values; never given to another.</param>
/// <param name="name">Its name, without the member that it stands in.</param>
/// <param name="type">The vendor's type; <c>json</c> for what is kept as it stands.</param>
internal sealed class FieldDefinition(int ordinal, string name, string type)
{
    public int Ordinal { get; } = ordinal;

    public string Name { get; set; } = name;

    public string Type { get; set; } = type;

    public string Label { get; set; } = name;

    public string Description { get; set; } = "";

    public List<AttributeOption> Options { get; set; } = [];

    /// <summary>Whether people defined it.</summary>
    public bool Custom { get; init; }

    /// <summary>The id of its definition; 0 for standard fields, which have none.</summary>
    public long Id { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }

    /// <summary>Whether it is out of use, and its values are not shown.</summary>
    public bool Archived { get; set; }

    /// <summary>Whether it is gone for good: another may have taken its name.</summary>
    public bool Removed { get; set; }

    /// <summary>Whether it is computed, so that a change of it alone moves no stamp.</summary>
    public bool Calculated { get; init; }

    public bool Required { get; set; }

    public bool MessengerWritable { get; set; }

    public bool Multiline { get; set; }

    /// <summary>What is shown while it is unset.</summary>
    public byte[] Unset { get; init; } = Null;

    public bool IsVisible => !Archived && !Removed;

    public bool IsNumber => Type is "integer" or "float" or "decimal" or "date" or "datetime";

    public bool IsTime => Type is "date" or "datetime";

    private static readonly byte[] Null = "null"u8.ToArray();
}

/// <summary>A choice of an attribute.</summary>
internal sealed record AttributeOption(string Id, string Label, bool Archived = false);
