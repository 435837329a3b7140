using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>Turns stored records into what people and programs see. Values stay as the CRM sent them.</summary>
internal static class RecordJson
{
    internal static RecordView Show(
        MirroredStream stream, StoredRecord record, IReadOnlyList<string>? only, IReadOnlyList<RecordLink>? links, Uri? link)
    {
        var stored = Parse(record.Properties);
        var properties = new JsonObject();
        JsonObject? retired = null;
        foreach (var field in stream.Fields.Where(f => f.Included && (only is null || only.Contains(f.Definition.Name))))
        {
            var has = stored.Remove(field.Definition.Name, out var value);
            if (field.RetiredAt is null)
                properties[field.Definition.Name] = value;
            else if (has)
                (retired ??= [])[field.Definition.Name] = value;
        }
        // What the CRM sent without describing it is kept and shown as well.
        if (only is null)
            foreach (var (name, value) in stored.ToList())
                if (stream.Fields.All(f => f.Definition.Name != name))
                {
                    stored.Remove(name);
                    properties[name] = value;
                }
        return new RecordView(
            record.Id.Value, stream.Name.Value, Instant(record.ModifiedMilliseconds), properties, retired, Show(record.Gone),
            links?.GroupBy(l => l.OtherStream.Value).ToDictionary(g => g.Key, g => (IReadOnlyList<AssociationView>)
                [.. g.Select(l => new AssociationView(l.Link.Target.Value, l.Link.Category, l.Link.TypeId, l.Link.Label, l.IsReverse))]),
            link?.ToString());
    }

    internal static HistoryView Show(HistoryEntry entry) => new(
        entry.SeenAt, Instant(entry.ModifiedMilliseconds), entry.Kind,
        entry.Before is null ? null : JsonDocument.Parse(entry.Before).RootElement, entry.Source, Show(entry.Gone));

    internal static ChangeView Show(ChangeEvent change) => new(
        change.Position, change.At, change.Stream.Value, change.Id.Value,
        change.Kind switch
        {
            ChangeKind.Buried => "bury",
            ChangeKind.Merged => "merge",
            ChangeKind.Associated => "associate",
            _ => "put",
        },
        change.Kind switch
        {
            ChangeKind.Created => "created",
            ChangeKind.Changed => "changed",
            ChangeKind.Restored => "restored",
            _ => null,
        },
        change.Kind == ChangeKind.Merged ? change.Other : null, change.Kind == ChangeKind.Associated ? change.Other : null);

    internal static WhyView Why(MirroredStream stream, string id, StoredRecord? record, RecordId resolved, IReadOnlyList<HistoryEntry> history)
    {
        var mergedInto = resolved.Value != id ? resolved.Value : null;
        var summary = record switch
        {
            null when stream.Description.Refusal is { } refusal => $"Never seen: {stream.Description.Label} may not be read by this connection. {refusal}",
            null when mergedInto is not null => $"Merged into {mergedInto}.",
            null => $"Never seen: no read of {stream.Description.Label} has returned this id. If it is in the app, sync the record by id.",
            { IsLive: true } => $"Live. First seen {record.CreatedAt.UtcDateTime:u}; this version was written {record.WrittenAt.UtcDateTime:u} by {record.Source}.",
            { Gone.Cause: GoneCause.Merged } => $"Merged into {record.Gone.MergedInto}, seen {record.WrittenAt.UtcDateTime:u} by {record.Source}.",
            { Gone: { } gone } => $"No longer live ({gone.Cause.ToString().ToLowerInvariant()}), seen {record.WrittenAt.UtcDateTime:u} by {record.Source}.",
            _ => $"No longer live, seen {record.WrittenAt.UtcDateTime:u} by {record.Source}.",
        };
        return new WhyView(
            stream.Name.Value, id, record is not null, record?.IsLive ?? false, summary, record?.CreatedAt, record?.WrittenAt,
            record is null ? null : Instant(record.ModifiedMilliseconds), record?.Source, Show(record?.Gone), mergedInto, [.. history.Select(Show)]);
    }

    internal static JsonObject Parse(ReadOnlyMemory<byte> properties) =>
        properties.IsEmpty ? [] : JsonNode.Parse(properties.Span)?.AsObject() ?? [];

    private static GoneView? Show(GoneRecord? gone) => gone is null ? null : new GoneView(gone.Cause, gone.At, gone.MergedInto?.Value);

    private static DateTimeOffset? Instant(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
