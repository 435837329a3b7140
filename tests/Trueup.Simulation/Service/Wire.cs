using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Trueup.Simulation.Checks;

namespace Trueup.Simulation.Service;

/// <summary>The way from one process to the CRM: takes its time, may lead nowhere, and the CRM changes while a request is on it.</summary>
public sealed class Wire : HttpMessageHandler
{
    private static readonly TimeSpan Slowest = TimeSpan.FromMilliseconds(400);

    private readonly Account account;
    private readonly Machine machine;
    private readonly Random chance;
    private readonly HttpMessageInvoker crm;

    /// <summary>Lays a wire.</summary>
    public Wire(Account account, Machine machine, Random chance)
    {
        (this.account, this.machine, this.chance) = (account, machine, chance);
        crm = new HttpMessageInvoker(account.Crm.Emulated.Direct());
    }

    /// <summary>Requests sent so far.</summary>
    public long Requests { get; private set; }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        account.World.Tally.Requests++;
        await machine.PassAsync(FatePoint.BeforeRequest);
        await TravelAsync(cancellationToken);
        if (account.World.Options.Restlessness is > 0 and var restlessness && chance.NextDouble() < restlessness)
            account.Life.Act();
        DemandOwnToken(request);
        var asked = await TellAsync(request, cancellationToken);
        if (account.Faults.Unreachable)
        {
            account.Voice.Say($"{asked} unreachable");
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The connection was refused.");
        }

        var answer = await AnswerAsync(asked, request, cancellationToken);
        await machine.PassAsync(FatePoint.AfterRequest);
        await TravelAsync(cancellationToken);
        return answer;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        crm.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>What opens one account never reaches another's CRM.</summary>
    private void DemandOwnToken(HttpRequestMessage request)
    {
        if (request.Headers.Authorization?.Parameter is { } token && !account.Vault.Known.Contains(token))
            account.World.Fail(new CheckFailedException("I27", $"A request to the CRM of account {account.Name} carries another account's token."));
    }

    private async Task<HttpResponseMessage> AnswerAsync(string asked, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Get)
            account.Checks.Sending(machine);
        try
        {
            var answer = await crm.SendAsync(request, cancellationToken);
            account.Voice.Say($"{asked} {((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)} {answer.Content.Headers.ContentLength}");
            return answer;
        }
        catch (HttpRequestException)
        {
            account.Voice.Say($"{asked} broken off");
            throw;
        }
        catch (OperationCanceledException)
        {
            account.Voice.Say($"{asked} given up");
            throw;
        }
    }

    private Task TravelAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(1 + Math.Floor(chance.NextDouble() * chance.NextDouble() * Slowest.TotalMilliseconds)), machine.Clock, cancellationToken);

    private async Task<string> TellAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        var body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken) : [];
        var what = XxHash32.HashToUInt32([.. Encoding.UTF8.GetBytes(url.Query), .. body]);
        return string.Create(CultureInfo.InvariantCulture, $"#{machine.Number} {request.Method} {url.AbsolutePath} {what:x8}:");
    }
}
