using Trueup.Simulation.Time;

namespace Trueup.Simulation.Service;

/// <summary>The lives of the service, one process after the other: how it starts, dies, freezes, is taken over from and wakes up.</summary>
public sealed class Lives : IAsyncDisposable
{
    private readonly World world;
    private readonly string folder;
    private readonly Random dying;
    private readonly List<ServiceProcess> processes = [];

    /// <summary>Makes a service that has not begun.</summary>
    public Lives(World world)
    {
        this.world = world;
        folder = Path.Combine(world.Folder, "service");
        dying = Seeds.Random(world.Options.Seed, "one deaths");
    }

    private bool alive = true;

    /// <summary>The process at work: the newest.</summary>
    public ServiceProcess Process => processes[^1];

    /// <summary>Starts the first process, and deaths.</summary>
    public void Begin()
    {
        Directory.CreateDirectory(folder);
        Start(Path.Combine(folder, "1"));
        world.Begin(DieNowAndThenAsync);
    }

    /// <summary>Nothing happens to processes any more. What is frozen goes on, what has died is started again by itself.</summary>
    public void Calm()
    {
        alive = false;
        foreach (var process in processes)
        {
            process.Machine.Fate = null;
            process.Machine.Thaw();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
    }

    private void Start(string folderOfIts)
    {
        var process = new ServiceProcess(world, new Machine(processes.Count + 1, new MachineClock(world.Time), folderOfIts));
        processes.Add(process);
        foreach (var keeper in process.Keepers)
            world.Begin(keeper.RunAsync);
    }

    private async Task DieNowAndThenAsync()
    {
        if (world.Options.DeathsPerDay <= 0)
            return;
        while (alive)
        {
            await world.Time.WaitAsync(TimeSpan.FromDays(-Math.Log(1 - dying.NextDouble()) / world.Options.DeathsPerDay));
            if (!alive || Process.Machine.Dead || Process.Machine.Frozen)
                continue;
            var machine = Process.Machine;
            var point = (FatePoint)dying.Next(6);
            var passes = dying.Next(point == FatePoint.WithinCommit ? 12 : 30);
            machine.Fate = dying.Next(4) == 0 && point != FatePoint.WithinCommit
                ? new Fate(point, passes, () => FreezeNow(machine))
                : new Fate(point, passes, () => DieNow(machine, point));
        }
    }

    private void DieNow(Machine machine, FatePoint point)
    {
        world.Trace.Say($"#{machine.Number} dies: {point}");
        world.Tally.Deaths++;
        var next = Path.Combine(folder, $"{processes.Count + 1}");
        Copy(machine.Folder, next);
        machine.Die();
        world.Begin(() => RestartAsync(next));
    }

    private async Task RestartAsync(string next)
    {
        await Task.Delay(TimeSpan.FromSeconds(dying.Next(5) == 0 ? dying.Next(20_000) : dying.Next(120)), world.Time);
        Start(next);
    }

    private void FreezeNow(Machine machine)
    {
        world.Trace.Say($"#{machine.Number} freezes");
        world.Tally.Freezes++;
        machine.Freeze();
        world.Begin(() => TakeOverAsync(machine));
    }

    /// <summary>Another process takes over the same mirrors; the frozen one wakes up later and knows nothing of it.</summary>
    private async Task TakeOverAsync(Machine machine)
    {
        await Task.Delay(TimeSpan.FromSeconds(dying.Next(10, 120)), world.Time);
        Start(machine.Folder);
        await Task.Delay(TimeSpan.FromSeconds(dying.Next(1, 5_000)), world.Time);
        world.Trace.Say($"#{machine.Number} thaws");
        machine.Thaw();
    }

    /// <summary>The files of a process as they are when it is killed: its own last words never reach them.</summary>
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.GetFiles(from).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
