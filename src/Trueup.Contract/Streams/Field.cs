namespace Trueup.Contract;

/// <summary>The kind of value a field is declared to hold. What a record really holds may differ; values are kept exactly.</summary>
public enum FieldType
{
    /// <summary>Text, and every type that we do not know.</summary>
    Text,
    /// <summary>A decimal number.</summary>
    Number,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>One of <see cref="Field.Options"/>.</summary>
    Enumeration,
    /// <summary>Any number of <see cref="Field.Options"/>.</summary>
    MultiEnumeration,
    /// <summary>A calendar day, without zone.</summary>
    Date,
    /// <summary>An instant.</summary>
    DateTime,
    /// <summary>A JSON value.</summary>
    Json,
}

/// <summary>One choice of an enumeration.</summary>
/// <param name="Value">The value that records hold.</param>
/// <param name="Label">What people read.</param>
/// <param name="Hidden">Whether the CRM hides it from forms.</param>
public sealed record FieldOption(string Value, string Label, bool Hidden = false)
{
    /// <summary>The values of <see cref="Field.Controller"/> with which it may be chosen; none where it never may. Null where no field decides, or the
    /// CRM does not say. Records may hold it with other values all the same: CRMs check this in their forms only.</summary>
    public IReadOnlyList<string>? ValidFor { get; init; }

    /// <inheritdoc/>
    public bool Equals(FieldOption? other) =>
        other is not null && Value == other.Value && Label == other.Label && Hidden == other.Hidden
        && (ValidFor, other.ValidFor) switch { (null, null) => true, ({ } ours, { } theirs) => ours.SequenceEqual(theirs), _ => false };

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Value, Label, Hidden, ValidFor?.Count);
}

/// <summary>The definition of one field of a stream, as the CRM describes it.</summary>
/// <param name="Name">The CRM's name, unique within the stream, case-sensitive.</param>
/// <param name="Label">What people read.</param>
/// <param name="Type">The declared type.</param>
public sealed record Field(string Name, string Label, FieldType Type)
{
    /// <summary>The CRM's own name of the type.</summary>
    public string VendorType { get; init; } = "";

    /// <summary>The choices of an enumeration, in order; empty otherwise.</summary>
    public IReadOnlyList<FieldOption> Options { get; init; } = [];

    /// <summary>The name of the field whose value decides which of <see cref="Options"/> may be chosen; null where none does.</summary>
    public string? Controller { get; init; }

    /// <summary>Whether a new record must have it.</summary>
    public bool Required { get; init; }

    /// <summary>Whether the CRM refuses writes to it.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether the CRM computes it, so that it can change without moving the modified stamp (invariant I16).</summary>
    public bool Calculated { get; init; }

    /// <summary>Whether the value is unique among records.</summary>
    public bool Unique { get; init; }

    /// <summary>Characters that a text may have; null where the CRM does not say.</summary>
    public int? MostCharacters { get; init; }

    /// <summary>Whether records may hold values that are none of <see cref="Options"/>.</summary>
    public bool TakesOtherValues { get; init; }

    /// <summary>The stream its values are ids of, where the CRM says so, such as <c>owners</c>; null otherwise.</summary>
    public string? References { get; init; }

    /// <inheritdoc/>
    public bool Equals(Field? other) =>
        other is not null && Name == other.Name && Label == other.Label && Type == other.Type && VendorType == other.VendorType
        && Required == other.Required && ReadOnly == other.ReadOnly && Calculated == other.Calculated && Unique == other.Unique
        && References == other.References && MostCharacters == other.MostCharacters && TakesOtherValues == other.TakesOtherValues && Controller == other.Controller && Options.SequenceEqual(other.Options);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Label, Type, Options.Count);
}

/// <summary>A pipeline of a stream with its stages: metadata that gives record values their meaning.</summary>
public sealed record Pipeline(string Id, string Label, IReadOnlyList<PipelineStage> Stages)
{
    /// <inheritdoc/>
    public bool Equals(Pipeline? other) => other is not null && Id == other.Id && Label == other.Label && Stages.SequenceEqual(other.Stages);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Label, Stages.Count);
}

/// <summary>One stage of a pipeline.</summary>
/// <param name="Closed">Whether a record in it is finished; null where the CRM does not say.</param>
public sealed record PipelineStage(string Id, string Label, bool? Closed);

/// <summary>Everything the CRM says about the shape of a stream.</summary>
/// <param name="Fields">Every field the connection may read, in the CRM's order.</param>
/// <param name="Pipelines">Pipelines, or empty.</param>
public sealed record StreamSchema(IReadOnlyList<Field> Fields, IReadOnlyList<Pipeline> Pipelines);
