namespace Trueup.Contract;

/// <summary>The stable name of one kind of record in a connection, such as <c>contacts</c> or <c>p48211733_machine</c>.</summary>
/// <remarks>Unique within a connection, compared ordinally, never reused for another kind. At most 200 characters of
/// <c>a-z 0-9 _ -</c>. The default value is <see cref="None"/>.</remarks>
public readonly record struct StreamName(string Value)
{
    private readonly string? value = Value;

    /// <summary>No stream.</summary>
    public static StreamName None => default;

    /// <summary>The name itself; empty for <see cref="None"/>.</summary>
    public string Value { get => value ?? ""; init => this.value = value; }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
