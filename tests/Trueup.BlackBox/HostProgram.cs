using System.Diagnostics;
using System.Text;

namespace Trueup.BlackBox;

/// <summary>The built program, run as a process of its own, as users run it.</summary>
public sealed class HostProgram : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly TaskCompletionSource<string> firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProgram(Process process) => this.process = process;

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Everything it printed.</summary>
    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Where the built program lies: <c>TRUEUP_HOST</c>, or the output of the newest build in the checkout around the running assembly.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("TRUEUP_HOST") ?? FindBuilt();

    /// <summary>Starts the program.</summary>
    /// <param name="arguments">Command and options.</param>
    /// <param name="settings">Environment variables to set.</param>
    /// <param name="workingFolder">Where to run it, so that no settings file of the checkout is read.</param>
    public static HostProgram Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> settings, string workingFolder)
    {
        var start = new ProcessStartInfo("dotnet", [Path, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = workingFolder,
        };
        foreach (var key in start.Environment.Keys.Where(key => key.StartsWith("TRUEUP_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(key);
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        var program = new HostProgram(Process.Start(start) ?? throw new InvalidOperationException("The program did not start."));
        program.process.OutputDataReceived += (_, line) => program.Hear(line.Data, isOutput: true);
        program.process.ErrorDataReceived += (_, line) => program.Hear(line.Data, isOutput: false);
        program.process.BeginOutputReadLine();
        program.process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Waits for the first line on standard output.</summary>
    public async Task<string> FirstLineAsync()
    {
        var ended = process.WaitForExitAsync();
        await Task.WhenAny(firstLine.Task, ended);
        return firstLine.Task.IsCompleted ? await firstLine.Task : throw new InvalidOperationException($"The program ended without a word on standard output: {Said}");
    }

    /// <summary>Waits for the first line on standard output, or the end, and answers what was printed until then.</summary>
    public async Task<string> FirstLineOrEndAsync()
    {
        await Task.WhenAny(firstLine.Task, process.WaitForExitAsync());
        return Said;
    }

    /// <summary>Waits for the end and answers the exit status.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>SIGKILL: the process gets no chance to do anything.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: asks it to stop.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGSTOP: it does nothing at all until it is thawed, and does not know.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>SIGCONT: it goes on.</summary>
    public void Thaw() => Signal("CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private void Signal(string name) => Process.Start("kill", [$"-{name}", $"{process.Id}"]).WaitForExit();

    private void Hear(string? line, bool isOutput)
    {
        if (line is null)
            return;
        lock (said)
            said.AppendLine(line);
        if (isOutput)
            firstLine.TrySetResult(line);
    }

    private static string FindBuilt()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var output = System.IO.Path.Combine(folder.FullName, "src", "Trueup.Host", "bin");
            if (!Directory.Exists(output))
                continue;
            return Directory.EnumerateFiles(output, "trueup.dll", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/ref/", StringComparison.Ordinal)).MaxBy(File.GetLastWriteTimeUtc)
                ?? throw new InvalidOperationException("src/Trueup.Host is not built.");
        }

        throw new InvalidOperationException("The checkout was not found above the running assembly; set TRUEUP_HOST.");
    }
}
