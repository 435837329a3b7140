using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Cluster;
using Trueup.Contract;
using Trueup.Engine;

namespace Trueup.Simulation.Service;

/// <summary>What keeps one account in one process: the real connector, engine and mirror, and the loop that the product's keeper runs.</summary>
public sealed class Keeper : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(30);

    /// <summary>How long people take to notice that the credentials are refused, and to connect anew.</summary>
    private static readonly TimeSpan Reconnecting = TimeSpan.FromHours(1);

    private readonly Account account;
    private readonly WorldOptions options;
    private readonly Schedule schedule;
    private readonly ServiceProcess process;
    private readonly Wire wire;
    private TaskCompletionSource woken = new();
    private IConnector? connector;
    private WatchedMirror? mirror;
    private int failures;
    private DateTimeOffset retryAt;
    private DateTimeOffset nextOnboardingAt;
    private int incompleteOnboardings;

    /// <summary>Makes a keeper that has not begun.</summary>
    /// <param name="process">The process it is in.</param>
    /// <param name="account">The account it keeps.</param>
    /// <param name="wire">The process's way to the account's CRM.</param>
    public Keeper(ServiceProcess process, Account account, Wire wire)
    {
        (this.process, this.account, this.wire, options) = (process, account, wire, account.World.Options);
        Edits = new KeptEdits(account, this);
        schedule = new Schedule(
            new ScheduleOptions(options.Hourly, new NightlyRule.At(new TimeOnly(2, 0))), TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich"), jitter: 0.3);
    }

    /// <summary>The machine that the process runs on.</summary>
    public Machine Machine => process.Machine;

    /// <summary>The engine; null until the mirror is open.</summary>
    public ConnectionSync? Engine { get; private set; }

    /// <summary>The mirror itself; null until it is open.</summary>
    public IMirror? Mirror => mirror?.Inner;

    /// <summary>The connector; null until the mirror is open.</summary>
    public IConnector? Connector => connector;

    /// <summary>The sync under way; null while none is.</summary>
    public SyncRequest? Current { get; private set; }

    /// <summary>Syncs that have begun.</summary>
    public long SyncsBegun { get; private set; }

    /// <summary>Whether it has learned that another process has taken over.</summary>
    public bool IsFencedOff { get; private set; }

    /// <summary>What carries out edits.</summary>
    public KeptEdits Edits { get; }

    /// <summary>Stops the sync under way after its commit, as a person can.</summary>
    public CancellationTokenSource? Stopping { get; private set; }

    /// <summary>Looks at once whether there is something to do.</summary>
    public void Wake() => woken.TrySetResult();

    /// <summary>Runs until the process dies or is fenced off.</summary>
    public async Task RunAsync()
    {
        await OpenAsync();
        while (!Machine.Dead)
        {
            var now = Machine.Clock.GetUtcNow();
            if (now < retryAt && account.Journal.Waiting.Count == 0)
            {
                await SleepAsync(retryAt);
                continue;
            }

            if (Next(now) is { } next)
            {
                if (!await RunAsync(next))
                    return;
            }
            else
            {
                await SleepAsync(NextDue());
            }
        }
    }

    /// <summary>Closes what a dead process held, as its end does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (mirror is not null)
            await mirror.DisposeAsync();
        if (connector is not null)
            await connector.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        var opened = await process.Store.OpenAsync(account.Name, CancellationToken.None);
        mirror = account.Watched(opened, Machine);
        connector = process.Factory.Create(new ConnectorSetup(account.Url, account.Vault.For(Machine), 0.8, Machine.Clock, NullLogger.Instance));
        var engine = new ConnectionSync(
            connector, mirror,
            new EngineOptions { StreamsAtOnce = options.StreamsAtOnce, Streams = account.StreamNames },
            Machine.Clock, Seeds.Random(options.Seed, account.Purpose($"engine {Machine.Number}")), NullLogger.Instance);
        await engine.StartAsync(CancellationToken.None);
        Engine = engine;
        account.Voice.Say($"#{Machine.Number} open, unfinished: {engine.Unfinished?.Kind.ToString() ?? "nothing"}");
        Edits.Look();
    }

    private SyncRequest? Next(DateTimeOffset now)
    {
        var engine = Engine!;
        var journal = account.Journal;
        if (engine.Unfinished is { } unfinished)
        {
            journal.Waiting.RemoveAll(waiting => waiting.Id == unfinished.Id);
            return unfinished;
        }

        if (journal.Waiting.Count > 0)
        {
            var first = journal.Waiting[0];
            journal.Waiting.RemoveAt(0);
            return first;
        }

        SyncKind? due = !engine.IsOnboarded && nextOnboardingAt <= now ? SyncKind.Onboarding
            : schedule.NextNightly(journal.NightlyAt, account.ConnectedAt) <= now ? SyncKind.Nightly
            : schedule.NextHourly(journal.HourlyAt, account.ConnectedAt) <= now ? SyncKind.Hourly
            : null;
        return due is { } kind ? journal.Request(kind) : null;
    }

    private DateTimeOffset NextDue()
    {
        DateTimeOffset?[] due =
        [
            schedule.NextHourly(account.Journal.HourlyAt, account.ConnectedAt), schedule.NextNightly(account.Journal.NightlyAt, account.ConnectedAt),
            Engine!.IsOnboarded ? null : nextOnboardingAt,
        ];
        return due.Min()!.Value;
    }

    /// <summary>Runs one sync. False: another process has taken over.</summary>
    private async Task<bool> RunAsync(SyncRequest request)
    {
        var (beganAt, beganIn) = (Machine.Clock.GetUtcNow(), account.World.Time.GetUtcNow());
        var requests = wire.Requests;
        (Current, SyncsBegun) = (request, SyncsBegun + 1);
        using var stop = new CancellationTokenSource();
        Stopping = stop;
        account.Voice.Say($"#{Machine.Number} {request.Kind} {request.Id} begins");
        await account.Checks.BeganAsync(this, request);
        SyncReport report;
        try
        {
            report = await Engine!.RunAsync(request, _ => { }, stop.Token);
        }
        catch (FencedOffException)
        {
            account.Voice.Say($"#{Machine.Number} {request.Id} is fenced off and stops");
            IsFencedOff = true;
            return false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            report = new SyncReport { Request = request, StartedAt = beganAt, Status = SyncStatus.Stopped, Reason = "Stopped." };
        }
        finally
        {
            Stopping = null;
            Current = null;
        }

        account.Voice.Say($"#{Machine.Number} {request.Kind} {request.Id} ends {report.Status} after {report.ApiCalls} calls: {report.Reason ?? "all well"}");
        await account.Checks.EndedAsync(this, report, beganIn, wire.Requests - requests);
        await NoteAsync(report, beganAt, beganIn);
        return true;
    }

    private async Task NoteAsync(SyncReport report, DateTimeOffset beganAt, DateTimeOffset beganIn)
    {
        var journal = account.Journal;
        journal.Ended.Add((report, beganIn));
        account.World.Tally.Syncs++;
        var isWhole = report.Request.Stream is null && report.Request.Kind != SyncKind.Records;
        if (isWhole && report.Status is SyncStatus.Verified or SyncStatus.Unverified or SyncStatus.Partial)
        {
            journal.HourlyAt = beganAt;
            if (report.Request.Kind is SyncKind.Onboarding or SyncKind.Nightly or SyncKind.Full)
                journal.NightlyAt = beganAt;
        }

        if (report.Status == SyncStatus.Failed || (Engine!.Unfinished is not null && report.Status != SyncStatus.Stopped))
        {
            var isRefused = report.Status == SyncStatus.Failed && await IsRefusedAsync();
            retryAt = Machine.Clock.GetUtcNow() + (isRefused ? Reconnecting : WaitAfter(failures++));
            if (isRefused)
                account.ConnectAnew(Reconnecting);
        }
        else if (report.Status != SyncStatus.Stopped)
            (failures, retryAt) = (0, default);
        if (report.Request.Kind == SyncKind.Onboarding && !Engine!.IsOnboarded && report.Status != SyncStatus.Stopped)
            nextOnboardingAt = Machine.Clock.GetUtcNow() + WaitAfter(incompleteOnboardings++);
    }

    private async Task<bool> IsRefusedAsync()
    {
        try
        {
            await connector!.IdentifyAsync(CancellationToken.None);
            return false;
        }
        catch (CrmUnauthorizedException)
        {
            return true;
        }
        catch (CrmException)
        {
            return false;
        }
    }

    private TimeSpan WaitAfter(int earlierFailures)
    {
        var wait = FirstRetry * Math.Pow(2, Math.Min(earlierFailures, 10));
        var longest = options.Hourly < LongestRetry ? options.Hourly : LongestRetry;
        return wait < longest ? wait : longest;
    }

    private async Task SleepAsync(DateTimeOffset until)
    {
        // Clocks are set: look again now and then, as the keeper does daily.
        var wait = until - Machine.Clock.GetUtcNow();
        wait = wait > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : wait;

        // Timers count whole milliseconds; a fraction of one would be no wait at all.
        if (wait > TimeSpan.Zero)
            await Task.WhenAny(Task.Delay(wait + TimeSpan.FromMilliseconds(1), Machine.Clock), woken.Task);
        if (woken.Task.IsCompleted)
            woken = new TaskCompletionSource();
        await Machine.PassAsync(FatePoint.BeforeRead);
    }
}
