using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Simulation.Edits;
using Trueup.Simulation.Service;

namespace Trueup.Simulation.Checks;

/// <summary>Looks after every commit and every sync whether what must always hold does, and at the end whether mirror and CRM are equal.</summary>
public sealed class Checker(Account account) : ICommitObserver
{
    private readonly CommitChecks commits = new(account);
    private readonly SyncChecks syncs = new(account);
    private readonly EditChecks edits = new(account);
    private readonly FeedFollower follower = new(account);

    /// <inheritdoc/>
    public async Task<Func<Task>> BeforeAsync(Machine machine, IMirror mirror, MirrorCommit commit)
    {
        (string Invariant, string Message)? wrong = null;
        var isEdit = commit.Source.StartsWith("edit ", StringComparison.Ordinal);
        await GuardAsync(async () =>
        {
            wrong = await commits.WrongAsync(mirror, commit);
            if (isEdit)
                await syncs.EditCommitsAsync(mirror);
        });
        return () => GuardAsync(async () =>
        {
            if (isEdit)
                await syncs.EditCommittedAsync(mirror, commit);
            Check(wrong is null, wrong?.Invariant ?? "", wrong?.Message ?? "");
            account.World.Tally.Commits++;
            await commits.AfterAsync(machine, mirror, commit);
        });
    }

    /// <summary>A sync begins.</summary>
    public Task BeganAsync(Keeper keeper, SyncRequest request) => GuardAsync(async () =>
    {
        commits.SyncBeganAt = account.World.Time.GetUtcNow();
        await syncs.BeganAsync(keeper);
    });

    /// <summary>A sync has ended.</summary>
    /// <param name="keeper">Where.</param>
    /// <param name="report">How.</param>
    /// <param name="beganAt">When it began, by the world's time.</param>
    /// <param name="requests">Requests sent by it.</param>
    public Task EndedAsync(Keeper keeper, SyncReport report, DateTimeOffset beganAt, long requests) => GuardAsync(async () =>
    {
        await syncs.EndedAsync(keeper, report, beganAt, requests);
        await edits.SyncEndedAsync(keeper, beganAt);
        await follower.FollowAsync(keeper.Mirror!);
    });

    /// <summary>A request is about to reach the CRM that is no mere look at it.</summary>
    public void Sending(Machine machine) => edits.Sending(machine);

    /// <summary>A request has written records.</summary>
    public void Wrote(LoggedRequest request) => edits.Wrote(request);

    /// <summary>An edit run has ended.</summary>
    public Task EditEndedAsync(Keeper keeper, KeptRun run) => GuardAsync(() => edits.EndedAsync(keeper, run));

    /// <summary>I24: an account calls itself refused, so that a person has to connect it anew, only where its refresh token was withdrawn.</summary>
    public void Refused()
    {
        if (account.World.Options.Faults.Contains("revoked"))
            return;
        if (account.Crm.IsOpenTo(account.Vault.RefreshToken!))
            account.World.Fail(new CheckFailedException("I24", "A person was asked to connect the account anew although its refresh token is good."));
    }

    /// <summary>All is quiet: mirror and CRM must be equal.</summary>
    public async Task EqualAsync()
    {
        var mirror = account.Keeper.Mirror!;
        await new Equality(account, mirror).AssertAsync();
        await follower.FollowAsync(mirror, toTheEnd: true);
        await follower.AssertEqualAsync(mirror);
    }

    /// <summary>All is quiet and equal: further syncs must find nothing and write nothing, and a verification must agree.</summary>
    public async Task RestsAsync()
    {
        var keeper = account.Keeper;
        var already = account.Journal.Ended.Count;
        var position = await follower.FollowAsync(keeper.Mirror!, toTheEnd: true);
        account.Journal.Waiting.Add(account.Journal.Request(SyncKind.LastDay));
        account.Journal.Waiting.Add(account.Journal.Request(SyncKind.Full));
        account.Journal.Waiting.Add(account.Journal.Request(SyncKind.LastHour));
        keeper.Wake();
        while (account.Journal.Ended.Count < already + 3)
            await Task.Delay(TimeSpan.FromMinutes(1), account.World.Time);
        foreach (var (report, _) in account.Journal.Ended.Skip(already))
        {
            Check(report.Status == SyncStatus.Verified, "I10", $"All is quiet and equal, but the {report.Request.Kind} sync ended {report.Status}: {report.Reason}");
            var rows = report.Streams.Sum(stream => stream.RowsWritten + stream.LinksChanged);
            Check(rows == 0, "I20", $"All is quiet and equal, but the {report.Request.Kind} sync wrote {rows} rows and links.");
        }

        var moved = await follower.FollowAsync(keeper.Mirror!, toTheEnd: true) - position;
        Check(moved == 0, "I20", $"All is quiet and equal, but the change feed grew by {moved}.");
        var verified = await keeper.Engine!.VerifyAsync(null, _ => { }, CancellationToken.None);
        Check(verified.Status == SyncStatus.Verified, "I1", $"A verification of equal data ended {verified.Status}: {verified.Reason}");
    }

    /// <summary>Fails unless a condition holds.</summary>
    internal static void Check(bool holds, string invariant, string message)
    {
        if (!holds)
            throw new CheckFailedException(invariant, message);
    }

    /// <summary>What fails here ends the world, not the sync that it was found in.</summary>
    private async Task GuardAsync(Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception problem)
        {
            account.World.Fail(problem);
            await Machine.Never();
        }
    }
}
