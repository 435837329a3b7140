using System.Xml.Linq;

namespace Trueup.Repository.Tests;

/// <summary>The checkout that the running tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)
                && !file.Contains("/node_modules/", StringComparison.Ordinal));

    /// <summary>Names of the projects that a project refers to.</summary>
    public static IReadOnlyList<string> References(string project) =>
    [
        .. XDocument.Load(Directory.EnumerateFiles(Root, $"{project}.csproj", SearchOption.AllDirectories).Single())
            .Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))),
    ];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Trueup.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("No Trueup.slnx above the running tests.");
    }
}
