using System.Diagnostics;

namespace Trueup.Simulation.Soak;

/// <summary>A deliberate fault in the product's source.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Path">The file it is in, from the project's root.</param>
/// <param name="Why">What is wrong with it, in one sentence.</param>
/// <param name="Right">The text that is right, which stands there once.</param>
/// <param name="Wrong">The text in its place.</param>
/// <param name="World">A world of the tests that noticed it, as options of a soak; null while none is known.</param>
internal sealed record Mutant(string Name, string Path, string Why, string Right, string Wrong, string? World)
{
    private const string InsteadOf = "--- instead of\n";
    private const string ItSays = "\n--- it says\n";

    /// <summary>Whether what it replaces stands exactly once in a source.</summary>
    public bool Fits(string source) => source.Split(Right).Length == 2;

    /// <exception cref="FormatException">The file is not laid out as mutants are.</exception>
    public static Mutant Read(string file)
    {
        var text = File.ReadAllText(file);
        var (right, wrong) = (text.IndexOf(InsteadOf, StringComparison.Ordinal), text.IndexOf(ItSays, StringComparison.Ordinal));
        var head = text[..Math.Max(right, 0)].Split('\n');
        if (right < 0 || wrong < 0 || head is not [['f', 'i', 'l', 'e', ':', ' ', .. var path], ['w', 'h', 'y', ':', ' ', .. var why], ..])
            throw new FormatException($"{file} must hold 'file:', 'why:', '{InsteadOf.Trim()}' and '{ItSays.Trim()}'.");
        var world = head is [_, _, ['w', 'o', 'r', 'l', 'd', ':', ' ', .. var options], ..] ? options : null;
        return new Mutant(
            System.IO.Path.GetFileNameWithoutExtension(file), path, why, text[(right + InsteadOf.Length)..wrong], text[(wrong + ItSays.Length)..^1], world);
    }
}

/// <summary>Puts deliberate faults into a copy of the product, one at a time, and runs worlds until one notices: proof that the checks can fail.</summary>
public sealed class Mutation : IDisposable
{
    private const string Built = "bin/Release/net10.0";

    private static readonly string[] Copied = ["src", "emulators", "tests/Trueup.Simulation", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", "global.json", ".editorconfig"];

    private readonly string root;
    private readonly string copy;
    private readonly TextWriter output;

    /// <summary>Prepares a proof that tells each mutant's fate.</summary>
    public Mutation(TextWriter output)
    {
        this.output = output;
        root = Root();
        copy = Path.Combine(Path.GetTempPath(), $"trueup-mutants-{Environment.ProcessId}");
    }

    /// <summary>How many mutants there are.</summary>
    public static int Count => Files(Root()).Count;

    /// <summary>The names of mutants that do not fit the source, of open ones as well.</summary>
    public static IReadOnlyList<string> Misfits()
    {
        var root = Root();
        return [.. Files(root, SearchOption.AllDirectories).Select(Mutant.Read).Where(mutant => !mutant.Fits(File.ReadAllText(Path.Combine(root, mutant.Path)))).Select(mutant => mutant.Name)];
    }

    /// <summary>Runs the mutants. Answers how many no world noticed.</summary>
    /// <param name="only">Names, with commas between them, of open ones as well; null for all but the open ones.</param>
    /// <param name="seeds">Worlds to run for each.</param>
    public int Run(string? only, long seeds)
    {
        foreach (var part in Copied)
            Copy(Path.Combine(root, part), Path.Combine(copy, part));
        if (Build(Path.Combine(copy, "tests/Trueup.Simulation/Trueup.Simulation.csproj")) is { } trouble)
            throw new FormatException($"The copy cannot be built: {trouble}");

        var survivors = 0;
        foreach (var file in Files(root, only is null ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories))
        {
            var mutant = Mutant.Read(file);
            if (only is not null && !only.Split(',').Contains(mutant.Name))
                continue;
            var noticed = Notice(mutant, seeds);
            if (noticed is null)
                survivors++;
            output.WriteLine($"{mutant.Name}: {noticed ?? "SURVIVED"}");
            output.Flush();
        }

        return survivors;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
    }

    private static string Root()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Trueup.slnx")))
            root = Path.GetDirectoryName(root) ?? throw new FormatException("The mutants need the project's source around this program.");
        return root;
    }

    private static List<string> Files(string root, SearchOption depth = SearchOption.TopDirectoryOnly) =>
        [.. Directory.GetFiles(Path.Combine(root, "tests/Trueup.Simulation/Mutants"), "*.mutant", depth).Order(StringComparer.Ordinal)];

    private string? Notice(Mutant mutant, long seeds)
    {
        var path = Path.Combine(copy, mutant.Path);
        var right = File.ReadAllText(path);
        if (!mutant.Fits(right))
            throw new FormatException($"The mutant {mutant.Name} does not fit {mutant.Path} any more: what it replaces must stand there once.");
        File.WriteAllText(path, right.Replace(mutant.Right, mutant.Wrong, StringComparison.Ordinal));
        var programs = Path.Combine(copy, "tests/Trueup.Simulation", Built);
        string? spoilt = null;
        try
        {
            // Only the project that it is in, whose library then takes its place beside the others.
            var project = Directory.GetFiles(ProjectOf(path), "*.csproj").Single();
            if (Build(project, "--no-restore", "--no-dependencies") is { } trouble)
                throw new FormatException($"The mutant {mutant.Name} does not compile: {trouble}");
            spoilt = Path.Combine(programs, Path.GetFileNameWithoutExtension(project) + ".dll");
            File.Copy(spoilt, spoilt + ".right");
            File.Copy(Path.Combine(ProjectOf(path), Built, Path.GetFileName(spoilt)), spoilt, overwrite: true);
            var program = Path.Combine(programs, "Trueup.Simulation.dll");


            // The world that noticed it last time comes first; should it have changed, all of them have their turn.
            return (mutant.World is { } known ? Failure(program, ["--seeds", "1", .. known.Split(' ')]) : null)
                ?? Failure(program, ["--first", "1", "--seeds", $"{seeds}"]);
        }
        finally
        {
            File.WriteAllText(path, right);
            if (spoilt is not null)
                File.Move(spoilt + ".right", spoilt, overwrite: true);
        }
    }

    private static string ProjectOf(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        while (Directory.GetFiles(folder, "*.csproj").Length == 0)
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private static string? Failure(string program, IReadOnlyList<string> options)
    {
        var (_, said) = Start("dotnet", [program, "soak", "--gear", "small", .. options]);
        return said.Split('\n').FirstOrDefault(line => line.Contains(" FAILED: ", StringComparison.Ordinal));
    }

    private static string? Build(string project, params string[] options)
    {
        var (status, said) = Start("dotnet", ["build", project, "-c", "Release", "-v", "q", "-nologo", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", .. options]);
        return status == 0 ? null : said.Split('\n').FirstOrDefault(line => line.Contains(": error ", StringComparison.Ordinal)) ?? said;
    }

    private static (int Status, string Said) Start(string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })
            ?? throw new FormatException($"{program} cannot be started.");
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }

        foreach (var file in Directory.GetFiles(from))
            Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(from).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj")))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
