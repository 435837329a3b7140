using System.Xml;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>The streams and fields of an account, its API budget, and comparisons by hand.</summary>
public sealed class Streams(
    Connections connections, SyncLog log, ConnectionKeepers keepers, Verifications verifications, AuditTrail audit, TimeProvider clock)
{
    /// <summary>The streams of an account.</summary>
    /// <exception cref="ProblemException">404, or 503 where the mirror cannot be opened.</exception>
    public async Task<IReadOnlyList<StreamView>> ListAsync(string connection, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        return [.. (await open.Mirror.StreamsAsync(cancellationToken)).Select(stream => Show(stream, open.Sync))];
    }

    /// <summary>The fields of a stream, retired ones last.</summary>
    /// <exception cref="ProblemException">404, or 503 where the mirror cannot be opened.</exception>
    public async Task<IReadOnlyList<FieldView>> FieldsAsync(string connection, string stream, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(connection, cancellationToken);
        var found = await FindAsync(open, stream, cancellationToken);
        return [.. found.Fields.OrderBy(f => f.RetiredAt is not null).Select(field => Show(found.Name, field, open.Sync))];
    }

    /// <summary>Chooses whether a field is mirrored, and whether it is personal data. Needs admin.</summary>
    /// <exception cref="ProblemException">404, or 503 where the mirror cannot be written.</exception>
    public async Task<FieldView> ChooseFieldAsync(
        Actor actor, string connection, string stream, string field, bool? included, bool? personal, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        var entry = await connections.FindAsync(connection, cancellationToken);
        var found = await FindAsync(await log.OpenAsync(entry, cancellationToken), stream, cancellationToken);
        if (found.Fields.All(f => f.Definition.Name != field))
            throw new ProblemException(Problem.NotFound($"{stream} has no field {field}."));
        try
        {
            await keepers.Of(entry.Id).ChooseAsync(new FieldChoice(found.Name, field, included, personal), cancellationToken);
        }
        catch (MirrorException failure)
        {
            throw new ProblemException(Problem.Unavailable(failure.Message));
        }
        // The values on old records are read by a full sync of the stream, which need not wait for the night.
        if (included == true && entry.PausedAt is null && found.Fields.Any(f => f.Definition.Name == field && !f.Included))
            await log.StartAsync(actor, entry.Id, new NewSync(SyncKind.Full, stream, null), cancellationToken);
        await audit.WriteAsync(actor.Name, "field.choose", entry.Name, $"{stream}.{field}", cancellationToken);
        return (await FieldsAsync(entry.Id, stream, cancellationToken)).First(f => f.Name == field);
    }

    /// <summary>The API budget of an account, bucket by bucket.</summary>
    /// <exception cref="ProblemException">404, or 503 where the mirror cannot be opened.</exception>
    public async Task<IReadOnlyList<BudgetView>> BudgetAsync(string connection, CancellationToken cancellationToken) =>
        [.. (await OpenAsync(connection, cancellationToken)).Connector.Budget.Select(b =>
            new BudgetView(b.Name, b.Limit, b.Window.TotalSeconds, b.UsedByUs, b.UsedByOthers, b.ResetsAt, b.Reserve))];

    /// <summary>Begins to compare mirror and CRM record by record, changing nothing. Answers the comparison's id. Needs editor, since it costs API calls.</summary>
    /// <exception cref="ProblemException">404, or 503 where the mirror cannot be opened.</exception>
    public async Task<string> BeginVerificationAsync(Actor actor, string connection, string? stream, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        var entry = await connections.FindAsync(connection, cancellationToken);
        var open = await log.OpenAsync(entry, cancellationToken);
        if (stream is not null)
            await FindAsync(open, stream, cancellationToken);
        return await verifications.BeginAsync(entry.Id, stream is null ? null : new StreamName(stream), cancellationToken);
    }

    /// <summary>How far a comparison is, or what it found.</summary>
    /// <exception cref="ProblemException">404.</exception>
    public VerificationView GetVerification(string id)
    {
        var found = verifications.Find(id) ?? throw new ProblemException(Problem.NotFound($"There is no comparison {id}; the server may have been restarted."));
        var status = found.IsRunning ? "running"
            : found.Report is null || found.Report.Status is SyncStatus.Failed or SyncStatus.Stopped or SyncStatus.Running ? "failed"
            : found.Report.Status == SyncStatus.Verified ? "verified" : "unverified";
        return new VerificationView(found.Id, found.ConnectionId, status, found.Failure ?? found.Report?.Reason, found.StartedAt,
            [.. (found.Report?.Streams ?? []).Select(s => SyncLog.Show(s, withDrift: true))]);
    }

    internal static async Task<MirroredStream> FindAsync(OpenConnection open, string stream, CancellationToken cancellationToken) =>
        (await open.Mirror.StreamsAsync(cancellationToken)).FirstOrDefault(s => s.Name.Value == stream)
        ?? throw new ProblemException(Problem.NotFound($"There is no stream {stream} in this account."));

    private async Task<OpenConnection> OpenAsync(string connection, CancellationToken cancellationToken) =>
        await log.OpenAsync(await connections.FindAsync(connection, cancellationToken), cancellationToken);

    private static StreamView Show(MirroredStream stream, Engine.ConnectionSync sync)
    {
        var phase = sync.PhaseOf(stream.Name);
        var state = stream.GoneAt is not null ? "gone"
            : stream.Description.Refusal is not null ? "refused"
            : phase.ToString().ToLowerInvariant();
        DateTimeOffset?[] calculated =
        [
            .. stream.Fields.Where(field => field is { Definition.Calculated: true, RetiredAt: null, Included: true })
                .Select(field => sync.CalculatedAsOf(stream.Name, field.Definition.Name)),
        ];
        return new StreamView(
            stream.Name.Value, stream.Description.Label, stream.Live, stream.Buried, sync.WatermarkOf(stream.Name), state, stream.Description.Refusal,
            calculated.Length, calculated.Contains(null) ? null : calculated.Min());
    }

    private FieldView Show(StreamName stream, MirroredField field, Engine.ConnectionSync sync)
    {
        var definition = field.Definition;
        var calculatedAsOf = definition.Calculated ? sync.CalculatedAsOf(stream, definition.Name) : null;
        var asOf = field.RetiredAt is not null ? null : definition.Calculated ? calculatedAsOf : sync.WatermarkOf(stream);
        return new FieldView(
            definition.Name, definition.Label, definition.Type, definition.Options, definition.Controller, definition.Required, definition.ReadOnly,
            definition.Calculated, calculatedAsOf, asOf is { } read ? Age(clock.GetUtcNow() - read) : null, field.Included, field.Personal, field.RetiredAt is not null,
            Math.Round((clock.GetUtcNow() - field.SeenAt).TotalDays, 2), field.Column);
    }

    // In whole seconds, as the CRM's own clock has them, which may be a little ahead of ours.
    private static string Age(TimeSpan age) => XmlConvert.ToString(TimeSpan.FromSeconds(Math.Max(0, Math.Floor(age.TotalSeconds))));
}
