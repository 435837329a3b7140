using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;
using Trueup.Simulation.Crm;
using Trueup.Simulation.Faults;

namespace Trueup.Simulation.Service;

/// <summary>The way from one process to the CRM: takes its time, may lead nowhere, and the CRM changes while a request is on it.</summary>
public sealed class Wire : HttpMessageHandler
{
    private static readonly TimeSpan Slowest = TimeSpan.FromMilliseconds(400);

    private readonly Machine machine;
    private readonly FaultPlan faults;
    private readonly Life life;
    private readonly Trace trace;
    private readonly Random chance;
    private readonly double restlessness;
    private readonly HttpMessageInvoker crm;

    /// <summary>Lays a wire.</summary>
    public Wire(Machine machine, EmulatedHubSpot crm, FaultPlan faults, Life life, Trace trace, Random chance, double restlessness)
    {
        (this.machine, this.faults, this.life, this.trace, this.chance, this.restlessness) = (machine, faults, life, trace, chance, restlessness);
        this.crm = new HttpMessageInvoker(crm.Direct());
    }

    /// <summary>Requests sent so far.</summary>
    public long Requests { get; private set; }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        await machine.PassAsync(FatePoint.BeforeRequest);
        await TravelAsync(cancellationToken);
        if (restlessness > 0 && chance.NextDouble() < restlessness)
            life.Act();
        var asked = await TellAsync(request, cancellationToken);
        if (faults.Unreachable)
        {
            trace.Say($"{asked} unreachable");
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

    private async Task<HttpResponseMessage> AnswerAsync(string asked, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await crm.SendAsync(request, cancellationToken);
            trace.Say($"{asked} {((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)} {answer.Content.Headers.ContentLength}");
            return answer;
        }
        catch (HttpRequestException)
        {
            trace.Say($"{asked} broken off");
            throw;
        }
        catch (OperationCanceledException)
        {
            trace.Say($"{asked} given up");
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
