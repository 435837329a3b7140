namespace Trueup.Simulation.Service;

/// <summary>The one way out of a process, which leads to each account's CRM by its host.</summary>
/// <param name="wires">The way to each host.</param>
public sealed class Switchboard(IReadOnlyDictionary<string, Wire> wires) : HttpMessageHandler
{
    private readonly Dictionary<string, HttpMessageInvoker> lines = wires.ToDictionary(wire => wire.Key, wire => new HttpMessageInvoker(wire.Value));

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        lines[request.RequestUri!.Host].SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var line in lines.Values)
            line.Dispose();
        base.Dispose(disposing);
    }
}
