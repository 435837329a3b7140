using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Keyset paging over lists that are small enough to be in memory.</summary>
internal static class Paging
{
    /// <summary>The items after the one whose key is the cursor.</summary>
    internal static PageView<T> InMemory<T>(IReadOnlyList<T> all, Func<T, string> key, string? cursor, int? limit)
    {
        var most = Limits.Check(limit ?? 1000, 1000);
        var start = cursor is null ? 0 : all.ToList().FindIndex(item => key(item) == cursor) + 1;
        if (cursor is not null && start == 0)
            throw new ProblemException(Problem.Invalid("The cursor is none of this list's."));
        var page = all.Skip(start).Take(most).ToList();
        return new PageView<T>(page, start + page.Count < all.Count && page.Count > 0 ? key(page[^1]) : null);
    }
}
