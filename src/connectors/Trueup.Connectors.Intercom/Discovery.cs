using System.Collections.Concurrent;
using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>Finds out which streams may be read: by asking each at thorough discoveries, which are believed in between.</summary>
/// <remarks>Intercom has always the same streams; an app's permissions and a workspace's plan decide which of them it shows.</remarks>
internal sealed class Discovery(IntercomApi api, Counting counting, Metadata metadata)
{
    private readonly ConcurrentDictionary<string, string> refusals = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken)
    {
        await metadata.BeginAsync(isThorough, cancellationToken);
        if (isThorough)
            await Task.WhenAll(IntercomStream.All.Select(stream => ProbeAsync(stream, cancellationToken)));
        return [.. IntercomStream.All.Select(stream => stream.Description with { Refusal = refusals.GetValueOrDefault(stream.Name) })];
    }

    private async Task ProbeAsync(IntercomStream stream, CancellationToken cancellationToken)
    {
        try
        {
            if (stream.Reading == Reading.Whole)
                await api.GetAsync($"/{stream.Name}", $"probe {stream.Name}", cancellationToken);
            else
                await counting.CountAsync(stream, cancellationToken);
            refusals.TryRemove(stream.Name, out _);
        }
        catch (Exception refusal) when (refusal is CrmForbiddenException or CrmNotFoundException or CrmRefusedException)
        {
            refusals[stream.Name] = refusal.Message;
        }
        catch (Exception trouble) when (trouble is CrmUnavailableException or CrmContractException)
        {
            // Whoever reads the stream meets the same trouble and stops alone; the others must not wait for it.
        }
    }
}
