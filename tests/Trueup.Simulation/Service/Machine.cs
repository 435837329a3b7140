using Trueup.Simulation.Time;

namespace Trueup.Simulation.Service;

/// <summary>One life of the service's process: it can die or freeze between any two things it does.</summary>
public sealed class Machine(int number, MachineClock clock, string folder)
{
    private TaskCompletionSource? thaw;

    /// <summary>1 for the first process of a world, 2 for the next.</summary>
    public int Number => number;

    /// <summary>Its clock.</summary>
    public MachineClock Clock => clock;

    /// <summary>Where its files are.</summary>
    public string Folder => folder;

    /// <summary>Whether it will never do anything again.</summary>
    public bool Dead { get; private set; }

    /// <summary>Whether it does nothing until it is thawed.</summary>
    public bool Frozen => thaw is not null;

    /// <summary>What will happen to it; null while nothing is planned.</summary>
    public Fate? Fate { get; set; }

    /// <summary>Passes a point at which the process may have died or been frozen. Never returns in a dead one.</summary>
    /// <param name="point">The kind of point.</param>
    public async ValueTask PassAsync(FatePoint point)
    {
        if (Fate is { } fate && !Dead && fate.StrikesAt(point))
        {
            Fate = null;
            fate.Strike();
        }

        if (Dead)
            await Never();
        if (thaw is { } until)
        {
            await until.Task;
            if (Dead)
                await Never();
        }
    }

    /// <summary>Ends the process here and now.</summary>
    public void Die()
    {
        Dead = true;
        clock.Stopped = true;
    }

    /// <summary>Lets the process do nothing more for a while.</summary>
    public void Freeze() => thaw = new TaskCompletionSource();

    /// <summary>Lets a frozen process go on as if nothing had been.</summary>
    public void Thaw()
    {
        var until = thaw;
        thaw = null;
        until?.SetResult();
    }

    /// <summary>What a dead process waits for.</summary>
    public static Task Never() => new TaskCompletionSource().Task;
}

/// <summary>Where a process can die or freeze.</summary>
public enum FatePoint
{
    /// <summary>Before a request is sent.</summary>
    BeforeRequest,
    /// <summary>When the CRM has answered a request and nobody has heard.</summary>
    AfterRequest,
    /// <summary>Before a read of the mirror.</summary>
    BeforeRead,
    /// <summary>Before a commit.</summary>
    BeforeCommit,
    /// <summary>Within a commit, before the next record, burial, link or document.</summary>
    WithinCommit,
    /// <summary>When a commit is durable and nobody has heard.</summary>
    AfterCommit,
}

/// <summary>What is going to happen to a process, at the so-manieth point of a kind.</summary>
public sealed class Fate(FatePoint point, int passes, Action strike)
{
    private int left = passes;

    /// <summary>The kind of point.</summary>
    public FatePoint Point => point;

    /// <summary>Counts a pass. True when this is the one.</summary>
    public bool StrikesAt(FatePoint reached) => reached == point && --left < 0;

    /// <summary>Does it.</summary>
    public void Strike() => strike();
}

/// <summary>Unwinds the stack of a process that died in the middle of a transaction. Nobody in it sees this.</summary>
public sealed class ProcessDiedException : Exception
{
    /// <inheritdoc/>
    public ProcessDiedException() : base("The process has died.")
    {
    }
}
