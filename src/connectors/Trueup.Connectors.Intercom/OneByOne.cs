using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Sends what can only be sent one by one, a few at once, and makes of what goes wrong the outcome of the one that it concerns.</summary>
internal static class OneByOne
{
    /// <summary>Sends each. Once something stands in the way of all, a quota or the credentials, the rest is not sent.</summary>
    public static async Task<IReadOnlyList<WriteOutcome>> SendAsync<T>(IReadOnlyList<T> all, int atOnce, Func<T, Task<WriteOutcome>> send)
    {
        var outcomes = new List<WriteOutcome>(all.Count);
        foreach (var some in all.Chunk(atOnce))
        {
            if (outcomes.OfType<WriteOutcome.Unsent>().FirstOrDefault() is { } stopped)
                outcomes.AddRange(some.Select(_ => stopped));
            else
                outcomes.AddRange(await Task.WhenAll(some.Select(one => SendAsync(one, send))));
        }

        return outcomes;
    }

    private static async Task<WriteOutcome> SendAsync<T>(T one, Func<T, Task<WriteOutcome>> send) => (await BatchWriting.WriteAsync(1, async (_, _) =>
    {
        try
        {
            return [await send(one)];
        }
        catch (MergedAwayException merged)
        {
            return [new WriteOutcome.Rejected(merged.Message)];
        }
    }))[0];
}
