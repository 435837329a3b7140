using System.Collections.Concurrent;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.State;

/// <summary>The checkpoints of a connection: loaded once, and written only as part of a commit.</summary>
internal sealed class Checkpoints
{
    private const string ConnectionKey = "checkpoint/connection";
    private const string StreamPrefix = "checkpoint/stream/";
    private readonly ConcurrentDictionary<StreamName, StreamCheckpoint> streams = new();

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
