namespace Trueup.Catalog;

/// <summary>Makes ids that sort by age.</summary>
public static class Ids
{
    /// <summary>A new id.</summary>
    public static string New(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow()).ToString();
}
