using Trueup.Contract;

namespace Trueup.Connectors.HubSpot;

/// <summary>Finds the streams of a portal by asking for each kind of record.</summary>
internal sealed class Discovery(HubSpotApi api, Describing describing, FullReading full)
{
    // HubSpot says "a few moments"; 30 s were recorded, connectors trail by up to an hour. Source: hubspot.md §3.5, 2026-09.
    private static readonly TimeSpan IndexLag = TimeSpan.FromMinutes(10);

    // The recycle bin keeps records for 90 days. Source: knowledge.hubspot.com "Restore deleted records", read on 2026-09.
    private static readonly TimeSpan BinKeeps = TimeSpan.FromDays(90);

    // Leaves room for a type id within the 200 characters of a stream's name.
    private const int LongestName = 160;

    public async Task<IReadOnlyList<StreamDescription>> DiscoverAsync(CancellationToken cancellationToken)
    {
        var streams = new List<StreamDescription>();
        foreach (var type in HubSpotType.BuiltIn)
            streams.Add(await ProbeAsync(new StreamDescription(new StreamName(type.Name), type.Label, type.TypeId, ObjectTraits()), cancellationToken));
        streams.Add(await ProbeOwnersAsync(cancellationToken));
        foreach (var custom in await CustomObjectsAsync(cancellationToken))
            streams.Add(await ProbeAsync(custom, cancellationToken));
        return streams;
    }

    // Definitions can be readable where records are not, so a record is asked for; the definitions tell whether they fit a URL.
    private async Task<StreamDescription> ProbeAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        try
        {
            var answered = await api.ListAsync(
                HubSpotPaths.Objects(stream) + "?limit=1&archived=false&properties=hs_object_id", $"probe {stream.Name}", isOwners: false, nextSeen: null, cancellationToken);
            answered.Page.Dispose();
            var schema = await describing.DescribeAheadAsync(stream, cancellationToken);
            var fits = full.FitsList(stream, [.. schema.Fields.Select(field => field.Name)]);
            return stream with { Traits = stream.Traits with { CallsPerFullPage = fits ? 1 : 2 } };
        }
        catch (Exception refusal) when (refusal is CrmForbiddenException or CrmNotFoundException or CrmRefusedException)
        {
            return stream with { Refusal = refusal.Message };
        }
        catch (Exception trouble) when (trouble is CrmUnavailableException or CrmContractException)
        {
            // Whoever reads the stream meets the same trouble and stops alone; the others must not wait for it.
            return stream;
        }
    }

    private async Task<StreamDescription> ProbeOwnersAsync(CancellationToken cancellationToken)
    {
        var owners = new StreamDescription(new StreamName(HubSpotType.Owners), "Owners", HubSpotType.Owners, new StreamTraits
        {
            IndexLag = TimeSpan.Zero,
            RecordsPerFullPage = OwnersReading.RecordsPerPage,
            RecordsPerBatch = OwnersReading.RecordsPerPage,
        });
        try
        {
            var answered = await api.ListAsync(HubSpotPaths.Owners + "?limit=1&archived=false", "probe owners", isOwners: true, nextSeen: null, cancellationToken);
            answered.Page.Dispose();
            return owners;
        }
        catch (Exception refusal) when (refusal is CrmForbiddenException or CrmNotFoundException or CrmRefusedException)
        {
            return owners with { Refusal = refusal.Message };
        }
        catch (Exception trouble) when (trouble is CrmUnavailableException or CrmContractException)
        {
            return owners;
        }
    }

    private async Task<IReadOnlyList<StreamDescription>> CustomObjectsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<CustomSchema> schemas;
        try
        {
            schemas = await describing.ReadSchemasAsync(cancellationToken);
        }
        catch (Exception refusal) when (refusal is CrmForbiddenException or CrmNotFoundException)
        {
            // Portals below Enterprise have no custom objects, and say so by refusing.
            return [];
        }
        return [.. schemas.Select(schema => new StreamDescription(NameOf(schema), schema.Label, schema.TypeId, ObjectTraits()))];
    }

    /// <summary>Makes a stream's name of a custom object's name. The portal's prefix keeps it from built-in names; the type id is
    /// added wherever two names could come out alike, so that a name never depends on what other objects there are.</summary>
    internal static StreamName NameOf(CustomSchema schema)
    {
        var name = new string([.. schema.FullyQualifiedName.ToLowerInvariant().Take(LongestName).Select(Safe)]);
        return new StreamName(name == schema.FullyQualifiedName ? name : $"{name}_{schema.TypeId}");
    }

    private static char Safe(char character) =>
        character is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '-' ? character : '_';

    private static StreamTraits ObjectTraits() => new()
    {
        ReadsModified = true,
        IndexLag = IndexLag,
        RecordsPerFullPage = FullReading.RecordsPerPage,
        RecordsPerModifiedPage = ModifiedReading.RecordsPerPage,
        RecordsPerBatch = BatchBodies.MostIds,
        ReportsDeletions = true,
        DeletionsReachBack = BinKeeps,
        Counts = true,
    };
}
