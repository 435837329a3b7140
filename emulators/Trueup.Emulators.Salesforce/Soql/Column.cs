using System.Text;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>One thing that an answer shows of a row.</summary>
internal abstract record Column(string Name)
{
    /// <summary>The name as a member of a JSON object: quoted, with its colon.</summary>
    public byte[] Key { get; } = Encoding.UTF8.GetBytes($"\"{Name}\":");

    /// <summary>A field of the row.</summary>
    internal sealed record Field(FieldDefinition Definition) : Column(Definition.Name);

    /// <summary>A field of the row under another name.</summary>
    internal sealed record Named(string Name, FieldDefinition Definition) : Column(Name);

    /// <summary>The kind of the row, where parents of several kinds may stand.</summary>
    internal sealed record Kind() : Column("Type");

    /// <summary>A field that parents of this kind do not have.</summary>
    internal sealed record Nothing(string Name) : Column(Name);

    /// <summary>A parent.</summary>
    /// <param name="Reference">The field that refers to it.</param>
    /// <param name="Columns">What is shown of it, by its kind.</param>
    internal sealed record Parent(FieldDefinition Reference, IReadOnlyDictionary<SObjectTable, IReadOnlyList<Column>> Columns) : Column(Reference.RelationshipName!);

    /// <summary>The children.</summary>
    /// <param name="Reference">The field by which they refer to the row.</param>
    /// <param name="Query">What is shown of them.</param>
    internal sealed record Children(string Name, FieldDefinition Reference, BoundQuery Query) : Column(Name);
}

/// <summary>A function over all rows, or what they are grouped by.</summary>
/// <param name="Function">Upper case; empty for what they are grouped by.</param>
/// <param name="Path">What it runs over; null for rows.</param>
internal sealed record AggregateColumn(string Name, string Function, FieldPath? Path);
