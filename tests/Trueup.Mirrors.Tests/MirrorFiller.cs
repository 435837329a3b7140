using System.Text;

namespace Trueup.Mirrors.Tests;

/// <summary>Puts records into a fresh mirror.</summary>
internal static class MirrorFiller
{
    public static readonly StreamName Contacts = new("contacts");

    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    public static async Task<long> FillAsync(IMirror mirror, int records)
    {
        var fence = await mirror.TakeFenceAsync(default);
        await mirror.CommitAsync(
            new MirrorCommit(fence, Monday, "onboarding") { Streams = [new StreamDescription(Contacts, "Contacts", "0-1", new StreamTraits())] }, default);
        await mirror.CommitAsync(Records(fence, 0, records), default);
        return fence;
    }

    public static MirrorCommit Records(long fence, int first, int count) => new(fence, Monday, "onboarding")
    {
        Puts = [new StreamPuts(Contacts, [.. Enumerable.Range(first, count).Select(Record)])],
        Documents = new Dictionary<string, string?> { ["reached"] = $"{first + count}" },
    };

    private static RecordPut Record(int number)
    {
        var properties = Encoding.UTF8.GetBytes($$"""{"number":"{{number}}","text":"{{new string('x', 300)}}"}""");
        return new RecordPut(Encoding.UTF8.GetBytes($"{number:D8}"), 1, Fingerprint.OfRecord(1, properties), properties, PutKind.Create);
    }
}
