using Trueup.Emulators;

namespace Trueup.Simulation.Crm;

/// <summary>People in a CRM in which one deed moves more than the records it is about: what became of whom is found by asking the CRM after each deed what it has just written.</summary>
public abstract class WatchedLife(SimulatedCrm crm, Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams)
    : Life(crm, population, tally, voice, chance, streams)
{
    /// <summary>The records written at an instant or later.</summary>
    protected abstract IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since);

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

    private void TakeNote()
    {
        var now = Now;
        foreach (var moment in WrittenSince(now))
        {
            var people = Population.Of(moment.Stream);
            if (moment.Life == RecordLife.Live != people.Biographies.GetValueOrDefault(moment.Id)?.Live || moment.Life != RecordLife.Live)
            {
                people.Live.Remove(moment.Id);
                people.Archived.Remove(moment.Id);
                people.Ended.Remove(moment.Id);
                (moment.Life switch { RecordLife.Live => people.Live, RecordLife.Archived => people.Archived, _ => people.Ended }).Add(moment.Id);
            }

            Population.Note(moment.Stream, moment.Id,
                moment.Life != RecordLife.Live ? Touch.Ended : moment.ModifiedAt > now - StampsTo ? Touch.Stamped : Touch.Unstamped);
        }
    }
}
