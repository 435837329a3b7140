using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Simulation.Service;

namespace Trueup.Simulation.Checks;

/// <summary>What must hold of every single commit.</summary>
internal sealed class CommitChecks(Account account)
{
    /// <summary>A checkpoint holds a few stamps and a cursor, however large the stream.</summary>
    private const int LargestDocument = 100_000;

    /// <summary>A question whether to bury so many records says which, in eight bytes each, until it is answered.</summary>
    private const int CharactersPerRecordAskedAbout = 11;

    private readonly Dictionary<string, DateTimeOffset> watermarks = [];
    private int newestMachine;

    /// <summary>When the sync under way began, by the world's time.</summary>
    public DateTimeOffset SyncBeganAt { get; set; }

    /// <summary>What a commit would do to the records it holds that it must not: the invariant and what is wrong; null if nothing is.</summary>
    /// <remarks>I21: an older version never takes the place of a newer one. I11: what is buried comes back only if it was live in this sync.</remarks>
    public async Task<(string Invariant, string Message)?> WrongAsync(IMirror mirror, MirrorCommit commit)
    {
        foreach (var puts in commit.Puts)
        {
            var stamps = new Dictionary<RecordId, long>();
            foreach (var put in puts.Records)
                stamps[new RecordId(Encoding.UTF8.GetString(put.Id.Span))] = put.ModifiedMilliseconds;
            var stored = await mirror.LoadAsync(puts.Stream, [.. stamps.Keys], CancellationToken.None);
            if (stored.FirstOrDefault(record => stamps[record.Id] < record.ModifiedMilliseconds) is { } older)
                return ("I21", $"{puts.Stream} {older.Id} stamped {At(older.ModifiedMilliseconds)} is overwritten by a version stamped {At(stamps[older.Id])}.");
            foreach (var buried in stored.Where(record => !record.IsLive))
                if (account.Population.Find(account.StateName(puts.Stream), buried.Id.Value) is { Live: false, EndedAt: { } endedAt } && endedAt < SyncBeganAt)
                    return ("I11", $"{puts.Stream} {buried.Id} comes back to life, but has not been live in the CRM since {endedAt:O}, before the sync began.");
        }

        return null;
    }

    /// <summary>A commit is durable.</summary>
    public async Task AfterAsync(Machine machine, IMirror mirror, MirrorCommit commit)
    {
        OnlyTheNewestWrites(machine);
        foreach (var bury in commit.Buries)
            OnlyTheDeadAreBuried(bury);
        foreach (var (key, document) in commit.Documents)
            Checker.Check(document is null || document.Length < LargestOf(key, document), "I25", $"The document {key} has grown to {document?.Length:N0} characters.");
        foreach (var (key, document) in commit.Documents)
            if (document is not null && key.StartsWith("checkpoint/stream/", StringComparison.Ordinal))
                await TheCursorTellsTheTruthAsync(mirror, key["checkpoint/stream/".Length..], document);
    }

    private static long LargestOf(string key, string document)
    {
        if (!key.StartsWith("checkpoint/brake/", StringComparison.Ordinal))
            return LargestDocument;
        using var question = JsonDocument.Parse(document);
        return LargestDocument + (CharactersPerRecordAskedAbout * question.RootElement.GetProperty("Count").GetInt64());
    }

    /// <summary>I27: whoever was taken over from writes no more.</summary>
    private void OnlyTheNewestWrites(Machine machine)
    {
        Checker.Check(machine.Number >= newestMachine, "I27", $"Process {machine.Number} has written although process {newestMachine} has taken over.");
        newestMachine = machine.Number;
    }

    /// <summary>I12: what is buried was not live at some time in this sync.</summary>
    private void OnlyTheDeadAreBuried(RecordBury bury)
    {
        var stream = account.StateName(bury.Stream);
        var biography = account.Population.Find(stream, bury.Gone.Id.Value);
        Checker.Check(biography is null || biography.NotLiveUntil >= SyncBeganAt, "I12",
            $"{bury.Stream} {bury.Gone.Id} is buried as {bury.Gone.Cause}, but has been live in the CRM all the time since the sync began.");
        // What was brought back while the sync ran had been merged when it was read.
        var cameBack = biography is { Live: true } && biography.NotLiveUntil >= SyncBeganAt;
        if (bury.Gone.MergedInto is { } survivor)
            Checker.Check(cameBack || account.Crm.StateOf(stream, bury.Gone.Id.Value) is { MergedInto: not null }, "I13",
                $"{bury.Stream} {bury.Gone.Id} is buried as merged into {survivor}, but nobody merged it.");
    }

    /// <summary>I7, I17: a watermark only moves forward, never past the CRM's now, and everything before it is there.</summary>
    private async Task TheCursorTellsTheTruthAsync(IMirror mirror, string stream, string document)
    {
        using var checkpoint = JsonDocument.Parse(document);
        if (!checkpoint.RootElement.TryGetProperty("Watermark", out var text))
        {
            Checker.Check(!watermarks.ContainsKey(stream), "I7", $"The watermark of {stream} was lost.");
            return;
        }

        var watermark = text.GetDateTimeOffset();
        var before = watermarks.GetValueOrDefault(stream);
        if (watermark == before)
            return;
        Checker.Check(watermark >= before, "I7", $"The watermark of {stream} went back from {before:O} to {watermark:O}.");
        Checker.Check(watermark <= account.World.Time.GetUtcNow(), "I17", $"The watermark of {stream} is {watermark:O}, which the CRM's clock has not reached.");
        watermarks[stream] = watermark;
        await EverythingBeforeIsThereAsync(mirror, new StreamName(stream), before, watermark);
    }

    private async Task EverythingBeforeIsThereAsync(IMirror mirror, StreamName stream, DateTimeOffset since, DateTimeOffset until)
    {
        // An index further behind than the vendor admits cannot be known of; the nightly comparison finds what came later still.
        var lag = account.Faults.LagSince(since);
        if (lag > TimeSpan.FromMinutes(10))
            return;
        var name = account.StateName(stream);
        var ids = account.Population.TouchedBetween(since, until, name).Where(id => account.Population.Find(name, id) is { Live: true } biography
            && biography.StampedAt > since && biography.StampedAt <= until && biography.OtherAt < biography.StampedAt).Distinct().ToList();
        if (ids.Count == 0)
            return;
        var stored = (await mirror.LoadAsync(stream, [.. ids.Select(id => new RecordId(id))], CancellationToken.None)).ToDictionary(record => record.Id.Value);
        foreach (var id in ids)
        {
            var stampedAt = account.Population.Find(name, id)!.StampedAt;
            Checker.Check(stored.TryGetValue(id, out var record) && record.ModifiedMilliseconds > (stampedAt - account.Crm.StampsTo).ToUnixTimeMilliseconds(), "I7",
                $"The watermark of {stream} is {until:O}, but the version of {id} stamped {stampedAt:O} is not mirrored.");
        }
    }

    private static string At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("O");
}
