using System.Globalization;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Simulation.Edits;

/// <summary>What members do with records in Trueup: they set fields of one or of many, make and delete records, look first what a run would do, and undo runs.</summary>
/// <param name="account">The account whose records they edit.</param>
public sealed class EditDesk(Account account)
{
    /// <summary>Values that have broken writers before.</summary>
    private static readonly string?[] Awkward = [null, "", " spaces ", "Zoë 🚀", "quote\"and\\slash", "line\nbreak", "0", "true", "2026-02-30"];

    /// <summary>Changes by people in the CRM that the mirror may not know yet.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(90);

    private readonly Random chance = Seeds.Random(account.World.Options.Seed, $"{account.Name} members");
    private int values;

    /// <summary>Edits now and then, while people are at work.</summary>
    public async Task WorkAsync()
    {
        if (account.World.Options.EditsPerHour <= 0)
            return;
        while (account.Life.Awake)
        {
            await Task.Delay(TimeSpan.FromHours(-Math.Log(1 - chance.NextDouble()) / account.World.Options.EditsPerHour), account.World.Time);
            if (account is { Life.Awake: true, Keeper: { Machine: { Dead: false, Frozen: false }, Engine: { Writes: true } } })
                await EditAsync();
        }
    }

    private async Task EditAsync()
    {
        var name = account.Edited[chance.Next(account.Edited.Count)];
        var (engine, mirror, connector) = (account.Keeper.Engine!, account.Keeper.Mirror!, (IWrites)account.Keeper.Connector!);
        var known = (await mirror.StreamsAsync(CancellationToken.None)).FirstOrDefault(stream => stream.Name.Value == account.MirroredName(name));
        if (known is not { GoneAt: null } || engine.PhaseOf(known.Name) != StreamPhase.Verified)
            return;

        var isPreview = chance.Next(8) == 0;
        var rule = chance.Next(6) == 0 ? ConflictRule.Overwrite : ConflictRule.Stop;
        IReadOnlyList<EditItem> items = chance.Next(100) switch
        {
            < 30 => await UpdatesAsync(known, name, mirror, 1),
            < 50 => await UpdatesAsync(known, name, mirror, 2 + chance.Next(30)),
            < 53 => await UpdatesAsync(known, name, mirror, 110 + chance.Next(150)),
            < 72 => [.. Enumerable.Range(0, 1 + (chance.Next(2) * chance.Next(6))).Select(position => Create(known, name, position))],
            < 84 => [.. Targets(name, 1 + (chance.Next(2) * chance.Next(5))).Select((id, position) => new EditItem { Position = position, Kind = WriteKind.Delete, Id = new RecordId(id) })],
            _ => [],
        };
        var undone = items.Count > 0 ? null : account.Edits.Runs.LastOrDefault(run => run is { EndedAt: not null, Order.IsPreview: false } && run.Order.Stream == known.Name && chance.Next(3) == 0);
        if (undone is not null)
        {
            rule = ConflictRule.WriteOthers;
            items = Undoing(undone, known, connector.WritesOf(known.Description));
        }

        if (items.Count == 0)
            return;
        Begin(known.Name, isPreview, rule, items, undone);

        // Two members at once, at the same records.
        if (undone is null && items[0].Kind == WriteKind.Update && chance.Next(8) == 0)
            Begin(known.Name, false, ConflictRule.Stop, [.. items.Select(item => item with { Wanted = JsonSerializer.Serialize(Values(known, name)), Seen = null })], null);
    }

    private void Begin(StreamName stream, bool isPreview, ConflictRule rule, IReadOnlyList<EditItem> items, KeptRun? undoes)
    {
        if (chance.Next(3) == 0)
            account.Crm.Emulated.Control(EditTrouble.Draw(account.World.App.WriteEndpoints, account.World.App.WritesInBatches, chance));
        var run = account.Edits.Add(stream, isPreview, rule, items, undoes);
        account.World.Tally.Edits++;
        account.Voice.Say($"user: {run.Order.Run} {(isPreview ? "previews" : undoes is null ? "edits" : $"undoes {undoes.Order.Run}:")} {items.Count} {stream}, {items[0].Kind} first, {rule} on conflict");
        account.Keeper.Edits.Look();
    }

    private async Task<IReadOnlyList<EditItem>> UpdatesAsync(MirroredStream known, string name, IMirror mirror, int count)
    {
        var ids = Targets(name, count);
        var stored = (await mirror.LoadAsync(known.Name, [.. ids.Select(id => new RecordId(id))], CancellationToken.None)).ToDictionary(record => record.Id.Value);
        var tellsSeen = chance.Next(2) == 0;
        return
        [
            .. ids.Select((id, position) =>
            {
                var wanted = Values(known, name);
                var held = stored.TryGetValue(id, out var record) ? EditValue.Read(record.Properties) : new Dictionary<string, string?>();
                return new EditItem
                {
                    Position = position, Kind = WriteKind.Update, Id = new RecordId(id), Wanted = JsonSerializer.Serialize(wanted),
                    Seen = tellsSeen ? JsonSerializer.Serialize(wanted.Keys.ToDictionary(field => field, field => held.GetValueOrDefault(field))) : null,
                };
            }),
        ];
    }

    private EditItem Create(MirroredStream known, string name, int position)
    {
        var values = Values(known, name);
        foreach (var (field, value) in account.Life.Newcomer(name))
            values[field] = value;
        return new EditItem { Position = position, Kind = WriteKind.Create, Wanted = JsonSerializer.Serialize(values) };
    }

    private static IReadOnlyList<EditItem> Undoing(KeptRun run, MirroredStream known, WriteTraits traits)
    {
        var items = new List<EditItem>();
        foreach (var item in run.Items)
            if (Undo.Of(item, items.Count, known, traits) is { } back)
                items.Add(back);
        return items;
    }

    /// <summary>Records to edit: any, those that somebody has just changed in the CRM, and now and then one that is gone from it.</summary>
    private List<string> Targets(string name, int count)
    {
        var people = account.Population.Of(name);
        var lately = account.Population.TouchedBetween(account.World.Time.GetUtcNow() - Lately, DateTimeOffset.MaxValue, name).Distinct().ToList();
        var targets = new List<string>();
        for (var tries = 0; tries < count; tries++)
        {
            var from = chance.Next(20) == 0 ? people.Archived : chance.Next(3) == 0 && lately.Count > 0 ? lately : people.Live;
            if (from.Count > 0 && from[chance.Next(from.Count)] is var id && !targets.Contains(id))
                targets.Add(id);
        }

        return targets;
    }

    /// <summary>Values for a record, the first of them one that no other edit sets.</summary>
    private Dictionary<string, string?> Values(MirroredStream known, string name)
    {
        var fields = known.Fields.Where(field => field.RetiredAt is null).ToDictionary(field => field.Definition.Name, field => field.Definition);
        var names = account.Life.FieldsOf(name);
        var wanted = new Dictionary<string, string?> { [names[0]] = string.Create(CultureInfo.InvariantCulture, $"edit {++values}") };
        if (chance.Next(2) == 0 && names[chance.Next(names.Count)] is var more && more != names[0])
            wanted[more] = fields.GetValueOrDefault(more)?.Type == FieldType.Number ? chance.Next(100_000).ToString(CultureInfo.InvariantCulture)
                : chance.Next(2) == 0 ? Awkward[chance.Next(Awkward.Length)] : string.Create(CultureInfo.InvariantCulture, $"more {values}");
        return wanted;
    }
}
