using System.Globalization;
using Trueup.BlackBox;

namespace Trueup.Bench;

/// <summary>The most memory that a server held, in bytes.</summary>
/// <param name="Onboarding">Until its account was live.</param>
/// <param name="Run">Until the end of the run.</param>
internal readonly record struct Peaks(long Onboarding, long Run);

/// <summary>Says what was measured.</summary>
internal static class Figures
{
    /// <summary>How long a server is watched that has nothing to do.</summary>
    public static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(20);

    private const double Megabyte = 1_048_576;

    /// <summary>Says how long something took with so many records.</summary>
    public static void Say(string what, int records, TimeSpan spent) =>
        Console.WriteLine($"{what}: {spent.TotalSeconds:F2} s, {records / spent.TotalSeconds:N0} records/s");

    /// <summary>Says what a server holds and has held at most, and answers the latter in bytes.</summary>
    public static long SayPeak(TrueupServer server)
    {
        var peak = Memory(server, "VmHWM");
        Console.WriteLine($"  memory: {Memory(server, "VmRSS") / Megabyte:N0} MB now, peak so far {peak / Megabyte:N0} MB");
        return peak;
    }

    /// <summary>Says how memory grew with the number of records.</summary>
    public static void SayGrowth(IReadOnlyList<(int Records, Peaks Peaks)> runs)
    {
        var (small, large) = (runs[0], runs[^1]);
        if (large.Records <= small.Records)
            return;
        double Growth(Func<Peaks, long> peak) => (peak(large.Peaks) - peak(small.Peaks)) / (double)(large.Records - small.Records);
        Console.WriteLine(
            $"memory from {small.Records:N0} to {large.Records:N0} records: {Growth(peaks => peaks.Onboarding):N0} bytes a record while onboarding, "
            + $"{Growth(peaks => peaks.Run):N0} over the run (goal: at most 100)");
    }

    /// <summary>The memory that a server holds, or held at most.</summary>
    /// <param name="server">The server.</param>
    /// <param name="key">VmRSS or VmHWM.</param>
    public static long Memory(TrueupServer server, string key)
    {
        var line = File.ReadLines($"/proc/{server.Program.Id}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Watches what a server holds until something is done, and says it at a few even steps.</summary>
    public static async Task SayCourseAsync(TrueupServer server, Task until)
    {
        const int Steps = 12;
        var held = new List<long>();
        while (!until.IsCompleted)
        {
            held.Add(Memory(server, "VmRSS"));
            await TrueupServer.PauseAsync(100);
        }

        await until;
        var shown = Enumerable.Range(1, Steps).Select(step => $"{held[(held.Count - 1) * step / Steps] / Megabyte:N0}");
        Console.WriteLine($"  memory on the way, MB: {string.Join(' ', shown)}");
    }

    /// <summary>The part of one core that a server takes that has nothing to do.</summary>
    public static async Task<double> IdleAsync(TrueupServer server)
    {
        var busy = server.Program.ProcessorTime;
        await Task.Delay(IdleFor, TimeProvider.System, CancellationToken.None);
        return (server.Program.ProcessorTime - busy) / IdleFor;
    }
}
