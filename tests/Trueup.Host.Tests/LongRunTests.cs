using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Trueup.BlackBox;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Connectors.HubSpot;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;
using Trueup.Emulators.Salesforce;
using Trueup.Engine;
using Trueup.Mirrors.Sqlite;

namespace Trueup.Host.Tests;

/// <summary>Every background job of a server through weeks of virtual time: the keeper of an account with its house-keeping of the log, and the outbox.</summary>
public sealed class LongRunTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 9, 10, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Rare = TimeSpan.FromDays(400);

    // Far more than a sync takes; one that never comes should say so rather than hang.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("trueup-long-run-").FullName;
    private readonly FakeTimeProvider clock = new(Start);
    private DataFolder? data;

    public static TheoryData<string, SyncKind> AppsAndKinds => new MatrixTheoryData<string, SyncKind>(["hubspot", "salesforce"], [SyncKind.Hourly, SyncKind.Nightly]);

    [Theory, MemberData(nameof(AppsAndKinds))]
    public async Task G124_an_account_that_syncs_once_a_day_has_done_so_thirty_times_after_thirty_days_and_says_when_it_no_longer_does(string app, SyncKind kind)
    {
        var (stream, field) = app == "hubspot" ? ("contacts", "city") : ("contact", "Title");
        await using IEmulatedCrm crm = app == "hubspot"
            ? await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 20, WideObject = false, Clock = clock })
            : await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = 20, Clock = clock });
        await using var server = await StartAsync(kind == SyncKind.Hourly
            ? new ScheduleOptions(Day, new NightlyRule.Every(Rare)) : new ScheduleOptions(Rare, new NightlyRule.Every(Day)));
        using var age = new VerifiedAge();
        var connection = await ConnectAsync(server, crm, app, stream);
        await SettleAsync(server, connection);

        var oldest = 0.0;
        for (var hour = 0; hour < 30 * 24; hour++)
        {
            if (hour % 24 == 12)
                crm.Mutate(new CreateRecord(stream, new Dictionary<string, string?> { [field] = $"Day {hour / 24}" }));
            clock.Advance(TimeSpan.FromHours(1));
            await SettleAsync(server, connection);
            oldest = Math.Max(oldest, age.Seconds);
        }

        var syncs = (await SyncsAsync(server)).Where(sync => sync.Kind == kind).ToList();
        Assert.InRange(syncs.Count, 29, 31);
        Assert.All(syncs, sync => Assert.Equal(SyncStatus.Verified, sync.Status));
        Assert.All(syncs.Zip(syncs.Skip(1)), pair => Assert.InRange(pair.Second.StartedAt!.Value - pair.First.StartedAt!.Value, Day, Day * 1.1));
        Assert.InRange(oldest, 0, 1.1 * Day.TotalSeconds);

        crm.Control(new FaultControl(503, new Dictionary<string, string>(), null));
        for (var step = 0; step < 2 * 24 * 4; step++)
        {
            clock.Advance(TimeSpan.FromMinutes(15));
            await TrueupServer.PauseAsync(5);
        }

        Assert.InRange(age.Seconds, 1.9 * Day.TotalSeconds, 4 * Day.TotalSeconds);
        var stale = await EntryAsync(server, connection);
        Assert.True(clock.GetUtcNow() - stale.VerifiedAsOf > 1.9 * Day);
        Assert.Equal(AttentionKind.Failing, stale.AttentionKind);

        crm.ClearControls();
        clock.Advance(TimeSpan.FromHours(1));
        await SettleAsync(server, connection);
        Assert.Equal(AttentionKind.None, (await EntryAsync(server, connection)).AttentionKind);
        Assert.InRange(age.Seconds, 0, Day.TotalSeconds);
    }

    [Fact]
    public async Task The_age_of_what_was_verified_goes_on_growing_where_a_person_paused_the_account()
    {
        await using var crm = await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 20, WideObject = false, Clock = clock });
        await using var server = await StartAsync(new ScheduleOptions(Day, new NightlyRule.Every(Rare)));
        using var age = new VerifiedAge();
        var connection = await ConnectAsync(server, crm, "hubspot", "contacts");
        await SettleAsync(server, connection);
        await using (var catalog = await CatalogAsync(server))
            await catalog.Connections.ExecuteUpdateAsync(set => set.SetProperty(entry => entry.PausedAt, clock.GetUtcNow()));

        clock.Advance(2 * Day);

        Assert.True(age.Seconds >= 2 * Day.TotalSeconds);
    }

    /// <summary>The server's parts as the host puts them together, without web server and silo, on the test's clock.</summary>
    private async Task<ServiceProvider> StartAsync(ScheduleOptions schedule)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics().AddSingleton<TimeProvider>(clock);
        data = DataFolder.Take(folder);
        services.AddCatalog(data, new MailOptions());
        services.AddSingleton<IConnectorFactory>(new HubSpotConnectorFactory(seed: 1)).AddSingleton<IConnectorFactory>(new SalesforceConnectorFactory(seed: 1));
        services.AddSingleton<IMirrorStore>(new SqliteMirrorStore(data.Mirrors, clock));
        services.AddSingleton(schedule).AddSingleton(new EngineOptions()).AddSingleton(new AppOptions());
        services.AddSingleton<Apps>().AddSingleton<ConnectionBoard>().AddSingleton<SyncMeters>().AddSingleton<KeeperTools>().AddSingleton<ConnectionKeepers>();
        var server = services.BuildServiceProvider();
        await server.PrepareCatalogAsync(CancellationToken.None);
        foreach (var job in server.GetServices<IHostedService>())
            await job.StartAsync(CancellationToken.None);
        return server;
    }

    private async Task<string> ConnectAsync(ServiceProvider server, IEmulatedCrm crm, string app, string stream)
    {
        var entry = new ConnectionEntry
        {
            Id = Ids.New(clock), App = app, Name = "Acme", ExternalId = "1", TimeZone = "Europe/Zurich", BaseUrl = crm.Url.ToString().TrimEnd('/'),
            Streams = stream, CreatedAt = clock.GetUtcNow(),
            SealedCredentials = server.GetRequiredService<CredentialVault>().Seal(new Credentials { AccessToken = app == "hubspot" ? "pat-na1-test" : "00D!test" }),
        };
        await using (var catalog = await CatalogAsync(server))
        {
            catalog.Connections.Add(entry);
            await catalog.SaveChangesAsync();
        }

        server.GetRequiredService<ConnectionKeepers>().Of(entry.Id);
        return entry.Id;
    }

    /// <summary>Waits until what is due has been done. A sync needs time to pass meanwhile, and so does a keeper that was about to fall asleep when the
    /// clock was set forward.</summary>
    private async Task SettleAsync(ServiceProvider server, string connection)
    {
        var keeper = server.GetRequiredService<ConnectionKeepers>().Find(connection)!;
        var since = TimeProvider.System.GetTimestamp();
        for (var idle = 0; ; idle = keeper.Current is null ? idle + 1 : 0)
        {
            var entry = await EntryAsync(server, connection);
            var schedule = Schedule.Of(entry, server.GetRequiredService<ScheduleOptions>());
            var isDue = schedule.NextHourly(entry.HourlyAt, entry.CreatedAt) <= clock.GetUtcNow()
                || schedule.NextNightly(entry.NightlyAt, entry.CreatedAt) <= clock.GetUtcNow();
            if (entry.OnboardedAt is not null && keeper.Current is null && !isDue)
                return;
            Assert.True(TimeProvider.System.GetElapsedTime(since) < LongestWait, $"Nothing happens: {entry.Attention}");
            clock.Advance(keeper.Current is null ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(200));

            // Longer each time: on a busy machine the clock would else run hours ahead before the server gets its turn.
            await TrueupServer.PauseAsync(5 * (1 + idle));
        }
    }

    private static async Task<ConnectionEntry> EntryAsync(ServiceProvider server, string connection)
    {
        await using var catalog = await CatalogAsync(server);
        return await catalog.Connections.AsNoTracking().SingleAsync(entry => entry.Id == connection);
    }

    private static async Task<List<SyncEntry>> SyncsAsync(ServiceProvider server)
    {
        await using var catalog = await CatalogAsync(server);
        return await catalog.Syncs.AsNoTracking().OrderBy(sync => sync.Id).ToListAsync();
    }

    private static Task<CatalogContext> CatalogAsync(ServiceProvider server) =>
        server.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContextAsync();

    public void Dispose()
    {
        data?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What a monitor sees of <c>trueup.verified.age</c>.</summary>
    private sealed class VerifiedAge : IDisposable
    {
        private readonly MeterListener listener = new();
        private double seconds;

        public VerifiedAge()
        {
            listener.InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "trueup.verified.age")
                    listening.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<double>((_, measured, _, _) => seconds = measured);
            listener.Start();
        }

        public double Seconds
        {
            get
            {
                listener.RecordObservableInstruments();
                return seconds;
            }
        }

        public void Dispose() => listener.Dispose();
    }
}
