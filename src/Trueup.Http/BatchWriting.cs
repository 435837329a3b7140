using Trueup.Contract;

namespace Trueup.Http;

/// <summary>Sends records of a batch, and makes of what goes wrong an outcome for each.</summary>
public static class BatchWriting
{
    /// <summary>Sends a batch. One that the CRM refuses whole is halved until the bad record stands alone, which takes about two calls for each halving.</summary>
    /// <param name="count">Records in it.</param>
    /// <param name="send">Sends so many records from a place on, and answers an outcome for each.</param>
    public static async Task<IReadOnlyList<WriteOutcome>> WriteAsync(int count, Func<int, int, Task<IReadOnlyList<WriteOutcome>>> send)
    {
        var outcomes = new WriteOutcome[count];
        await WriteAsync(0, count, send, outcomes);
        return outcomes;
    }

    private static async Task WriteAsync(int start, int count, Func<int, int, Task<IReadOnlyList<WriteOutcome>>> send, WriteOutcome[] outcomes)
    {
        try
        {
            var told = await send(start, count);
            for (var index = 0; index < count; index++)
                outcomes[start + index] = told[index];
        }
        catch (Exception refusal) when (refusal is CrmRefusedException or CrmNotFoundException)
        {
            if (count == 1)
            {
                outcomes[start] = new WriteOutcome.Rejected(refusal.Message);
                return;
            }

            var half = count / 2;
            await WriteAsync(start, half, send, outcomes);
            await WriteAsync(start + half, count - half, send, outcomes);
        }
        catch (CrmException problem)
        {
            WriteOutcome outcome = problem is CrmUnavailableException { MayBeDone: true } ? new WriteOutcome.Unheard(problem.Message) : new WriteOutcome.Unsent(problem);
            Array.Fill(outcomes, outcome, start, count);
        }
    }
}
