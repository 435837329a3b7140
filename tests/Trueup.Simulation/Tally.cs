using System.Globalization;

namespace Trueup.Simulation;

/// <summary>How much has happened in a world, or in many.</summary>
public sealed class Tally
{
    /// <summary>Worlds that ended well.</summary>
    public long Worlds { get; set; }

    /// <summary>Days lived, counted for each account.</summary>
    public double AccountDays { get; set; }

    /// <summary>Things done by people in their CRMs; a bulk edit is one.</summary>
    public long Changes { get; set; }

    /// <summary>Edit runs begun by members.</summary>
    public long Edits { get; set; }

    /// <summary>Stretches of trouble: vendor, network, disk or clock.</summary>
    public long Faults { get; set; }

    /// <summary>Processes that died.</summary>
    public long Deaths { get; set; }

    /// <summary>Processes that froze, were taken over from and woke up again.</summary>
    public long Freezes { get; set; }

    /// <summary>Syncs that ended, however they did.</summary>
    public long Syncs { get; set; }

    /// <summary>Requests sent.</summary>
    public long Requests { get; set; }

    /// <summary>Commits made durable, each followed by all checks of a commit.</summary>
    public long Commits { get; set; }

    /// <summary>Adds another tally.</summary>
    public void Add(Tally other)
    {
        Worlds += other.Worlds;
        AccountDays += other.AccountDays;
        Changes += other.Changes;
        Edits += other.Edits;
        Faults += other.Faults;
        Deaths += other.Deaths;
        Freezes += other.Freezes;
        Syncs += other.Syncs;
        Requests += other.Requests;
        Commits += other.Commits;
    }

    /// <summary>The tally in one sentence.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Worlds:N0} worlds, {AccountDays / 365.25:N1} account years, {Changes:N0} changes by people, {Edits:N0} edit runs, {Faults:N0} stretches of trouble, {Deaths:N0} deaths and {Freezes:N0} freezes of the process, "
        + $"{Syncs:N0} syncs, {Requests:N0} requests, {Commits:N0} commits");
}
