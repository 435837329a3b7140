namespace Trueup.Contract;

/// <summary>The CRM's id of a record: case-sensitive text, never a number. Unique within a stream. The default value means "no record".</summary>
public readonly record struct RecordId(string Value)
{
    private readonly string? value = Value;

    /// <summary>The id itself; empty for the default value.</summary>
    public string Value { get => value ?? ""; init => this.value = value; }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
