namespace Trueup.Http;

/// <summary>How many calls may be under way at once: one more for each round of successes, half as many after a refusal.</summary>
/// <remarks>Not for concurrent use.</remarks>
internal sealed class Concurrency(int most)
{
    private const int AtFirst = 4;
    private int successes;

    public int Limit { get; private set; } = Math.Min(AtFirst, most);

    public void Succeeded()
    {
        if (Limit >= most || ++successes < Limit)
            return;
        successes = 0;
        Limit++;
    }

    public void Struggled()
    {
        successes = 0;
        Limit = Math.Max(1, Limit / 2);
    }
}
