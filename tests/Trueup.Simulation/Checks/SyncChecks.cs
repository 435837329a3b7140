using Trueup.Contract;
using Trueup.Simulation.Service;

namespace Trueup.Simulation.Checks;

/// <summary>What must hold when a sync has ended.</summary>
internal sealed class SyncChecks(Account account)
{
    /// <summary>Far above what a sync of a small account needs even when every request is tried again.</summary>
    private const long MostRequestsWithoutRecords = 20_000;

    /// <summary>Some CRMs here answer with one record a page, and everything may have to be listed, searched and linked anew.</summary>
    private const long MostRequestsPerRecord = 4;

    /// <summary>The longest that a sync may take: pauses that the CRM asks for included.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Incremental syncs need not have met what moved no stamp, nor fields younger than the last sync that asked for fields.</summary>
    private static readonly TimeSpan FieldsSettle = TimeSpan.FromHours(30);

    /// <summary>What the vendor admits. What an index hides for longer, no incremental sync can know of; the nightly finds it.</summary>
    private static readonly TimeSpan DeclaredLag = TimeSpan.FromMinutes(10);

    private readonly Dictionary<int, long> positions = [];
    private readonly HashSet<long> edited = [];
    private readonly Dictionary<StreamName, DateTimeOffset> editedAt = [];
    private long positionBefore;
    private DateTimeOffset comparedUntil;

    /// <summary>A sync begins.</summary>
    public async Task BeganAsync(Keeper keeper) => positions[keeper.Machine.Number] = await FeedFollower.EndAsync(keeper.Mirror!, positions.GetValueOrDefault(keeper.Machine.Number));

    /// <summary>An edit is about to commit, perhaps while a sync is at work, which has no part in it.</summary>
    public async Task EditCommitsAsync(IMirror mirror) => positionBefore = await FeedFollower.EndAsync(mirror, positionBefore);

    /// <summary>An edit has committed.</summary>
    public async Task EditCommittedAsync(IMirror mirror, MirrorCommit commit)
    {
        edited.UnionWith((await FeedFollower.EventsAsync(mirror, positionBefore)).Select(change => change.Position));
        foreach (var stream in commit.Puts.Select(puts => puts.Stream).Concat(commit.Buries.Select(bury => bury.Stream)))
            editedAt[stream] = account.World.Time.GetUtcNow();
    }

    /// <summary>A sync has ended.</summary>
    public async Task EndedAsync(Keeper keeper, SyncReport report, DateTimeOffset beganAt, long requests)
    {
        var took = account.World.Time.GetUtcNow() - beganAt;
        var most = MostRequestsWithoutRecords + (MostRequestsPerRecord * account.World.Options.Records);
        Checker.Check(requests <= most, "I8", $"The {report.Request.Kind} sync sent {requests:N0} requests.");
        Checker.Check(took <= Longest, "I8", $"The {report.Request.Kind} sync took {took}.");
        Checker.Check(report.Status is not (SyncStatus.Running or SyncStatus.Queued), "I10", $"A sync that is over calls itself {report.Status}.");

        var mirror = keeper.Mirror!;
        var streams = (await mirror.StreamsAsync(CancellationToken.None)).ToDictionary(stream => stream.Name);
        foreach (var stream in streams.Values)
            await CountsAreTrueAsync(mirror, stream);

        // What a process that was taken over from has to say is about a mirror that another one has changed since.
        if (report.Status == SyncStatus.Stopped || keeper != account.Keeper)
            return;
        await ReportIsTrueAsync(keeper, report, streams, beganAt);
        var green = report.Streams.Where(stream => stream.Status == SyncStatus.Verified && report.Request.Kind != SyncKind.Records).Select(stream => streams[stream.Stream]).ToList();
        Checker.Check(report.Status != SyncStatus.Verified || report.Request.Kind == SyncKind.Records || green.Count == report.Streams.Count, "I10",
            "A sync calls itself verified although a stream is not.");
        if (green.Count > 0)
            await GreenIsTrueAsync(keeper, report, green, beganAt);
    }

