using Trueup.Emulators;

namespace Trueup.Simulation.Crm;

/// <summary>People in a CRM in which one deed moves more than the records it is about: what became of whom is found by asking the CRM after each deed what it has just written.</summary>
public abstract class WatchedLife(SimulatedCrm crm, Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams)
    : Life(crm, population, tally, voice, chance, streams)
{
    /// <inheritdoc/>
    protected override MutationResult Do(Mutation mutation)
    {
        var result = base.Do(mutation);
        TakeNote();
        return result;
    }

    /// <inheritdoc/>
    protected override void Bear(string stream, string id)
    {
        // What was written is noted as it is done.
    }

    /// <inheritdoc/>
    protected override void Note(string stream, string id, Touch touch)
    {
        // The same.
    }

    /// <inheritdoc/>
    protected override void Move(List<string> from, List<string> to, IReadOnlyList<string> ids)
    {
        // The same.
    }
}
