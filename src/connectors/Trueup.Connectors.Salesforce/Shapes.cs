using System.Collections.Concurrent;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>The descriptions of objects as last read, and how they are read again for little: 25 in one call, and only those that changed.</summary>
/// <remarks>Threads: every member may be called concurrently.</remarks>
internal sealed class Shapes(SalesforceApi api, TimeProvider clock)
{
    // Stamps of changes have whole seconds, and something may have changed in the second in which we read.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(2);

    // Discovery has just read what is asked for next.
    private static readonly TimeSpan AheadLasts = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Seen> known = new(StringComparer.Ordinal);
    private Listed? listed;

    /// <summary>The objects that were described so far.</summary>
    public IReadOnlyCollection<string> KnownTypes => [.. known.Keys];

    /// <summary>The shape of an object, as last read; null where it never was.</summary>
    public ObjectShape? Known(StreamDescription stream) => known.TryGetValue(stream.TypeId, out var kept) ? kept.Shape : null;

    /// <summary>The shape of an object, as last read; read now where it never was.</summary>
    public async Task<ObjectShape> OfAsync(StreamDescription stream, CancellationToken cancellationToken) =>
        known.TryGetValue(stream.TypeId, out var kept) ? kept.Shape : await ReadAsync(stream.TypeId, conditional: false, cancellationToken);

    /// <summary>The shape of an object as it is now.</summary>
    public async Task<ObjectShape> NowAsync(StreamDescription stream, CancellationToken cancellationToken) =>
        known.TryGetValue(stream.TypeId, out var kept) && clock.GetUtcNow() - kept.CheckedAt < AheadLasts
            ? kept.Shape
            : await ReadAsync(stream.TypeId, conditional: true, cancellationToken);

    /// <summary>Reads a description anew whatever is known, after a query showed that it is out of date.</summary>
    public Task<ObjectShape> RenewedAsync(StreamDescription stream, CancellationToken cancellationToken) =>
        ReadAsync(stream.TypeId, conditional: false, cancellationToken);

    /// <summary>The names of the objects that are streams.</summary>
    /// <param name="isThorough">Whether "not modified" is not believed: it does not promise that a permission is still what it was.
    /// Source: developer.salesforce.com REST API, "Conditional Requests", is silent about permissions; read on 2026-09.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<string>> ListAsync(bool isThorough, CancellationToken cancellationToken)
    {
        var earlier = isThorough ? null : listed;
        var answer = await api.GetIfChangedAsync(api.Paths.Objects, "list objects", earlier?.ServerTime - Overlap, cancellationToken);
        if (answer.ValueKind == JsonValueKind.Undefined)
            return earlier?.Names ?? throw new CrmContractException("Salesforce says that the list of objects did not change, without having been asked.");
        var names = ObjectChoice.From(answer);
        listed = new Listed(names, api.Now);
        return names;
    }

    /// <summary>Brings the descriptions of objects up to date.</summary>
    /// <param name="types">The objects.</param>
    /// <param name="isThorough">As for <see cref="ListAsync"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Of each object its shape, or why it cannot be described.</returns>
    public async Task<IReadOnlyDictionary<string, (ObjectShape? Shape, CrmException? Refusal)>> RefreshAsync(IReadOnlyList<string> types, bool isThorough, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (ObjectShape?, CrmException?)>();
        foreach (var some in types.Chunk(CompositeAnswer.MostParts))
        {
            var parts = some.Select((type, i) => new CompositePart(api.Paths.Describe(type), $"d{i}", isThorough ? null : SinceOf(type))).ToList();
            var answers = await api.CompositeAsync(parts, "describe objects", cancellationToken);
            for (var i = 0; i < some.Length; i++)
                found[some[i]] = Take(some[i], answers[i]);
        }
        return found;
    }

    private (ObjectShape?, CrmException?) Take(string type, CompositeAnswer answer)
    {
        if (answer.Status == 304 && known.TryGetValue(type, out var kept))
            return (Checked(type, kept), null);
        return answer.Failure($"describe {type}") is { } failure ? (null, failure) : (Keep(type, answer.Body), null);
    }

    private async Task<ObjectShape> ReadAsync(string type, bool conditional, CancellationToken cancellationToken)
    {
        var answer = await api.GetIfChangedAsync(api.Paths.Describe(type), $"describe {type}", conditional ? SinceOf(type) : null, cancellationToken);
        if (answer.ValueKind != JsonValueKind.Undefined)
            return Keep(type, answer);
        return known.TryGetValue(type, out var kept) ? Checked(type, kept)
            : throw new CrmContractException($"Salesforce says that the description of {type} did not change, without having been asked.");
    }

    private ObjectShape Keep(string type, JsonElement described)
    {
        var shape = ShapeReading.Read(described);
        known[type] = new Seen(shape, api.Now, clock.GetUtcNow());
        return shape;
    }

    private ObjectShape Checked(string type, Seen kept)
    {
        known[type] = kept with { CheckedAt = clock.GetUtcNow() };
        return kept.Shape;
    }

    private DateTimeOffset? SinceOf(string type) =>
        known.TryGetValue(type, out var kept) ? kept.ServerTime - Overlap : null;

    /// <param name="ServerTime">Salesforce's time when it was read.</param>
    /// <param name="CheckedAt">When it was last known to be up to date, by our clock.</param>
    private sealed record Seen(ObjectShape Shape, DateTimeOffset ServerTime, DateTimeOffset CheckedAt);

    private sealed record Listed(IReadOnlyList<string> Names, DateTimeOffset ServerTime);
}
