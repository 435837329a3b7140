namespace Trueup.Catalog;

/// <summary>A mail to send, or sent.</summary>
public sealed class MailEntry
{
    /// <summary>Its id, which sorts by age.</summary>
    public required string Id { get; init; }

    /// <summary>The recipient's address.</summary>
    public required string To { get; init; }

    /// <summary>The subject.</summary>
    public required string Subject { get; init; }

    /// <summary>The text.</summary>
    public required string Body { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When to try, or try again; null once sent or given up.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }

    /// <summary>When it was handed over; null before.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    public string? Error { get; set; }
}
