using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>Follows the locators of a query of a page or a few, and never in a circle.</summary>
/// <param name="what">What is read, for the message.</param>
internal sealed class LocatorTrail(string what)
{
    // A page that Salesforce sends empty may lead to its own place once more, but not for ever.
    private const int MostStandstills = 5;

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private int standstills;

    /// <summary>Where the rest of an answer is; null at the end.</summary>
    /// <exception cref="CrmContractException">The answer leads back to where it came from.</exception>
    public string? After(QueryAnswer answer)
    {
        if (answer.Locator is not { } next)
            return null;
        standstills = answer.Rows > 0 ? 0 : standstills + 1;
        if (!seen.Add(next) && (standstills == 0 || standstills > MostStandstills))
            throw new CrmContractException($"Salesforce sent the same page token twice while {what} were read, so the read would never end; it starts again with the next sync.");
        return next;
    }
}
