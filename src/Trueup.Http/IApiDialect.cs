using Trueup.Contract;

namespace Trueup.Http;

/// <summary>How one vendor speaks HTTP: what its statuses and headers mean. The pipeline decides what to do about it.</summary>
/// <remarks>Threads: every member may be called concurrently. Nothing here does I/O.</remarks>
public interface IApiDialect
{
    /// <summary>The vendor's name for people, such as <c>HubSpot</c>.</summary>
    string Label { get; }

    /// <summary>The app's name in telemetry, such as <c>hubspot</c>.</summary>
    string App { get; }

    /// <summary>Tells the budget what the headers of an answer say about limits.</summary>
    void Observe(CrmRequest request, CrmAnswer answer, ApiBudget budget);

    /// <summary>Says what an answer without success means.</summary>
    Verdict Judge(CrmRequest request, CrmAnswer answer, DateTimeOffset now);

    /// <summary>The vendor's id of an answer, for its support; null where missing.</summary>
    string? CorrelationOf(CrmAnswer answer);
}

/// <summary>What an answer without success means for the request.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>Asking again the same way will not help.</summary>
    public sealed record Refused(CrmException Error) : Verdict;

    /// <summary>The vendor has a passing trouble.</summary>
    /// <param name="Why">One sentence for the error, if the trouble does not pass.</param>
    /// <param name="After">How long the vendor asks to wait; null: as long as seems fit.</param>
    /// <param name="NotCarriedOut">Whether it is certain that the request had no effect.</param>
    public sealed record TryAgain(string Why, TimeSpan? After = null, bool NotCarriedOut = false) : Verdict;

    /// <summary>A rate limit was hit; nothing may count against it for a while. The request had no effect.</summary>
    public sealed record Throttled(string Limit, TimeSpan Wait, string Why) : Verdict;

    /// <summary>The day's quota is used up. The request had no effect.</summary>
    public sealed record DayUsedUp(string Why) : Verdict;

    /// <summary>The answer is not what the API promises. Worth a few more tries.</summary>
    public sealed record Broken(CrmContractException Error) : Verdict;

    /// <summary>The credentials were not accepted; fresh ones may be.</summary>
    public sealed record CredentialsRefused(CrmException Error) : Verdict;
}
