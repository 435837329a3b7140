using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>What is to be done about one link.</summary>
internal enum LinkDecision
{
    /// <summary>The CRM has it as it is wanted.</summary>
    Unmodified,
    /// <summary>Somebody else changed what the change would change.</summary>
    Conflict,
    /// <summary>Add it, or take it away.</summary>
    Write,
}

/// <summary>Decides about links. Pure.</summary>
internal static class LinkDecisions
{
    /// <summary>Decides by three versions: what the user saw, what the CRM has, what is wanted.</summary>
    /// <param name="work">The change.</param>
    /// <param name="seen">What the user saw of the links that it touches.</param>
    /// <param name="current">What the CRM has of them.</param>
    /// <param name="rule">What happens to conflicts.</param>
    public static LinkDecision Between(LinkWork work, IReadOnlyList<HeldLink> seen, IReadOnlyList<HeldLink> current, ConflictRule rule)
    {
        if (IsDone(work, current))
            return LinkDecision.Unmodified;
        if (rule == ConflictRule.Overwrite)
            return LinkDecision.Write;
        var isAsSeen = work.Type is null ? Same(work.Between(seen), work.Between(current)) : IsThere(work, seen) == IsThere(work, current);
        return isAsSeen && !IsTakenFromUnseen(work, seen, current) ? LinkDecision.Write : LinkDecision.Conflict;
    }

    /// <summary>Whether the CRM has it as it is wanted.</summary>
    public static bool IsDone(LinkWork work, IReadOnlyList<HeldLink> current) =>
        work.Removes == (work.Type is null ? !work.Between(current).Any() : !IsThere(work, current));

    /// <summary>What the CRM should have afterwards of the links that the change touches.</summary>
    public static IReadOnlyList<HeldLink> Expected(LinkWork work, IReadOnlyList<HeldLink> current) => (work.Removes, work.Type) switch
    {
        (true, null) => [.. current.Except(work.Between(current))],
        (true, { } type) => [.. current.Except(work.Between(current).Where(link => link.IsOf(type)))],
        (false, { } type) => [.. current.Where(link => !(type.IsSingle && link.IsOf(type))), work.Held(new Association(work.Target, type.Category, type.TypeId, type.Label))],
        _ => throw new System.Diagnostics.UnreachableException("A link is added without a type."),
    };

    private static bool IsThere(LinkWork work, IEnumerable<HeldLink> links) => work.Between(links).Any(link => link.IsOf(work.Type!));

    private static bool Same(IEnumerable<HeldLink> left, IEnumerable<HeldLink> right) =>
        left.Select(link => (link.Category, link.TypeId)).ToHashSet().SetEquals(right.Select(link => (link.Category, link.TypeId)));

    /// <summary>Whether a link that only one record can have would be taken from one to which somebody else has just given it.</summary>
    private static bool IsTakenFromUnseen(LinkWork work, IReadOnlyList<HeldLink> seen, IReadOnlyList<HeldLink> current) =>
        work is { Removes: false, Type: { IsSingle: true } type } && current.Any(link => link.IsOf(type) && !seen.Any(link.Is));
}
