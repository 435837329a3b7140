using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>How the values of a field are written.</summary>
internal enum ValueForm
{
    Text,
    Integer,
    Decimal,
    Boolean,
    Instant,
}

/// <summary>What Salesforce's describe says of an object, as far as reading it needs it.</summary>
/// <param name="Name">The API name.</param>
/// <param name="Label">The plural label.</param>
/// <param name="Schema">The fields that are mirrored.</param>
/// <param name="Forms">Of each of them, how its values are written.</param>
/// <param name="Stamp">The field that tells when a record was modified and can be asked by; null where there is none.</param>
/// <param name="HasBin">Whether deleted records stay readable for a while.</param>
/// <param name="IsMergeable">Whether records name the one they were merged into.</param>
/// <param name="HasArchive">Whether old records leave the ordinary queries, although they live on.</param>
/// <param name="IsReplicateable">Whether Salesforce keeps a log of deletions.</param>
/// <param name="RowsPerPage">Rows of a query in one answer at most.</param>
internal sealed record ObjectShape(
    string Name, string Label, StreamSchema Schema, IReadOnlyDictionary<string, ValueForm> Forms, string? Stamp,
    bool HasBin, bool IsMergeable, bool HasArchive, bool IsReplicateable, int RowsPerPage)
{
    /// <summary>Whether records can be made.</summary>
    public bool IsCreateable { get; init; }

    /// <summary>Whether fields of records can be set.</summary>
    public bool IsUpdateable { get; init; }

    /// <summary>Whether records can be deleted.</summary>
    public bool IsDeletable { get; init; }

    /// <summary>The fields that lead to a record's parents, whose locks are taken with the record's own.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>The condition for live records alone, where the query asks among all; null where an ordinary query does.</summary>
    public string? LiveCondition => HasArchive && HasBin ? "IsDeleted=false" : null;

    /// <summary>Whether live records are asked for among all records, deleted and archived ones included.</summary>
    public bool AsksAmongAll => HasArchive;

    /// <summary>What a query selects to answer for some fields: the id first, the stamp, then those that can be read still, in the order asked for.</summary>
    public IReadOnlyList<string> Selection(IReadOnlyList<string> fields) =>
        [.. new[] { "Id", Stamp }.OfType<string>().Union(fields.Where(Forms.ContainsKey))];
}
