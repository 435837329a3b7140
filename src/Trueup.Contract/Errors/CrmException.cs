namespace Trueup.Contract;

/// <summary>The CRM did not do what was asked. The subclass says what happens next.</summary>
/// <remarks>Messages are one plain sentence: what failed, where, what to do. Never a token, never a person's data.</remarks>
public abstract class CrmException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The CRM cannot answer now: unreachable, overloaded, timed out. Try again later.</summary>
public sealed class CrmUnavailableException(string message, TimeSpan? retryAfter = null, Exception? inner = null, bool mayBeDone = false)
    : CrmException(message, inner)
{
    /// <summary>Whether the request was sent and may have been carried out all the same. Always false for one that changes nothing.</summary>
    public bool MayBeDone { get; } = mayBeDone;

    /// <summary>How long the CRM asked us to wait; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>A quota is used up. Background work stops until <see cref="ResetsAt"/>.</summary>
public sealed class CrmQuotaException(string message, string bucket, DateTimeOffset resetsAt) : CrmException(message)
{
    /// <summary>The bucket that ran dry, such as <c>daily</c>.</summary>
    public string Bucket { get; } = bucket;

    /// <summary>When it fills again.</summary>
    public DateTimeOffset ResetsAt { get; } = resetsAt;
}

/// <summary>The CRM no longer accepts the credentials. Every sync of the connection stops until a person reconnects it.</summary>
public sealed class CrmUnauthorizedException(string message, Exception? inner = null) : CrmException(message, inner);

/// <summary>The credentials are good but do not allow this. The stream stops and says so; the others go on.</summary>
public sealed class CrmForbiddenException(string message, IReadOnlyList<string>? missingScopes = null) : CrmException(message)
{
    /// <summary>The scopes that the CRM asked for; empty where it did not say.</summary>
    public IReadOnlyList<string> MissingScopes { get; } = missingScopes ?? [];
}

/// <summary>The CRM does not know what was asked for: the type, record or endpoint is gone.</summary>
public sealed class CrmNotFoundException(string message) : CrmException(message);

/// <summary>The CRM refused the request as wrong. Asking again the same way will not help.</summary>
public sealed class CrmRefusedException(string message, string? code = null) : CrmException(message)
{
    /// <summary>The CRM's own code of the refusal, such as <c>INVALID_FIELD</c>; null where it gives none. Only the connector
    /// that threw it knows what it means.</summary>
    public string? Code { get; } = code;
}

/// <summary>The answer is not what this API promises: HTML, truncated JSON, a page token that repeats. Worth a few more tries, then a person.</summary>
public sealed class CrmContractException(string message, Exception? inner = null) : CrmException(message, inner);

/// <summary>The CRM no longer honours a cursor. The read starts again.</summary>
public sealed class CursorExpiredException(string message) : CrmException(message);
