namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>An attribute that people defined for contacts, companies, conversations or tickets.</summary>
/// <param name="id">The vendor's id.</param>
/// <param name="name">Its name; immutable in the API.</param>
/// <param name="dataType">string, integer, float, boolean, date; list and datetime in conversations and tickets.</param>
/// <param name="createdAt">When it was defined, in seconds since 1970 UTC.</param>
internal sealed class CustomAttribute(long id, string name, string dataType, long createdAt)
{
    public long Id { get; } = id;

    public string Name { get; set; } = name;

    public string Label { get; set; } = name;

    public string DataType { get; set; } = dataType;

    public IReadOnlyList<string> Options { get; set; } = [];

    public bool Archived { get; set; }

    public bool Removed { get; set; }

    public long CreatedAt { get; } = createdAt;

    public long UpdatedAt { get; set; } = createdAt;

    /// <summary>Whether anybody can see it.</summary>
    public bool IsVisible => !Archived && !Removed;
}
