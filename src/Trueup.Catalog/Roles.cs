namespace Trueup.Catalog;

/// <summary>What members may do. Each role may do everything that the ones below it may.</summary>
public static class Roles
{
    /// <summary>Everything, also making and unmaking owners.</summary>
    public const string Owner = "owner";

    /// <summary>Connect, change, pause and delete accounts; answer the brake; choose fields; manage members below owner, and API tokens.</summary>
    public const string Admin = "admin";

    /// <summary>Start syncs; edit records and undo edits.</summary>
    public const string Editor = "editor";

    /// <summary>Look at everything but credentials; change nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>All roles, the mightiest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Owner, Admin, Editor, Viewer];

    /// <summary>Whether somebody with a role may do what another role is needed for.</summary>
    public static bool Allows(string? has, string needed) => RankOf(has) >= RankOf(needed) && RankOf(needed) > 0;

    private static int RankOf(string? role) => role switch
    {
        Owner => 4,
        Admin => 3,
        Editor => 2,
        Viewer => 1,
        _ => 0,
    };
}
