using Trueup.Contract;

namespace Trueup.Simulation.Checks;

/// <summary>A consumer of the mirror's change feed, which keeps a copy of it by the feed alone (invariant I30).</summary>
internal sealed class FeedFollower(Account account)
{
    private const int EventsPerRead = 1_000;

    private readonly Random chance = Seeds.Random(account.World.Options.Seed, $"{account.Name} follower");
    private readonly Dictionary<(StreamName, RecordId), UInt128> copy = [];
    private long position;

    /// <summary>Reads on: some of what is new, or all of it. Answers the position.</summary>
    public async Task<long> FollowAsync(IMirror mirror, bool toTheEnd = false)
    {
        while (true)
        {
            var limit = toTheEnd ? EventsPerRead : 1 + chance.Next(50);
            var events = await mirror.ChangesAsync(position, limit, CancellationToken.None);
            foreach (var change in events)
            {
                Checker.Check(change.Position > position, "I30", $"The feed goes from {position} to {change.Position}.");
                position = change.Position;
                await TakeAsync(mirror, change);
            }

            if (events.Count < limit || (!toTheEnd && chance.Next(4) == 0))
                return position;
        }
    }

    /// <summary>The copy holds what the mirror holds.</summary>
    public async Task AssertEqualAsync(IMirror mirror)
    {
        var live = 0;
        foreach (var stream in await mirror.StreamsAsync(CancellationToken.None))
        {
            await foreach (var record in mirror.ExportAsync(stream.Name, CancellationToken.None))
            {
                live++;
                Checker.Check(copy.TryGetValue((stream.Name, record.Id), out var content), "I30", $"Who follows the feed does not know {stream.Name} {record.Id}.");
                Checker.Check(content == ContentOf(record), "I30", $"Who follows the feed has an older {stream.Name} {record.Id}.");
            }
        }

        Checker.Check(copy.Count == live, "I30", $"Who follows the feed has {copy.Count - live} records more than the mirror.");
    }

    /// <summary>The position after the last event.</summary>
    public static async Task<long> EndAsync(IMirror mirror, long from)
    {
        while (await mirror.ChangesAsync(from, EventsPerRead, CancellationToken.None) is { Count: > 0 } events)
            from = events[^1].Position;
        return from;
    }

    /// <summary>The events after a position.</summary>
    public static async Task<IReadOnlyList<ChangeEvent>> EventsAsync(IMirror mirror, long from)
    {
        var all = new List<ChangeEvent>();
        while (await mirror.ChangesAsync(all.Count > 0 ? all[^1].Position : from, EventsPerRead, CancellationToken.None) is { Count: > 0 } events)
            all.AddRange(events);
        return all;
    }

    private async Task TakeAsync(IMirror mirror, ChangeEvent change)
    {
        // The feed says that something happened; what is, the mirror says.
        var key = (change.Stream, change.Id);
        switch (change.Kind)
        {
            case ChangeKind.Buried or ChangeKind.Merged:
                copy.Remove(key);
                break;
            case ChangeKind.Created or ChangeKind.Changed or ChangeKind.Restored:
                if ((await mirror.LoadAsync(change.Stream, [change.Id], CancellationToken.None)) is [{ IsLive: true } record])
                    copy[key] = ContentOf(record);
                break;
        }
    }

    // A record that is only written in another form is no event, so its stamp and values are compared, not its hash.
    private static UInt128 ContentOf(StoredRecord record)
    {
        using var json = System.Text.Json.JsonDocument.Parse(record.Properties);
        var values = json.RootElement.EnumerateObject().Where(value => value.Value.ValueKind != System.Text.Json.JsonValueKind.Null)
            .OrderBy(value => value.Name, StringComparer.Ordinal).Select(value => $"{value.Name}={Meant(value.Value)}");
        return Fingerprint.OfRecord(record.ModifiedMilliseconds, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', values)));
    }

    // A text however its characters are escaped, a number however it is written.
    private static string Meant(System.Text.Json.JsonElement value) => value.ValueKind switch
    {
        System.Text.Json.JsonValueKind.String => $"\"{value.GetString()}",
        System.Text.Json.JsonValueKind.Number when value.TryGetDecimal(out var number) => number.ToString("0.############################", System.Globalization.CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };
}
