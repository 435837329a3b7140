namespace Trueup.Emulators;

/// <summary>Something that people do to a CRM, done behind the back of its API: no validation, no quota, no log entry.</summary>
public abstract record Mutation;

/// <summary>Creates a record.</summary>
/// <param name="Stream">The stream, by any name the CRM knows it by.</param>
/// <param name="Properties">Values as the CRM stores them; a missing or null value stays null.</param>
/// <param name="ModifiedAt">The stamp; null for now.</param>
public sealed record CreateRecord(string Stream, IReadOnlyDictionary<string, string?> Properties, DateTimeOffset? ModifiedAt = null) : Mutation;

/// <summary>Edits records, all with one stamp. Calculated fields alone move no stamp.</summary>
public sealed record EditRecords(
    string Stream, IReadOnlyList<string> Ids, IReadOnlyDictionary<string, string?> Properties, DateTimeOffset? ModifiedAt = null) : Mutation;

/// <summary>Moves records to the recycle bin.</summary>
public sealed record DeleteRecords(string Stream, IReadOnlyList<string> Ids) : Mutation;

/// <summary>Erases records without a trace in the CRM's API.</summary>
public sealed record PurgeRecords(string Stream, IReadOnlyList<string> Ids) : Mutation;

/// <summary>Brings records back from the recycle bin, with their links.</summary>
public sealed record RestoreRecords(string Stream, IReadOnlyList<string> Ids) : Mutation;

/// <summary>Merges records. The result's id is the id that survives, which the vendor may choose anew.</summary>
public sealed record MergeRecords(string Stream, string Winner, IReadOnlyList<string> Losers) : Mutation;

/// <summary>One end of a link.</summary>
public readonly record struct LinkEnd(string Stream, string Id);

/// <summary>Links two records.</summary>
/// <param name="Label">The label as read from <paramref name="From"/>; null for an unlabelled link. An unknown label is defined.</param>
public sealed record AssociateRecords(LinkEnd From, LinkEnd To, string? Label = null) : Mutation;

/// <summary>Unlinks two records; with a label, removes only that label.</summary>
public sealed record DissociateRecords(LinkEnd From, LinkEnd To, string? Label = null) : Mutation;

/// <summary>A choice of an enumeration.</summary>
/// <param name="ValidFor">The values of the controlling field that allow it; null where nothing controls it.</param>
public sealed record EmulatedOption(string Value, string Label, IReadOnlyList<string>? ValidFor = null);

/// <summary>The definition of a field in a control call.</summary>
/// <param name="Name">The CRM's name of it.</param>
/// <param name="Label">What people read; null for the name (adding) or unchanged (editing).</param>
/// <param name="Type">The vendor's type, such as <c>string</c>; null for text (adding) or unchanged (editing).</param>
/// <param name="Options">Choices of an enumeration; null for none (adding) or unchanged (editing).</param>
/// <param name="Calculated">Whether the CRM computes it.</param>
/// <param name="Controller">The field that decides which choices there are, in CRMs that know this; null for none (adding) or unchanged (editing).</param>
public sealed record EmulatedField(
    string Name, string? Label = null, string? Type = null, IReadOnlyList<EmulatedOption>? Options = null, bool Calculated = false, string? Controller = null);

/// <summary>Adds a field. No record is stamped.</summary>
public sealed record AddField(string Stream, EmulatedField Field) : Mutation;

/// <summary>Changes the label, type or options of a field. No record is stamped.</summary>
public sealed record EditField(string Stream, EmulatedField Field) : Mutation;

/// <summary>Removes a field and hides its values.</summary>
public sealed record RemoveField(string Stream, string Field) : Mutation;

/// <summary>Takes away the permission to see a field.</summary>
public sealed record HideField(string Stream, string Field) : Mutation;

/// <summary>Gives back the permission to see a field, with the values that changed meanwhile.</summary>
public sealed record ShowField(string Stream, string Field) : Mutation;

/// <summary>Gives a field another API name. No record is stamped.</summary>
public sealed record RenameField(string Stream, string Field, string NewName) : Mutation;

/// <summary>Takes away the permission to see a stream at all.</summary>
public sealed record HideStream(string Stream) : Mutation;

/// <summary>Gives back the permission to see a stream.</summary>
public sealed record ShowStream(string Stream) : Mutation;

/// <summary>A pipeline in a control call.</summary>
/// <param name="Id">The CRM's id of it; an unknown one is added.</param>
/// <param name="Label">What people read; null for the id (adding) or unchanged (editing).</param>
/// <param name="Stages">Its stages in order, all of them: a stage that is missing is removed; null for none (adding) or unchanged (editing).</param>
public sealed record EmulatedPipeline(string Id, string? Label = null, IReadOnlyList<EmulatedOption>? Stages = null);

/// <summary>Adds a pipeline, or changes its label or stages. No record is stamped.</summary>
public sealed record EditPipeline(string Stream, EmulatedPipeline Pipeline) : Mutation;

/// <summary>What a mutation did.</summary>
/// <param name="Id">The id of the record created or surviving; null for other operations.</param>
/// <param name="Count">How many records, links or fields it touched.</param>
public sealed record MutationResult(string? Id, int Count);
