using Microsoft.Extensions.Logging;
using Trueup.Contract;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>What every pass of one sync works with.</summary>
/// <param name="Request">The sync.</param>
/// <param name="Connector">The CRM.</param>
/// <param name="Mirror">The mirror.</param>
/// <param name="Fence">The writer's fence.</param>
/// <param name="Checkpoints">How far the mirror's knowledge reaches.</param>
/// <param name="Options">What the operator set.</param>
/// <param name="Edits">What edits did to the mirror meanwhile.</param>
/// <param name="Clock">Our clock.</param>
/// <param name="Chance">Where jitter comes from.</param>
/// <param name="Log">Where to log.</param>
/// <param name="Progress">Called after every commit and step.</param>
internal sealed record SyncContext(
    SyncRequest Request, IConnector Connector, IMirror Mirror, long Fence, Checkpoints Checkpoints, EngineOptions Options,
    EditMarks Edits, TimeProvider Clock, Random Chance, ILogger Log, Action Progress)
{
    /// <summary>Where links come from; null where the CRM has none.</summary>
    public LinkSource? Links { get; } = LinkSource.Of(
        Connector, Mirror, isWhole: Request.Stream is null && Planning.Planner.IsThorough(Request.Kind));

    /// <summary>How a commit names where its data came from.</summary>
    public string Source(string means) => $"{Request.Kind.ToString().ToLowerInvariant()} {Request.Id} by {means}";

    /// <summary>Begins a commit.</summary>
    public MirrorCommit NewCommit(string means) => new(Fence, Clock.GetUtcNow(), Source(means));

    /// <summary>The stream as the mirror holds it now.</summary>
    public async Task<MirroredStream> MirroredAsync(StreamName name, CancellationToken cancellationToken) =>
        (await Mirror.StreamsAsync(cancellationToken)).Single(stream => stream.Name == name);

    /// <summary>Commits a stream's checkpoint alone.</summary>
    public async Task SaveAsync(StreamName stream, StreamCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        await Mirror.CommitAsync(
            NewCommit("engine") with { Documents = new Dictionary<string, string?>([Checkpoints.Document(stream, checkpoint)]) }, cancellationToken);
        Checkpoints.Committed(stream, checkpoint);
        Progress();
    }

    /// <summary>Commits the connection's checkpoint alone.</summary>
    public async Task SaveAsync(ConnectionCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        await Mirror.CommitAsync(
            NewCommit("engine") with { Documents = new Dictionary<string, string?>([Checkpoints.Document(checkpoint)]) }, cancellationToken);
        Checkpoints.Committed(checkpoint);
        Progress();
    }
}
