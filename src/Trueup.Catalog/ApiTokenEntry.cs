namespace Trueup.Catalog;

/// <summary>An API token. Only its hash is kept; the token is shown once, when it is made.</summary>
public sealed class ApiTokenEntry
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the token, hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>The token's first characters, by which people recognise it.</summary>
    public required string Beginning { get; init; }

    /// <summary>The role it acts with.</summary>
    public required string Role { get; init; }

    /// <summary>Who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, to the hour; null for never.</summary>
    public DateTimeOffset? UsedAt { get; set; }
}
