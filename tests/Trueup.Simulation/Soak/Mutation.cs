using System.Diagnostics;

namespace Trueup.Simulation.Soak;

/// <summary>A deliberate fault in the product's source.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Path">The file it is in, from the project's root.</param>
/// <param name="Why">What is wrong with it, in one sentence.</param>
/// <param name="Right">The text that is right, which stands there once.</param>
/// <param name="Wrong">The text in its place.</param>
internal sealed record Mutant(string Name, string Path, string Why, string Right, string Wrong)
{
    private const string InsteadOf = "--- instead of\n";
    private const string ItSays = "\n--- it says\n";

    /// <exception cref="FormatException">The file is not laid out as mutants are.</exception>
    public static Mutant Read(string file)
    {
        var text = File.ReadAllText(file);
        var (right, wrong) = (text.IndexOf(InsteadOf, StringComparison.Ordinal), text.IndexOf(ItSays, StringComparison.Ordinal));
        var head = text[..Math.Max(right, 0)].Split('\n');
        if (right < 0 || wrong < 0 || head is not [['f', 'i', 'l', 'e', ':', ' ', .. var path], ['w', 'h', 'y', ':', ' ', .. var why], ..])
            throw new FormatException($"{file} must hold 'file:', 'why:', '{InsteadOf.Trim()}' and '{ItSays.Trim()}'.");
        return new Mutant(
            System.IO.Path.GetFileNameWithoutExtension(file), path, why, text[(right + InsteadOf.Length)..wrong], text[(wrong + ItSays.Length)..^1]);
    }
}

/// <summary>Puts deliberate faults into a copy of the product, one at a time, and runs worlds until one notices: proof that the checks can fail.</summary>
internal sealed class Mutation : IDisposable
{
    private static readonly string[] Copied = ["src", "emulators", "tests/Trueup.Simulation", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", "global.json", ".editorconfig"];

    private readonly string root;
    private readonly string copy;
    private readonly TextWriter output;

    public Mutation(TextWriter output)
    {
        this.output = output;
        root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Trueup.slnx")))
            root = Path.GetDirectoryName(root) ?? throw new FormatException("The mutants need the project's source around this program.");
        copy = Path.Combine(Path.GetTempPath(), $"trueup-mutants-{Environment.ProcessId}");
    }

    /// <summary>Runs the mutants. Answers how many no world noticed.</summary>
    public int Run(string? only, long seeds)
    {
        foreach (var part in Copied)
            Copy(Path.Combine(root, part), Path.Combine(copy, part));
        if (Build(Path.Combine(copy, "tests/Trueup.Simulation/Trueup.Simulation.csproj")) is { } trouble)
            throw new FormatException($"The copy cannot be built: {trouble}");
        var survivors = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(root, "tests/Trueup.Simulation/Mutants"), "*.mutant").Order(StringComparer.Ordinal))
        {
            var mutant = Mutant.Read(file);
            if (only is not null && mutant.Name != only)
                continue;
            var noticed = Notice(mutant, seeds);
            if (noticed is null)
                survivors++;
            output.WriteLine($"{mutant.Name}: {noticed ?? "SURVIVED"}");
            output.Flush();
        }

        return survivors;
    }

    public void Dispose()
    {
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
    }

    private string? Notice(Mutant mutant, long seeds)
    {
        var path = Path.Combine(copy, mutant.Path);
        var right = File.ReadAllText(path);
        if (right.Split(mutant.Right).Length != 2)
            throw new FormatException($"The mutant {mutant.Name} does not fit {mutant.Path} any more: what it replaces must stand there once.");
        File.WriteAllText(path, right.Replace(mutant.Right, mutant.Wrong, StringComparison.Ordinal));
        try
        {
            if (Build(Path.Combine(copy, "tests/Trueup.Simulation/Trueup.Simulation.csproj")) is { } trouble)
                throw new FormatException($"The mutant {mutant.Name} does not compile: {trouble}");
            var program = Path.Combine(copy, "tests/Trueup.Simulation/bin/Release/net10.0/Trueup.Simulation.dll");
            var (_, said) = Start("dotnet", [program, "soak", "--gear", "small", "--seeds", $"{seeds}"]);
            return said.Split('\n').FirstOrDefault(line => line.Contains(" FAILED: ", StringComparison.Ordinal));
        }
        finally
        {
            File.WriteAllText(path, right);
        }
    }

    private static string? Build(string project)
    {
        var (status, said) = Start("dotnet", ["build", project, "-c", "Release", "-v", "q", "-nologo", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false"]);
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
