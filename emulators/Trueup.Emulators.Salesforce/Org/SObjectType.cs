namespace Trueup.Emulators.Salesforce.Org;

/// <summary>One kind of record, as describeGlobal tells it.</summary>
internal sealed record SObjectType(string Name, string Prefix, string Label, string LabelPlural)
{
    public bool Custom => Name.EndsWith("__c", StringComparison.Ordinal);

    public bool Createable { get; init; } = true;

    public bool Updateable { get; init; } = true;

    public bool Deletable { get; init; } = true;

    /// <summary>Whether a deleted record goes to the recycle bin; else it is gone at once.</summary>
    public bool Undeletable { get; init; } = true;

    public bool Mergeable { get; init; }

    public bool Replicateable { get; init; } = true;

    /// <summary>Whether the Bulk API knows it.</summary>
    public bool InBulk { get; init; } = true;

    /// <summary>Whether rows answer with an ETag (facts, section 8.1).</summary>
    public bool HasETag => Name == "Account";
}

/// <summary>One of several sets of choices that records of an object have.</summary>
internal sealed record RecordType(string Id, string DeveloperName, string Label, bool Default);
