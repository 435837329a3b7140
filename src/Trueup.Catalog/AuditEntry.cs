namespace Trueup.Catalog;

/// <summary>One thing that somebody did.</summary>
public sealed class AuditEntry
{
    /// <summary>Its id, which sorts by age.</summary>
    public required string Id { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who: a member's address, or <c>token NAME</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>What, such as <c>connection.delete</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what, such as a connection's name.</summary>
    public required string Subject { get; init; }

    /// <summary>One more sentence, without secrets; null where there is none.</summary>
    public string? Detail { get; init; }
}
