namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>A person or queue that records belong to.</summary>
internal sealed record Owner(
    long Id, string Email, string FirstName, string LastName, long UserId, long CreatedAt, long UpdatedAt, bool Archived, string? Team)
{
    public string Type { get; init; } = "PERSON";
}

/// <summary>A pipeline of deals, tickets or custom objects.</summary>
internal sealed class Pipeline(string id, string label, int displayOrder, long createdAt)
{
    public string Id { get; } = id;
    public string Label { get; set; } = label;
    public int DisplayOrder { get; set; } = displayOrder;
    public long CreatedAt { get; } = createdAt;
    public long UpdatedAt { get; set; } = createdAt;
    public bool Archived { get; set; }
    public List<Stage> Stages { get; } = [];
}

/// <summary>One stage of a pipeline.</summary>
internal sealed class Stage(string id, string label, int displayOrder, long createdAt, IReadOnlyDictionary<string, string> metadata)
{
    public string Id { get; } = id;
    public string Label { get; set; } = label;
    public int DisplayOrder { get; set; } = displayOrder;
    public long CreatedAt { get; } = createdAt;
    public long UpdatedAt { get; set; } = createdAt;
    public bool Archived { get; set; }
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = metadata;
}