    /// <summary>I29, I18: the mirror's own counts and digests are those of its rows, and no id is there twice.</summary>
    private static async Task CountsAreTrueAsync(IMirror mirror, MirroredStream stream)
    {
        var (live, buried, twice) = (0L, 0L, 0L);
        UInt128 digest = 0;
        var seen = new HashSet<UInt128>();
        await mirror.VisitIndexAsync(stream.Name, (id, _, isLive) =>
        {
            var key = Fingerprint.OfId(id);
            if (!seen.Add(key))
                twice++;
            if (isLive)
                (live, digest) = (live + 1, unchecked(digest + key));
            else
                buried++;
        }, CancellationToken.None);
        Checker.Check(twice == 0, "I18", $"{stream.Name} holds {twice} ids more than once.");
        Checker.Check(live == stream.Live && buried == stream.Buried, "I29",
            $"{stream.Name} says {stream.Live} live and {stream.Buried} buried, but has {live} and {buried}.");
        Checker.Check(digest == stream.IdDigest, "I29", $"The digest of {stream.Name} is not that of its ids.");
    }

    /// <summary>I29: what the report says was done is what the feed says.</summary>
    private async Task ReportIsTrueAsync(Keeper keeper, SyncReport report, Dictionary<StreamName, MirroredStream> streams, DateTimeOffset beganAt)
    {
        var events = (await FeedFollower.EventsAsync(keeper.Mirror!, positions[keeper.Machine.Number])).Where(change => !edited.Contains(change.Position)).ToList();
        foreach (var part in report.Streams)
        {
            var own = events.Where(change => change.Stream == part.Stream).ToLookup(change => change.Kind);
            var created = own[ChangeKind.Created].Count() + own[ChangeKind.Restored].Count();
            Checker.Check(part.Created == created, "I29", $"The {report.Request.Kind} sync reports {part.Created} {part.Stream} created, the feed has {created}.");
            Checker.Check(part.Updated == own[ChangeKind.Changed].Count(), "I29",
                $"The {report.Request.Kind} sync reports {part.Updated} {part.Stream} updated, the feed has {own[ChangeKind.Changed].Count()}.");
            Checker.Check(part.Buried == own[ChangeKind.Buried].Count(), "I29",
                $"The {report.Request.Kind} sync reports {part.Buried} {part.Stream} buried, the feed has {own[ChangeKind.Buried].Count()}.");
            Checker.Check(part.Status is not SyncStatus.Verified || report.Request.Kind == SyncKind.Records || (part.Difference == 0 && (part.InTrueup == streams[part.Stream].Live || editedAt.GetValueOrDefault(part.Stream) >= beganAt)), "I29",
                $"The {report.Request.Kind} sync says {part.InTrueup} {part.Stream} with {part.Difference} missing, the mirror holds {streams[part.Stream].Live}.");
        }
    }

    /// <summary>I29: where nobody changed anything since before the sync began, a verified count is the CRM's.</summary>
    private void CountsAreThoseOfTheCrm(MirroredStream stream, DateTimeOffset horizon)
    {
        var name = account.StateName(stream.Name);
        if (name == "owners" || account.Population.TouchedBetween(horizon, DateTimeOffset.MaxValue, name).Any())
            return;
        var live = account.Population.Of(name).Live.Count;
        Checker.Check(stream.Live == live, "I29", $"{stream.Name} is called verified with {stream.Live} records, but the CRM has {live}.");
    }

    /// <summary>I10, I1, I2, I3: what a sync calls verified is equal to the CRM, save what changed too late for it to see.</summary>
    private async Task GreenIsTrueAsync(Keeper keeper, SyncReport report, List<MirroredStream> green, DateTimeOffset beganAt)
    {
        var whole = report.Request.Kind is SyncKind.Onboarding or SyncKind.Nightly or SyncKind.Full;
        var horizon = beganAt - account.Faults.LagSince(beganAt - FieldsSettle);
        var equality = new Equality(account, keeper.Mirror!)
        {
            CalculatedAsOf = keeper.Engine!.CalculatedAsOf,
            TouchedBefore = horizon, FieldsBefore = whole ? horizon : horizon - FieldsSettle, Why = $"after a {report.Request.Kind} sync that calls itself verified",
        };
        if (whole)
        {
            foreach (var stream in green)
                await equality.AssertRecordsAsync(stream);
            if (report.Status == SyncStatus.Verified && report.Request.Stream is null)
                await equality.AssertLinksAsync(green);
        }
        else if (report.Request.Stream is null && account.Faults.LagSince(beganAt - FieldsSettle) <= DeclaredLag)
        {
            foreach (var stream in green)
                await equality.AssertStampedAsync(stream, account.Population.TouchedBetween(comparedUntil, horizon, account.StateName(stream.Name)));
        }

        foreach (var stream in green)
            CountsAreThoseOfTheCrm(stream, horizon);
        if (report.Status == SyncStatus.Verified && report.Request.Stream is null)
            comparedUntil = horizon;
    }
}
