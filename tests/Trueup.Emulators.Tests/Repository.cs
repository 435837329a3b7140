namespace Trueup.Emulators.Tests;

internal static class Repository
{
    /// <summary>The folder of the project's sources, above the test's own.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "global.json")) ? folder
        : Path.GetDirectoryName(folder) is { } above ? Find(above)
        : throw new InvalidOperationException("The test does not run within the project's folder.");
}
