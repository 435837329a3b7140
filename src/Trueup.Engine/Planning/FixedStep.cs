namespace Trueup.Engine.Planning;

/// <summary>A step whose cost does not follow from the number of records, but from what the connector has to ask.</summary>
/// <param name="Means">How, as a plan says it.</param>
/// <param name="Reason">Why; one sentence.</param>
internal sealed record FixedStep(string Means, string Reason)
{
    /// <summary>Asks whom the credentials lead to.</summary>
    public static FixedStep Account { get; } = new("account", "The credentials must lead to the account that this mirror is of.");

    /// <summary>Asks for the streams.</summary>
    public static FixedStep Streams { get; } = new("streams", "Streams and custom objects may have appeared or gone.");

    /// <summary>Asks for the shape of one stream.</summary>
    public static FixedStep Fields { get; } = new("fields", "Fields, options and pipelines may have changed.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FixedStep> All { get; } = [Account, Streams, Fields];
}
