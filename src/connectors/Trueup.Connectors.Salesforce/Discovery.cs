using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>Finds the streams of an org.</summary>
internal sealed class Discovery(Shapes shapes)
{
    // Rows show 1 to 3 s late, and a transaction stamps them while it runs, which it may for ten minutes. Source: estuary/connectors#2678;
    // developer.salesforce.com "Execution Governors and Limits", read on 2026-09.
    private static readonly TimeSpan IndexLag = TimeSpan.FromMinutes(10);

    // Source: help.salesforce.com "Recycle Bin", read on 2026-09. A full bin is emptied earlier.
    private static readonly TimeSpan BinKeeps = TimeSpan.FromDays(15);

    public async Task<IReadOnlyList<StreamDescription>> DiscoverAsync(bool isThorough, CancellationToken cancellationToken)
    {
        var types = await shapes.ListAsync(isThorough, cancellationToken);
        var described = await shapes.RefreshAsync(types, isThorough, cancellationToken);
        return [.. types.Select(type => described[type] switch
        {
            ({ } shape, _) => new StreamDescription(ObjectChoice.NameOf(type), shape.Label, type, TraitsOf(shape)),
            (_, CrmForbiddenException or CrmNotFoundException or CrmRefusedException) and (_, var refusal) =>
                new StreamDescription(ObjectChoice.NameOf(type), type, type, new StreamTraits(), refusal!.Message),
            (_, var trouble) => throw trouble!,
        })];
    }

    private static StreamTraits TraitsOf(ObjectShape shape) => new()
    {
        ReadsModified = shape.Stamp is not null,
        IndexLag = shape.Stamp is null ? TimeSpan.Zero : IndexLag,
        RecordsPerFullPage = shape.RowsPerPage,
        RecordsPerModifiedPage = shape.RowsPerPage,
        RecordsPerBatch = ByIdReading.IdsPerQuery,
        ReportsDeletions = shape.HasBin || shape.IsReplicateable,
        DeletionsReachBack = shape.HasBin || shape.IsReplicateable ? BinKeeps : null,
        Counts = true,
    };
}
