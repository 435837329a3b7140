using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Intercom;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.Intercom;

/// <summary>An Intercom workspace in a world.</summary>
/// <param name="url">Its address.</param>
/// <param name="workspace">The workspace.</param>
public sealed class IntercomCrm(Uri url, EmulatedIntercom workspace) : SimulatedCrm(workspace)
{
    /// <inheritdoc/>
    public override Uri Url => url;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> EditableStreams => IntercomLife.Streams;

    /// <inheritdoc/>
    public override TimeSpan StampsTo => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override RecordState? StateOf(string stream, string id) => workspace.StateOf(stream, id);

    /// <inheritdoc/>
    public override IEnumerable<RecordState> Each(string stream) => workspace.Each(stream);

    /// <inheritdoc/>
    public override Credentials IssueTokens() => new() { AccessToken = workspace.IssueToken() };

    /// <inheritdoc/>
    /// <remarks>There are no refresh tokens: a token opens the workspace until somebody withdraws it, and then a person has to be asked.</remarks>
    public override bool IsOpenTo(string refreshToken) => false;

    /// <inheritdoc/>
    public override string MirroredName(string stream) => stream;

    /// <inheritdoc/>
    public override string StateName(StreamName stream) => stream.Value;

    /// <inheritdoc/>
    /// <remarks>Every record's own type, id and workspace, which the mirror holds once.</remarks>
    public override bool Mirrors(RecordState record, string field) => field is not ("type" or "id" or "workspace_id" or "app_id");

    /// <inheritdoc/>
    /// <remarks>No record tells which segments contacts are in.</remarks>
    public override bool MirrorsLinks(string stream, string other) => (stream, other) is not (("contacts", "segments") or ("segments", "contacts"));

    /// <inheritdoc/>
    /// <remarks>What names other records changes with those, and no stamp moves.</remarks>
    public override string? ComputedFrom(string stream, string field) => (stream, field) switch
    {
        ("contacts", "companies") => "companies",
        ("contacts", "tags") => "tags",
        ("contacts", "merge_history") => "contacts",
        ("companies", "user_count") => "contacts",
        ("companies" or "conversations", "tags") => "tags",
        ("conversations" or "tickets", "contacts") => "contacts",
        ("tickets", "ticket_type") or ("conversations", "linked_objects") => "tickets",
        ("tickets", "linked_objects") => "conversations",
        ("conversations", "company") => "companies",
        ("companies", "segments") => "segments",
        ("teams", "admin_ids") => "admins",
        ("admins", "team_ids") => "teams",
        _ => null,
    };

    /// <inheritdoc/>
    /// <remarks>What people define for conversations and tickets is asked for at night, which saves two calls an hour.</remarks>
    public override bool IsDescribedHourly(string stream) => stream is not ("conversations" or "tickets");

    /// <inheritdoc/>
    /// <remarks>Users tell who was merged into them, leads do not. The one who is gone tells whoever asks for it, but nobody asks for who was never seen.</remarks>
    public override bool TellsOfMerge(RecordState merged) =>
        merged.MergedInto is { } into && workspace.StateOf("contacts", into) is { Deleted: null } survivor && survivor.Properties.GetValueOrDefault("role") == "user";

    /// <inheritdoc/>
    public override IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since) => workspace.WrittenSince(since);

    /// <inheritdoc/>
    public override Life Inhabit(Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams, bool redraws) =>
        new IntercomLife(this, population, tally, voice, chance, streams) { Redraws = redraws };
}
