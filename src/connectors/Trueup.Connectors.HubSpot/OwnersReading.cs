using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Reads owners: first the active ones, then those that were archived, so that no record's owner id leads nowhere.</summary>
/// <remarks>An owner's whole object is what its record holds, with <c>archived</c> as one of the values. Their modified stamp
/// does not reliably move, so every pass reads them all; there are few. Source: hubspot.md §2.3; airbytehq/airbyte#27799.</remarks>
internal sealed class OwnersReading(HubSpotApi api)
{
    public const int RecordsPerPage = 100;

    private const string Active = "active:";
    private const string Archived = "archived:";

    /// <summary>What an owner consists of. HubSpot describes it in its documents only.</summary>
    public static StreamSchema Schema { get; } = new(
    [
        Of("id", "Owner id", FieldType.Text, "string"),
        Of("email", "E-mail", FieldType.Text, "string"),
        Of("firstName", "First name", FieldType.Text, "string"),
        Of("lastName", "Last name", FieldType.Text, "string"),
        Of("type", "Type", FieldType.Text, "string"),
        Of("userId", "User id", FieldType.Number, "number"),
        Of("userIdIncludingInactive", "User id, also of inactive users", FieldType.Number, "number"),
        Of("teams", "Teams", FieldType.Json, "json"),
        Of("createdAt", "Created at", FieldType.DateTime, "datetime"),
        Of("updatedAt", "Updated at", FieldType.DateTime, "datetime"),
        Of("archived", "Archived", FieldType.Boolean, "bool"),
    ], []);

    public IAsyncEnumerable<RecordPage> ReadAsync(StreamName stream, string? resume, CancellationToken cancellationToken) =>
        Walk.ThroughAsync(stream, resume, (cursor, _, cancel) => FetchAsync(cursor, cancel), cancellationToken);

    /// <summary>Reads both lists and keeps the ids asked for; cheaper than one call per owner, and archived ones are found alike.</summary>
    public async Task<RecordsById> ReadByIdsAsync(StreamName stream, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken)
    {
        var missing = ids.ToHashSet();
        var live = new List<RecordPage>();
        try
        {
            await foreach (var page in ReadAsync(stream, null, cancellationToken))
            {
                page.KeepOnly(missing.Remove);
                live.Add(page);
            }
            return new RecordsById(live, [.. missing.Select(id => new GoneRecord(id, GoneCause.Deleted))]);
        }
        catch
        {
            foreach (var page in live)
                page.Dispose();
            throw;
        }
    }

    private async Task<RecordPage> FetchAsync(string? cursor, CancellationToken cancellationToken)
    {
        var archived = cursor?.StartsWith(Archived, StringComparison.Ordinal) ?? false;
        var after = cursor?[(cursor.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var path = $"{HubSpotPaths.Owners}?limit={RecordsPerPage}&archived={(archived ? "true" : "false")}" +
            (string.IsNullOrEmpty(after) ? "" : "&after=" + Uri.EscapeDataString(after));
        var page = (await api.ListAsync(path, "list owners", isOwners: true, nextSeen: null, cancellationToken)).Page;
        page.Next = (archived, page.Next) switch
        {
            (false, { } next) => Active + next,
            (false, null) => Archived,
            (true, { } next) => Archived + next,
            (true, null) => null,
        };
        return page;
    }

    private static Field Of(string name, string label, FieldType type, string vendorType) =>
        new(name, label, type) { VendorType = vendorType, ReadOnly = true, Unique = name == "id" };
}
