using Trueup.Contract;
using Trueup.Engine.Planning;
using Trueup.Engine.State;

namespace Trueup.Engine.Passes;

/// <summary>Finds out which streams and fields there are, and mirrors what appeared, changed or went.</summary>
internal static class MetadataPass
{
    /// <summary>Discovers the streams. One that the CRM no longer lists is asked for by itself, because a list may leave out what may not be
    /// read; it is retired only where the CRM does not know it, and keeps its records.</summary>
    public static async Task<IReadOnlyList<MetadataChange>> DiscoverAsync(SyncContext sync, CancellationToken cancellationToken)
    {
        var found = await sync.Connector.DiscoverAsync(Planner.IsThorough(sync.Request.Kind), cancellationToken);
        var known = await sync.Mirror.StreamsAsync(cancellationToken);
        var knownTypes = known.ToDictionary(stream => stream.Description.TypeId);
        var foundTypes = found.Select(stream => stream.TypeId).ToHashSet();
        var changed = found.Where(stream =>
            !knownTypes.TryGetValue(stream.TypeId, out var mirrored) || mirrored.GoneAt is not null
            || mirrored.Description with { Name = stream.Name } != stream).ToList();
        var gone = new List<MirroredStream>();
        foreach (var stream in known.Where(stream => stream.GoneAt is null && !foundTypes.Contains(stream.Description.TypeId)))
        {
            var refusal = await WhyUnlistedAsync(sync, stream.Description, cancellationToken);
            if (refusal is CrmNotFoundException or CrmRefusedException)
                gone.Add(stream);
            else if (refusal?.Message != stream.Description.Refusal)
                changed.Add(stream.Description with { Refusal = refusal?.Message });
        }

        if (changed.Count > 0 || gone.Count > 0)
        {
            await sync.Mirror.CommitAsync(
                sync.NewCommit("metadata") with { Streams = changed, StreamsGone = [.. gone.Select(stream => stream.Name)] }, cancellationToken);
        }

        var now = await sync.Mirror.StreamsAsync(cancellationToken);
        return
        [
            .. now.Where(stream => !knownTypes.ContainsKey(stream.Description.TypeId))
                .Select(stream => new MetadataChange(stream.Name, null, "added")),
            .. gone.Select(stream => new MetadataChange(stream.Name, null, "retired")),
        ];
    }

    /// <summary>Null where the stream can be read although it was not listed.</summary>
    private static async Task<CrmException?> WhyUnlistedAsync(SyncContext sync, StreamDescription stream, CancellationToken cancellationToken)
    {
        try
        {
            await sync.Connector.DescribeAsync(stream, cancellationToken);
            return null;
        }
        catch (CrmException refusal) when (refusal is CrmForbiddenException or CrmNotFoundException or CrmRefusedException)
        {
            return refusal;
        }
    }

    /// <summary>Describes one stream. A field that appeared or came back marks the stream for a back-fill, in the same commit.</summary>
    public static async Task<IReadOnlyList<MetadataChange>> DescribeAsync(StreamRun run, CancellationToken cancellationToken)
    {
        var schema = await run.Sync.Connector.DescribeAsync(run.Stream, cancellationToken);
        var changes = Changes(run.Mirrored, schema);
        if (changes.Count == 0 && run.Mirrored.Pipelines.SequenceEqual(schema.Pipelines))
            return changes;

        var isFirst = run.Mirrored.Fields.Count == 0;

        // A first load that was interrupted has read its pages without the field: it begins anew.
        var hasAppeared = !isFirst && changes.Any(change => change.Change is "added" or "returned");
        var checkpoint = run.Checkpoint with
        {
            FullRead = hasAppeared ? null : run.Checkpoint.FullRead,
            NeedsBackfill = run.Checkpoint.NeedsBackfill || (hasAppeared && run.Checkpoint.Watermark is not null),
        };
        await run.Sync.Mirror.CommitAsync(
            run.Sync.NewCommit("metadata") with
            {
                Schemas = [new StreamSchemaUpdate(run.Mirrored.Name, schema)],
                Documents = new Dictionary<string, string?>([Checkpoints.Document(run.Mirrored.Name, checkpoint)]),
            },
            cancellationToken);
        run.Sync.Checkpoints.Committed(run.Mirrored.Name, checkpoint);
        run.Refresh(await run.Sync.MirroredAsync(run.Mirrored.Name, cancellationToken));

        // The fields of a stream that is new are no news.
        return isFirst ? [] : changes;
    }

    private static List<MetadataChange> Changes(MirroredStream mirrored, StreamSchema schema)
    {
        var changes = new List<MetadataChange>();
        var known = mirrored.Fields.ToDictionary(field => field.Definition.Name);
        foreach (var field in schema.Fields)
        {
            if (!known.Remove(field.Name, out var stored))
                changes.Add(new MetadataChange(mirrored.Name, field.Name, "added"));
            else if (stored.RetiredAt is not null)
                changes.Add(new MetadataChange(mirrored.Name, field.Name, "returned"));
            else if (stored.Definition != field)
                changes.Add(new MetadataChange(mirrored.Name, field.Name, "changed"));
        }

        changes.AddRange(known.Values.Where(field => field.RetiredAt is null)
            .Select(field => new MetadataChange(mirrored.Name, field.Definition.Name, "retired")));
        return changes;
    }
}
