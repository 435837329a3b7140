using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.Checks;

/// <summary>Compares what is true in the CRM with what the mirror holds: ids, every value, links, aliases, what is buried.</summary>
internal sealed class Equality(Account account, IMirror mirror)
{
    private const int RecordsPerLoad = 1_000;

    private readonly Dictionary<(string Stream, DateTimeOffset Since), bool> computed = [];

    /// <summary>What was touched at this time or later is left out.</summary>
    public DateTimeOffset TouchedBefore { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Fields whose definition changed at this time or later are left out.</summary>
    public DateTimeOffset FieldsBefore { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>How old the values of a calculated field may be, as the service itself says (I16); null for those of now.</summary>
    public Func<StreamName, string, DateTimeOffset?> CalculatedAsOf { get; init; } = (_, _) => null;

    /// <summary>When this was compared, for messages.</summary>
    public string Why { get; init; } = "in the end";

    /// <summary>Everything is equal.</summary>
    public async Task AssertAsync()
    {
        var streams = await MirroredAsync();
        var records = 0;
        foreach (var stream in streams)
            records += await AssertRecordsAsync(stream);
        Checker.Check(records > 0, "I10", "Nothing was compared.");
        await AssertLinksAsync(streams);
        foreach (var stream in streams)
            await AssertAliasesAsync(stream);
    }

    /// <summary>The streams that are mirrored.</summary>
    public async Task<List<MirroredStream>> MirroredAsync() =>
        [.. (await mirror.StreamsAsync(CancellationToken.None)).Where(stream => stream.GoneAt is null && (account.StreamNames?.Contains(stream.Name) ?? true))];

    /// <summary>The records of a stream are the same, with the same values. Answers how many there are.</summary>
    public async Task<int> AssertRecordsAsync(MirroredStream stream)
    {
        var name = account.StateName(stream.Name);
        var live = new HashSet<string>();
        await mirror.VisitIndexAsync(stream.Name, (id, _, isLive) =>
        {
            if (isLive)
                live.Add(Encoding.UTF8.GetString(id));
        }, CancellationToken.None);
        AssertPipelines(stream, name);
        var fields = FieldsOf(stream);
        var count = live.Count;
        foreach (var some in account.Crm.Each(name).Where(record => IsSettled(name, record.Id)).Chunk(RecordsPerLoad))
        {
            foreach (var record in some)
                Checker.Check(record.Deleted is null == live.Remove(record.Id), record.Deleted is null ? "I1" : "I11", record.Deleted is null
                    ? $"{stream.Name} {record.Id} is in the CRM but not in the mirror {Why}."
                    : $"{stream.Name} {record.Id} is live in the mirror, but {record.Deleted} in the CRM {Why}.");
            var truth = some.Where(record => record.Deleted is null).ToDictionary(record => record.Id);
            foreach (var record in await mirror.LoadAsync(stream.Name, [.. truth.Keys.Select(id => new RecordId(id))], CancellationToken.None))
                AssertValues(stream, fields, name, truth[record.Id.Value], record);
        }

        foreach (var id in live.Where(id => IsSettled(name, id)))
            Checker.Check(false, "I11", $"{stream.Name} {id} is live in the mirror, but unknown in the CRM {Why}.");
        return count;
    }

    /// <summary>Records whose stamp moved in time, and that nothing else touched, are the same.</summary>
    public async Task AssertStampedAsync(MirroredStream stream, IEnumerable<string> touched)
    {
        var name = account.StateName(stream.Name);
        var ids = touched.Distinct().Where(id => account.Population.Find(name, id) is { Live: true } biography
            && biography.StampedAt < TouchedBefore && biography.OtherAt < biography.StampedAt).ToList();
        var stored = (await mirror.LoadAsync(stream.Name, [.. ids.Select(id => new RecordId(id))], CancellationToken.None)).ToDictionary(record => record.Id.Value);
        var fields = FieldsOf(stream);
        foreach (var id in ids)
        {
            Checker.Check(stored.TryGetValue(id, out var record) && record.IsLive, "I1", $"{stream.Name} {id} is in the CRM but not in the mirror {Why}.");
            AssertValues(stream, fields, name, account.Crm.StateOf(name, id)!, record!, stampedOnly: true);
        }
    }

    /// <summary>The links between the streams are the same.</summary>
    public async Task AssertLinksAsync(IReadOnlyList<MirroredStream> streams)
    {
        var names = streams.Select(stream => account.StateName(stream.Name)).ToHashSet();
        foreach (var stream in streams.Where(stream => stream.Name.Value != "owners"))
        {
            var name = account.StateName(stream.Name);
            foreach (var record in account.Crm.EachLinked(name).Where(record => record.Deleted is null && IsSettled(name, record.Id)))
            {
                var links = record.Links.Where(link => names.Contains(link.Stream) && account.Crm.MirrorsLinks(name, link.Stream) && IsSettled(link.Stream, link.Id)).ToList();
                var expected = links
                    .Select(link => $"{link.Stream} {link.Id} {link.Category} {link.TypeId}").ToHashSet();
                var mirrored = await mirror.LinksAsync(stream.Name, new RecordId(record.Id), CancellationToken.None);
                var actual = mirrored.Where(link => names.Contains(account.StateName(link.OtherStream)) && IsSettled(account.StateName(link.OtherStream), link.Link.Target.Value))
                    .Select(link => (Reverse: link.IsReverse, Text: $"{account.StateName(link.OtherStream)} {link.Link.Target} {link.Link.Category} {link.Link.TypeId}")).ToList();

                // A link stored at the other end carries the type as read from there; who it leads to must be right all the same.
                var ends = links.Select(link => $"{link.Stream} {link.Id}").ToHashSet();
                var actualEnds = actual.Select(link => string.Join(' ', link.Text.Split(' ').Take(2))).ToHashSet();
                Checker.Check(ends.SetEquals(actualEnds), "I14",
                    $"{stream.Name} {record.Id} {Why}: links missing {string.Join(", ", ends.Except(actualEnds).Take(3))}; extra {string.Join(", ", actualEnds.Except(ends).Take(3))}.");
                foreach (var link in actual.Where(link => !link.Reverse))
                    Checker.Check(expected.Contains(link.Text), "I14", $"{stream.Name} {record.Id} {Why}: the mirror has the link {link.Text}, which the CRM has not.");
            }
        }
    }

    /// <summary>What was merged away resolves to what survived, and is not live.</summary>
    private async Task AssertAliasesAsync(MirroredStream stream)
    {
        var name = account.StateName(stream.Name);
        if (name == "owners")
            return;
        foreach (var merged in account.Crm.EachLinked(name).Where(record => record.MergedInto is not null && account.Crm.TellsOfMerge(record)))
        {
            var survivor = merged;
            while (survivor.MergedInto is { } into)
                survivor = account.Crm.StateOf(name, into)!;
            if (survivor.Deleted is not null)
                continue;
            var resolved = await mirror.ResolveAsync(stream.Name, new RecordId(merged.Id), CancellationToken.None);
            Checker.Check(resolved.Value == survivor.Id, "I13", $"{stream.Name} {merged.Id} was merged into {survivor.Id}, but the mirror resolves it to {resolved}.");
        }
    }

    /// <summary>I19: the stages that give values their meaning are the CRM's.</summary>
    private void AssertPipelines(MirroredStream stream, string name)
    {
        if (name == "owners" || account.Population.FieldTouchedAt(name, Population.Pipelines) >= FieldsBefore)
            return;
        var truth = account.Crm.PipelinesOf(name).Select(pipeline => Told(pipeline.Id, pipeline.Label!, pipeline.Stages!.Select(stage => (stage.Value, stage.Label))));
        var mirrored = stream.Pipelines.Select(pipeline => Told(pipeline.Id, pipeline.Label, pipeline.Stages.Select(stage => (stage.Id, stage.Label))));
        var (expected, actual) = (string.Join(" | ", truth), string.Join(" | ", mirrored));
        Checker.Check(expected == actual, "I19", $"{stream.Name}: the CRM has the pipelines {expected}, the mirror {actual} {Why}.");

        static string Told(string id, string label, IEnumerable<(string Id, string Label)> stages) =>
            $"{id} '{label}': {string.Join(", ", stages.Select(stage => $"{stage.Id} '{stage.Label}'"))}";
    }

    private bool IsSettled(string stream, string id) => account.Population.Find(stream, id) is not { } biography || biography.TouchedAt < TouchedBefore;

    private static Dictionary<string, MirroredField> FieldsOf(MirroredStream stream) => stream.Fields.ToDictionary(field => field.Definition.Name);

    private void AssertValues(
        MirroredStream stream, Dictionary<string, MirroredField> known, string name, RecordState truth, StoredRecord record, bool stampedOnly = false)
    {
        using var json = JsonDocument.Parse(record.Properties);
        foreach (var (field, value) in truth.Properties)
        {
            if (account.Population.FieldTouchedAt(name, field) >= FieldsBefore || !account.Crm.Mirrors(truth, field))
                continue;
            if (stampedOnly && !account.Crm.IsDescribedHourly(name) && account.Population.FieldTouchedAt(name, field) > DateTimeOffset.MinValue)
                continue;

            // What is computed from other records moves no stamp: only who reads everything, and after the last of them changed, can have it.
            if (account.Crm.ComputedFrom(name, field) is { } source && (stampedOnly || ComputedSince(source, CalculatedAsOf(stream.Name, field))))
                continue;
            Checker.Check(known.TryGetValue(field, out var mirroredField) && mirroredField.RetiredAt is null, "I19", $"The field {stream.Name}.{field} is not mirrored {Why}.");
            var mirrored = json.RootElement.TryGetProperty(field, out var found) ? Text(found) : null;
            Checker.Check(mirrored == value, "I15", $"{stream.Name} {record.Id} {field}: the CRM has {Shown(value)}, the mirror {Shown(mirrored)} {Why} ({record.Source}).");
        }

        foreach (var property in json.RootElement.EnumerateObject())
            Checker.Check(truth.Properties.ContainsKey(property.Name) || known.GetValueOrDefault(property.Name) is { RetiredAt: not null }
                || account.Population.FieldTouchedAt(name, property.Name) >= FieldsBefore, "I15",
                $"{stream.Name} {record.Id}: the mirror has {property.Name}, which the CRM has not {Why}.");
    }

    // A first load that took several syncs read what is computed when it read everything, which may be long before the last of them.
    private bool ComputedSince(string stream, DateTimeOffset? asOf)
    {
        if (TouchedBefore == DateTimeOffset.MaxValue)
            return false;
        var since = (asOf < TouchedBefore ? asOf.Value : TouchedBefore) - account.Crm.StampsTo;
        if (!computed.TryGetValue((stream, since), out var touched))
            computed.Add((stream, since), touched = account.Population.TouchedBetween(since, DateTimeOffset.MaxValue, stream).Any());
        return touched;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string Shown(string? value) => value is null ? "null" : $"'{(value.Length > 60 ? value[..60] + "…" : value)}'";
}
