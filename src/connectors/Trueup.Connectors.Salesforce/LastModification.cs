using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Who modified a record last, and when, as the record itself names it.</summary>
/// <remarks>Source: developer.salesforce.com "Object Reference", System Fields, read on 2026-09.</remarks>
internal static class LastModification
{
    /// <summary>What a record says of its last modification; null where the connected user may not see it.</summary>
    public static LastChange? In(ReadOnlyMemory<byte> properties)
    {
        using var record = JsonDocument.Parse(properties);
        var (by, at) = (record.RootElement.Text("LastModifiedById"), record.RootElement.Text("LastModifiedDate"));
        DateTimeOffset? when = at is not null && IsoInstant.TryReadMilliseconds(System.Text.Encoding.UTF8.GetBytes(at), out var milliseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
        return by is null && when is null ? null : new LastChange(null, when, by is null ? null : $"user {by}");
    }
}
