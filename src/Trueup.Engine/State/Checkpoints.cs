using System.Diagnostics.CodeAnalysis;
using System.Collections.Concurrent;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Engine.Passes;

namespace Trueup.Engine.State;

/// <summary>The checkpoints of a connection: loaded once, and written only as part of a commit.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class Checkpoints
{
    private const string ConnectionKey = "checkpoint/connection";
    private const string StreamPrefix = "checkpoint/stream/";
    private const string BrakePrefix = "checkpoint/brake/";
    private readonly ConcurrentDictionary<StreamName, StreamCheckpoint> streams = new();
    private readonly ConcurrentDictionary<StreamName, BrakeQuestion> brakes = new();
    private readonly SemaphoreSlim brakeGate = new(1);

    private Checkpoints(ConnectionCheckpoint connection) => Connection = connection;

    /// <summary>The connection's own checkpoint, as committed.</summary>
    public ConnectionCheckpoint Connection { get; private set; }

    /// <summary>Whether the CRM has said since the start that it is the account that the mirror is of. Not durable: credentials may change between starts.</summary>
    public bool IsIdentityChecked { get; set; }

    /// <summary>Reads them from the mirror.</summary>
    /// <exception cref="MirrorCorruptException">A checkpoint cannot be read. It is never silently replaced by an empty one (invariant I7).</exception>
    public static async Task<Checkpoints> LoadAsync(IMirror mirror, CancellationToken cancellationToken)
    {
        var documents = await mirror.LoadDocumentsAsync("checkpoint/", cancellationToken);
        try
        {
            var checkpoints = new Checkpoints(documents.TryGetValue(ConnectionKey, out var connection)
                ? JsonSerializer.Deserialize(connection, CheckpointJson.Default.ConnectionCheckpoint) ?? new()
                : new());
            foreach (var (key, json) in documents)
            {
                if (key.StartsWith(StreamPrefix, StringComparison.Ordinal))
                    checkpoints.streams[new StreamName(key[StreamPrefix.Length..])] =
                        JsonSerializer.Deserialize(json, CheckpointJson.Default.StreamCheckpoint) ?? new();
                if (key.StartsWith(BrakePrefix, StringComparison.Ordinal) && JsonSerializer.Deserialize(json, CheckpointJson.Default.BrakeQuestion) is { } question)
                    checkpoints.brakes[new StreamName(key[BrakePrefix.Length..])] = question;
            }

            return checkpoints;
        }
        catch (JsonException problem)
        {
            throw new MirrorCorruptException("The mirror's checkpoints cannot be read; have the mirror moved aside and onboarded anew.", problem);
        }
    }

    /// <summary>The checkpoint of a stream, as committed.</summary>
    public StreamCheckpoint Of(StreamName stream) => streams.GetValueOrDefault(stream) ?? new StreamCheckpoint();

    /// <summary>The mass burial of a stream that waits for a person, or that one has answered; null if there is none.</summary>
    public BrakeQuestion? BrakeOf(StreamName stream) => brakes.GetValueOrDefault(stream);

    /// <summary>Changes the question about a stream and commits it. A sync that asks and a person who answers at the same moment come one after the other.</summary>
    /// <param name="sync">Whose fence and clock to commit with.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="change">Given the question as it is, answers what it is to be; null for none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task SaveBrakeAsync(
        SyncContext sync, StreamName stream, Func<BrakeQuestion?, BrakeQuestion?> change, CancellationToken cancellationToken)
    {
        await brakeGate.WaitAsync(cancellationToken);
        try
        {
            var stored = BrakeOf(stream);
            var next = change(stored);
            if (ReferenceEquals(next, stored))
                return;
            var json = next is null ? null : JsonSerializer.Serialize(next, CheckpointJson.Default.BrakeQuestion);
            await sync.Mirror.CommitAsync(
                sync.NewCommit("engine") with { Documents = new Dictionary<string, string?> { [BrakePrefix + stream.Value] = json } }, cancellationToken);
            if (next is null)
                brakes.TryRemove(stream, out _);
            else
                brakes[stream] = next;
        }
        finally
        {
            brakeGate.Release();
        }

        sync.Progress();
    }

    /// <summary>Whether the links of a pair have been swept at least once.</summary>
    public bool LinksKnown(string pair) => Connection.PairsKnown.Contains(pair);

    /// <summary>Takes over a stream's checkpoint that has been committed.</summary>
    public void Committed(StreamName stream, StreamCheckpoint checkpoint) => streams[stream] = checkpoint;

    /// <summary>Takes over the connection's checkpoint that has been committed.</summary>
    public void Committed(ConnectionCheckpoint checkpoint) => Connection = checkpoint;

    /// <summary>The document that holds a stream's checkpoint.</summary>
    public static KeyValuePair<string, string?> Document(StreamName stream, StreamCheckpoint checkpoint) =>
        new(StreamPrefix + stream.Value, JsonSerializer.Serialize(checkpoint, CheckpointJson.Default.StreamCheckpoint));

    /// <summary>The document that holds the connection's checkpoint.</summary>
    public static KeyValuePair<string, string?> Document(ConnectionCheckpoint checkpoint) =>
        new(ConnectionKey, JsonSerializer.Serialize(checkpoint, CheckpointJson.Default.ConnectionCheckpoint));
}
