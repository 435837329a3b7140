using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Trueup.Contract;
using Trueup.Engine.Edits;
using Trueup.Engine.Passes;
using Trueup.Engine.Planning;
using Trueup.Engine.State;

namespace Trueup.Engine;

/// <summary>Keeps the mirror of one connection equal to its CRM: runs syncs, one at a time, and tells how far they are.</summary>
/// <remarks>
/// <para>A sync may be cancelled, or die with the process, at any point; the next one goes on from the last commit.</para>
/// <para>Errors: a <see cref="CrmException"/> or <see cref="MirrorException"/> never leaves <see cref="RunAsync"/> but ends up in the
/// report, except <see cref="FencedOffException"/> (another process has taken over).</para>
/// <para>Threads: <see cref="RunAsync"/> one call at a time; the other members may be called concurrently with it.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
public sealed class ConnectionSync(
    IConnector connector, IMirror mirror, EngineOptions options, TimeProvider clock, Random chance, ILogger log)
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim linkTurn = new(1);
    private readonly EditMarks editMarks = new();
    private Checkpoints? checkpoints;
    private long fence;
    private SyncRun? current;
    private IReadOnlyList<MirroredStream> streams = [];
    private DateTimeOffset onboardingSeenAt;
    private long onboardingSeenRecords;

    /// <summary>Takes the fence, so that every other writer of this mirror stops, and loads the state left by the last run.</summary>
    /// <exception cref="MirrorException">The mirror cannot be used; the message says why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        fence = await mirror.TakeFenceAsync(cancellationToken);
        checkpoints = await Checkpoints.LoadAsync(mirror, cancellationToken);
        streams = await mirror.StreamsAsync(cancellationToken);
    }

    /// <summary>The sync that was under way when the last process ended and has to be gone on with; null if there was none.
    /// A new mirror has none: its first sync is an onboarding.</summary>
    public SyncRequest? Unfinished => State.Connection.Unfinished;

    /// <summary>Whether every stream that may be read has been loaded and compared once.</summary>
    public bool IsOnboarded => State.Connection.OnboardedAt is not null;

    /// <summary>How far onboarding is; null once every stream that may be read is verified.</summary>
    public OnboardingProgress? Onboarding => IsOnboarded ? null : MeasureOnboarding();

    /// <summary>The earliest of the streams' last agreements with a complete enumeration, by the CRM's clock; null while one has none.</summary>
    public DateTimeOffset? VerifiedAsOf
    {
        get
        {
            var readable = Readable().Select(stream => State.Of(stream.Name).VerifiedAt).ToList();
            return readable.Count == 0 || readable.Contains(null) ? null : readable.Min();
        }
    }

    /// <summary>The phase of a stream; edits are allowed once it is <see cref="StreamPhase.Verified"/>.</summary>
    public StreamPhase PhaseOf(StreamName stream) => State.Of(stream).Refusal is null ? State.Of(stream).Phase : StreamPhase.Refused;

    /// <summary>The CRM's time up to which a stream is mirrored; null before it is loaded.</summary>
    public DateTimeOffset? WatermarkOf(StreamName stream) => State.Of(stream).Watermark;

    /// <summary>How old the values of a calculated field may be: when everything was last read with it, by the CRM's clock. Null before the first
    /// such read, and for fields that are not calculated. The declared bound of invariant I16 is the time between two nightly syncs.</summary>
    public DateTimeOffset? CalculatedAsOf(StreamName stream, string field) =>
        State.Of(stream).CalculatedAsOf.TryGetValue(field, out var at) ? at : null;

    /// <summary>Streams of which a sync stopped at the brake and waits for an answer, with how many records it would bury.</summary>
    public IReadOnlyDictionary<StreamName, long> Braked => streams
        .Select(stream => (stream.Name, Question: State.BrakeOf(stream.Name)))
        .Where(stream => stream.Question is { Answer: null })
        .ToDictionary(stream => stream.Name, stream => stream.Question!.Count);

    private Checkpoints State => checkpoints ?? throw new InvalidOperationException("StartAsync comes first.");

    /// <summary>Runs one sync to its end.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Told after every commit and step.</param>
    /// <param name="cancellationToken">Stops after the commit at work; the report is then <see cref="SyncStatus.Stopped"/>.</param>
    /// <exception cref="FencedOffException">Another process has taken over this mirror.</exception>
    public async Task<SyncReport> RunAsync(SyncRequest request, Action<SyncReport> progress, CancellationToken cancellationToken)
    {
        SyncRun? run = null;
        var context = new SyncContext(
            request, connector, mirror, fence, State, options, editMarks, clock, chance, log, () =>
            {
                if (run is not null)
                    progress(run.Report);
            });
        run = new SyncRun(context);

        // In turn with edits: one that is about to commit is either in what the sync reads, or marked.
        await editMarks.Turn.WaitAsync(CancellationToken.None);
        editMarks.Forget();
        editMarks.Turn.Release();
        lock (gate)
            (current, onboardingSeenAt, onboardingSeenRecords) = (run, clock.GetUtcNow(), -1);
        var report = await run.RunAsync(cancellationToken);
        if (report.Status == SyncStatus.Stopped)
            return report;

        try
        {
            streams = await mirror.StreamsAsync(cancellationToken);
            await FinishAsync(context, report, cancellationToken);
        }
        catch (MirrorException problem) when (problem is not FencedOffException)
        {
            return report with { Status = SyncStatus.Failed, Reason = problem.Message };
        }

        return report;
    }

    /// <summary>What a sync of this kind would do now, and why. Asks the CRM nothing.</summary>
    public Task<IReadOnlyList<PlanStep>> ExplainAsync(SyncKind kind, CancellationToken cancellationToken)
    {
        var plan = new List<PlanStep>();
        if (kind != SyncKind.Records || !State.IsIdentityChecked)
            plan.Add(Forecast(FixedStep.Account));
        if (Planner.AsksMetadata(kind))
            plan.Add(Forecast(FixedStep.Streams));
        foreach (var stream in Readable())
        {
            if (Planner.AsksMetadata(kind))
                plan.Add(Forecast(FixedStep.Fields, stream.Name));
            var facts = new StreamFacts(stream, State.Of(stream.Name), null);
            var now = connector.Now > (State.Of(stream.Name).ReadUntil ?? default) ? connector.Now : clock.GetUtcNow();
            plan.AddRange(Planner.For(kind, facts, now).Select(step => new PlanStep(step.Stream, step.Means, step.Reason, step.ForecastCalls)));
        }

        if (LinkSource.Of(connector, mirror, isWhole: false) is { } links)
        {
            foreach (var pair in links.PairsOf([.. Readable().Where(stream => stream.Live > 0).Select(stream => stream.Description)]))
            {
                var live = streams.First(stream => stream.Name == pair.From).Live;
                plan.Add(Planner.IsThorough(kind)
                    ? new PlanStep(pair.From, $"associations with {pair.To}", "Linking and unlinking moves no modified stamp.", links.CallsFor(live))
                    : new PlanStep(pair.From, $"associations with {pair.To}", "Only if records at either end changed.", HasTraffic(pair.From) || HasTraffic(pair.To) ? links.CallsFor(1) : 0));
            }
        }

        return Task.FromResult<IReadOnlyList<PlanStep>>(plan);
    }

    /// <summary>Whether the records of this CRM can be written at all.</summary>
    public bool Writes => connector is IWrites;

    /// <summary>Carries out an edit run, or goes on with one that did not get to its end. May run beside a sync and beside other edit runs.</summary>
    /// <param name="order">The run, whose changes the journal has.</param>
    /// <param name="journal">Where they are kept.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Stops; what was sent and not heard of is settled when the run is gone on with.</param>
    /// <exception cref="CrmRefusedException">This CRM cannot be written, or the mirror has no such stream.</exception>
    /// <exception cref="MirrorException">The mirror cannot be read or written.</exception>
    public async Task<EditReport> EditAsync(EditOrder order, IEditJournal journal, Action progress, CancellationToken cancellationToken)
    {
        var stream = (await mirror.StreamsAsync(cancellationToken)).FirstOrDefault(known => known.Name == order.Stream && known.GoneAt is null)
            ?? throw new CrmRefusedException($"This connection has no stream called {order.Stream}.");
        if (connector is not IWrites writes || connector is not IReadsByIds byIds)
            throw new CrmRefusedException("Records of this app cannot be edited.");
        var follower = new MirrorFollower(connector, mirror, fence, editMarks, linkTurn, clock);
        return await new EditRun(new EditContext(order, stream, connector, writes, byIds, mirror, follower, journal, clock, log, progress)).RunAsync(cancellationToken);
    }

    /// <summary>Reads everything again and compares record by record with the mirror, changing nothing.</summary>
    public async Task<SyncReport> VerifyAsync(StreamName? stream, Action<SyncReport> progress, CancellationToken cancellationToken)
    {
        var request = new SyncRequest("verify", SyncKind.Full, stream);
        var context = new SyncContext(request, connector, mirror, fence, State, options, editMarks, clock, chance, log, () => { });
        return await new VerifyRun(context).RunAsync(progress, cancellationToken);
    }

    /// <summary>Answers a braked mass delete: the next sync of the stream buries, or keeps and asks no more for the same records.</summary>
    /// <returns>False if the stream does not wait for an answer.</returns>
    public async Task<bool> AnswerBrakeAsync(StreamName stream, bool bury, CancellationToken cancellationToken)
    {
        var request = new SyncRequest("brake", SyncKind.Records, stream);
        var context = new SyncContext(request, connector, mirror, fence, State, options, editMarks, clock, chance, log, () => { });
        var waited = false;
        await State.SaveBrakeAsync(
            context, stream,
            question =>
            {
                waited = question is { Answer: null };
                return waited ? question! with { Answer = bury ? BrakeAnswer.Bury : BrakeAnswer.Keep } : question;
            },
            cancellationToken);
        return waited;
    }

    private bool HasTraffic(StreamName stream) => State.Of(stream).ModifiedPerHour > 0;

    private PlanStep Forecast(FixedStep step, StreamName? stream = null) =>
        new(stream, step.Means, step.Reason, State.Connection.ForecastOf(step, stream));

    private IEnumerable<MirroredStream> Readable() =>
        streams.Where(stream =>
            stream.GoneAt is null && options.Includes(stream.Name) && stream.Description.Refusal is null && State.Of(stream.Name).Refusal is null);

    private async Task FinishAsync(SyncContext context, SyncReport report, CancellationToken cancellationToken)
    {
        var connection = State.Connection;

        // Single records are synced between whiles; what was under way before them still is.
        var isOwn = connection.Unfinished?.Id == context.Request.Id;
        var finished = (report.Status == SyncStatus.Verified ? connection.Measuring(report.Steps) : connection) with
        {
            Unfinished = isOwn ? null : connection.Unfinished,
            OnboardedAt = connection.OnboardedAt
                ?? (streams.Count > 0 && Readable().Any() && Readable().All(stream => State.Of(stream.Name).Phase == StreamPhase.Verified)
                    ? clock.GetUtcNow()
                    : null),
        };
        if (isOwn || finished.OnboardedAt != connection.OnboardedAt)
            await context.SaveAsync(finished, cancellationToken);
    }

    private OnboardingProgress MeasureOnboarding()
    {
        SyncRun? run;
        lock (gate)
            run = current;
        var atWork = run?.Streams ?? [];
        var progress = new List<StreamProgress>();
        if (atWork.Count == 0)
            progress.AddRange(streams.Select(stream => new StreamProgress(
                stream.Name, stream.Description.Label, stream.Live, null, PhaseOf(stream.Name), State.Of(stream.Name).Refusal)));
        foreach (var stream in atWork)
        {
            var report = stream.Report;
            var reads = run!.Report.Status == SyncStatus.Running;
            var phase = report.Status == SyncStatus.Failed || stream.Stream.Refusal is not null ? StreamPhase.Refused
                : PhaseOf(stream.Mirrored.Name) is StreamPhase.Waiting && reads && report.Status == SyncStatus.Running ? StreamPhase.Loading
                : PhaseOf(stream.Mirrored.Name);
            progress.Add(new StreamProgress(report.Stream, report.Label, report.InTrueup, report.InApp, phase, report.Reason));
        }

        return OnboardingForecast.From(progress, SinceSeen(progress));
    }

    /// <summary>Time and records since this sync began, for the rate.</summary>
    private (TimeSpan Elapsed, long Records) SinceSeen(List<StreamProgress> progress)
    {
        var mirrored = progress.Sum(stream => stream.Mirrored);
        lock (gate)
        {
            if (onboardingSeenRecords < 0 && progress.Any(stream => stream.Phase == StreamPhase.Loading))
                (onboardingSeenAt, onboardingSeenRecords) = (clock.GetUtcNow(), mirrored);
            return onboardingSeenRecords < 0 ? (TimeSpan.Zero, 0) : (clock.GetUtcNow() - onboardingSeenAt, mirrored - onboardingSeenRecords);
        }
    }
}
