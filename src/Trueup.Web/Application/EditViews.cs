using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>An edit run to start.</summary>
/// <param name="Mode"><c>preview</c> does everything but write; <c>update</c> writes.</param>
/// <param name="Stream">The stream.</param>
/// <param name="IfConflict"><c>stop</c> (also where it is missing) leaves a record whose field somebody else changed; <c>overwrite</c> writes over it.</param>
/// <param name="Changes">1 to 100,000 changes, each about another record.</param>
public sealed record NewEdit(string? Mode, string? Stream, string? IfConflict, IReadOnlyList<NewChange>? Changes);

/// <summary>One change: fields of a record, a new record, a deletion, or a link.</summary>
/// <param name="Id">The record; null for a new one.</param>
/// <param name="Fields">What to set, by field; null or an empty text clears.</param>
/// <param name="Was">What the user saw in those fields; where it is missing, what the mirror holds.</param>
/// <param name="Create">The fields of a new record.</param>
/// <param name="Delete">True to delete the record.</param>
/// <param name="Associate">A record to link it with.</param>
/// <param name="Dissociate">A record whose link with it is to go.</param>
public sealed record NewChange(
    string? Id = null, IReadOnlyDictionary<string, JsonElement>? Fields = null, IReadOnlyDictionary<string, JsonElement>? Was = null,
    IReadOnlyDictionary<string, JsonElement>? Create = null, bool Delete = false, NewLink? Associate = null, NewLink? Dissociate = null);

/// <summary>A link to add or to take away.</summary>
/// <param name="Stream">The stream of the record at the other end.</param>
/// <param name="Id">The record at the other end.</param>
/// <param name="Label">The label of its type, as the app shows it; null for the unlabelled link, and to take away every link between the two records.</param>
/// <param name="TypeId">The app's id of the type, instead of a label; where links are fields of records, the name of the field.</param>
/// <param name="Category">Who defined the type, where its id alone does not tell.</param>
public sealed record NewLink(string? Stream, string? Id, string? Label = null, string? TypeId = null, string? Category = null);

/// <summary>What to undo.</summary>
/// <param name="Ids">Only these records; null for all of the run.</param>
/// <param name="Mode"><c>update</c> (also where it is missing) or <c>preview</c>.</param>
public sealed record NewUndo(IReadOnlyList<string>? Ids = null, string? Mode = null);

/// <summary>What to decide about conflicts of a run that has ended.</summary>
/// <param name="Take"><c>theirs</c> leaves what the app holds; <c>mine</c> writes what was wanted, unless the app has changed once more.</param>
/// <param name="Ids">Only these records; null for all in conflict.</param>
public sealed record NewResolution(string? Take, IReadOnlyList<string>? Ids = null);

/// <summary>What may be done to the records of a stream.</summary>
/// <param name="Updates">Whether fields can be set.</param>
/// <param name="Creates">Whether records can be made.</param>
/// <param name="Deletes">Whether records can be deleted.</param>
/// <param name="Restores">Whether a deleted record comes back under its own id when that is undone.</param>
/// <param name="Links">Whether links to other records may be added and taken away, apart from fields.</param>
/// <param name="Locked">Why nothing may be done now, in one sentence; null where something may, and for those who may not edit at all.</param>
public sealed record EditAbilities(bool Updates, bool Creates, bool Deletes, bool Restores, bool Links, string? Locked)
{
    /// <summary>Nothing may be done.</summary>
    public static EditAbilities Nothing { get; } = None(null);

    internal static EditAbilities None(string? locked) => new(false, false, false, false, false, locked);
}

/// <summary>An edit run.</summary>
/// <param name="Mode"><c>preview</c> or <c>update</c>.</param>
/// <param name="IfConflict"><c>stop</c>, <c>overwrite</c>, or <c>write-others</c> for an undo.</param>
/// <param name="Undoes">The run that it undoes; null for one that undoes none.</param>
/// <param name="FinishedAt">Null while it is under way.</param>
/// <param name="Reason">Why it stopped before its end, or waits; null where it did not.</param>
/// <param name="Results">One page of what became of its changes, in their order; null in lists.</param>
/// <param name="Next">The cursor of the next page of results; null at the end.</param>
public sealed record EditView(
    string Run, string ConnectionId, string Stream, string Mode, string IfConflict, string User, string? Undoes, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt,
    string? Reason, int Total, int Succeeded, int Failed, int Conflicted, int Unmodified, long ApiCalls, IReadOnlyList<EditResultView>? Results, string? Next);

/// <summary>What became of one change.</summary>
/// <param name="Position">Its place in the run, from 0.</param>
/// <param name="Id">The record; null for one that was not made.</param>
/// <param name="Kind">What was to be done.</param>
/// <param name="Outcome"><c>updated</c>, <c>created</c>, <c>deleted</c>, <c>restored</c>, <c>unmodified</c>, <c>conflict</c>, <c>rejected</c>; while the run is under way also
/// <c>waiting</c>, and <c>unknown</c> for what was sent and not heard of yet.</param>
/// <param name="Wanted">The values wanted, by field; null for a deletion.</param>
/// <param name="Before">What the app held in the fields that were written, or in all of a record that was deleted.</param>
/// <param name="After">What the app holds in them now; in a preview and a conflict, what is wanted.</param>
/// <param name="Current">In a conflict: what the app holds.</param>
/// <param name="Reason">Why it was not done; the app's own words where the app refused.</param>
/// <param name="Link">Opens the record in the app; null where there is none.</param>
public sealed record EditResultView(
    int Position, string? Id, WriteKind Kind, string Outcome, JsonElement? Wanted, JsonElement? Before, JsonElement? After, JsonElement? Current, string? Reason, string? Link);
