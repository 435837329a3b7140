using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>What has to be known of a whole run, and of other records, before one of its changes can be judged.</summary>
internal sealed class RunFacts
{
    /// <summary>Above so many unique values the stream is read once, which is quicker than as many searches.</summary>
    private const int MostSearches = 50;

    private const int ItemsPerRead = 5_000;
    private const int RecordsPerLoad = 1_000;

    private readonly Dictionary<WriteKind, int> kinds = [];
    private readonly Dictionary<RecordId, int> records = [];
    private readonly Dictionary<(RecordId Record, LinkChange Link), int> links = [];
    private readonly Dictionary<(string Field, string Value), int> unique = [];
    private readonly Dictionary<(string Field, string Value), RecordId> holders = [];
    private readonly Dictionary<string, HashSet<RecordId>> references = [];

    /// <summary>Looks through a run, and looks up what it refers to.</summary>
    public static async Task<RunFacts> GatherAsync(EditOrder order, MirroredStream stream, IMirror mirror, IEditJournal journal, CancellationToken cancellationToken)
    {
        var facts = new RunFacts();
        var telling = stream.Fields.Where(field => field.RetiredAt is null && (field.Definition.Unique || field.Definition.References is not null))
            .Select(field => field.Definition).ToDictionary(field => field.Name);
        for (var after = -1; ;)
        {
            var items = await journal.ReadAsync(order.Run, after, ItemsPerRead, openOnly: false, cancellationToken);
            if (items.Count == 0)
                break;
            after = items[^1].Position;
            foreach (var item in items)
                facts.Note(item, telling);
        }

        await facts.LookUpReferencesAsync(mirror, cancellationToken);
        await facts.LookUpHoldersAsync(stream.Name, mirror, cancellationToken);
        return facts;
    }

    /// <summary>How many changes of a kind the run has.</summary>
    public int CountOf(WriteKind kind) => kinds.GetValueOrDefault(kind);

    /// <summary>Whether an earlier change of the run is about the same record, or the same link of it.</summary>
    public bool Repeats(EditItem item) => item.IsLink
        ? item.Link is { } link && links.TryGetValue((item.Id, link), out var earlier) && earlier < item.Position
        : item.Kind != WriteKind.Create && records.TryGetValue(item.Id, out var first) && first < item.Position;

    /// <summary>Why a field cannot hold a value beside other records; null where it can.</summary>
    public string? WhyNot(EditItem item, Field field, string value)
    {
        if (value.Length == 0)
            return null;
        if (field.Unique && unique.TryGetValue((field.Name, value), out var first) && first < item.Position)
            return $"{field.Label} ({field.Name}) is unique, and an earlier change of the run sets the same value.";

        // A holder that the run changes as well may be about to let go of it; the CRM decides.
        if (field.Unique && holders.TryGetValue((field.Name, value), out var holder) && holder != item.Id && !records.ContainsKey(holder))
            return $"{field.Label} ({field.Name}) is unique, and record {holder} has the same value.";
        return field.References is { } stream && references.TryGetValue(stream, out var unknown) && unknown.Contains(new RecordId(value))
            ? $"{field.Label} ({field.Name}) refers to {value}, which is not among {stream}." : null;
    }

    private void Note(EditItem item, Dictionary<string, Field> telling)
    {
        kinds[item.Kind] = CountOf(item.Kind) + 1;
        if (item.IsLink)
        {
            if (item.Link is { } link)
                links.TryAdd((item.Id, link), item.Position);
            return;
        }

        if (item.Kind != WriteKind.Create)
            records.TryAdd(item.Id, item.Position);
        if (telling.Count == 0 || item.Wanted is null)
            return;
        foreach (var (name, given) in EditValues.Read(item.Wanted))
        {
            if (!telling.TryGetValue(name, out var field) || Preflight.Normalize(field, given, out var normal) is not null || EditValues.Text(normal) is not { Length: > 0 } value)
                continue;
            if (field.Unique)
                unique.TryAdd((name, value), item.Position);
            if (field.References is { } stream)
                (references.TryGetValue(stream, out var ids) ? ids : references[stream] = []).Add(new RecordId(value));
        }
    }

    /// <summary>Leaves of each referenced stream only the ids that the mirror does not know to be live. Streams that are not mirrored prove nothing.</summary>
    private async Task LookUpReferencesAsync(IMirror mirror, CancellationToken cancellationToken)
    {
        var streams = (await mirror.StreamsAsync(cancellationToken)).Where(stream => stream is { GoneAt: null, Description.Refusal: null, Live: > 0 })
            .Select(stream => stream.Name.Value).ToHashSet();
        foreach (var (stream, ids) in references)
        {
            if (!streams.Contains(stream))
            {
                ids.Clear();
                continue;
            }

            foreach (var some in ids.ToList().Chunk(RecordsPerLoad))
                ids.ExceptWith((await mirror.LoadAsync(new StreamName(stream), some, cancellationToken)).Where(record => record.IsLive).Select(record => record.Id));
        }
    }

    private async Task LookUpHoldersAsync(StreamName stream, IMirror mirror, CancellationToken cancellationToken)
    {
        if (unique.Count <= MostSearches)
        {
            foreach (var (field, value) in unique.Keys)
            {
                var query = new RecordQuery(stream, $"{Quoted(field)} = {Quoted(value)}", null, 1, null);
                if ((await mirror.QueryAsync(query, cancellationToken)).Records is [var holder])
                    holders[(field, value)] = holder.Id;
            }

            return;
        }

        var names = unique.Keys.Select(key => key.Field).Distinct().ToList();
        await foreach (var record in mirror.ExportAsync(stream, cancellationToken))
        {
            foreach (var (name, held) in EditValues.Pick(record.Properties, names))
                if (EditValues.Text(held) is { Length: > 0 } value && unique.ContainsKey((name, value)))
                    holders[(name, value)] = record.Id;
        }
    }

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
