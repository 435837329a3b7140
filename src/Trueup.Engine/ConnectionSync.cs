#pragma warning disable CS9113
using Microsoft.Extensions.Logging;
using Trueup.Contract;

namespace Trueup.Engine;

/// <summary>Keeps the mirror of one connection equal to its CRM: runs syncs, one at a time, and tells how far they are.</summary>
/// <remarks>
/// <para>A sync may be cancelled, or die with the process, at any point; the next one goes on from the last commit.</para>
/// <para>Errors: a <see cref="CrmException"/> or <see cref="MirrorException"/> never leaves <see cref="RunAsync"/> but ends up in the
/// report, except <see cref="FencedOffException"/> (another process has taken over) and cancellation.</para>
/// <para>Threads: <see cref="RunAsync"/> one call at a time; the other members may be called concurrently with it.</para>
/// </remarks>
public sealed class ConnectionSync(
    IConnector connector, IMirror mirror, EngineOptions options, TimeProvider clock, Random chance, ILogger log)
{
    /// <summary>Takes the fence, so that every other writer of this mirror stops, and loads the state left by the last run.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The sync that was under way when the last process ended and has to be gone on with; null if there was none.
    /// For a new mirror: an onboarding.</summary>
    public SyncRequest? Unfinished => throw new NotImplementedException();

    /// <summary>How far onboarding is; null once every stream that may be read is verified.</summary>
    public OnboardingProgress? Onboarding => throw new NotImplementedException();

    /// <summary>Streams of which a sync stopped at the brake, with how many records it would bury.</summary>
    public IReadOnlyDictionary<StreamName, long> Braked => throw new NotImplementedException();

    /// <summary>Runs one sync to its end.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Told after every commit and step.</param>
    /// <param name="cancellationToken">Stops after the commit at work; the report is then <see cref="SyncStatus.Stopped"/>.</param>
    public Task<SyncReport> RunAsync(SyncRequest request, Action<SyncReport> progress, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>What a sync of this kind would do now, and why. Asks the CRM nothing that costs.</summary>
    public Task<IReadOnlyList<PlanStep>> ExplainAsync(SyncKind kind, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Reads everything again and compares record by record with the mirror, changing nothing.</summary>
    public Task<SyncReport> VerifyAsync(StreamName? stream, Action<SyncReport> progress, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Answers a braked mass delete: the next sync of the stream buries, or keeps and asks no more for the same records.</summary>
    public Task AnswerBrakeAsync(StreamName stream, bool bury, CancellationToken cancellationToken) => throw new NotImplementedException();
}
