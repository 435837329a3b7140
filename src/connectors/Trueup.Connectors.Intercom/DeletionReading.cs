using System.Runtime.CompilerServices;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Reads the list of deleted conversations, newest first, back to an instant.</summary>
/// <remarks>Pages shift while conversations are deleted, which shows some twice and hides none: new ones come before what is being read. Source: intercom.md, section 7, 2026-09.</remarks>
internal sealed class DeletionReading(IntercomApi api)
{
    private const int PerPage = 60;

    public async IAsyncEnumerable<DeletionPage> ReadAsync(DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var answer = await api.GetAsync($"/conversations/deleted?page={number}&per_page={PerPage}&order=desc", "deleted conversations", cancellationToken);
            var deletions = new List<GoneRecord>();
            var isOlder = false;
            foreach (var gone in answer.Items("conversations"))
            {
                if (gone.Id("id") is not { } id)
                    continue;
                var at = gone.Number("deleted_at") is { } second ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(second, 253_402_300_799)) : (DateTimeOffset?)null;
                isOlder |= at < since;
                deletions.Add(new GoneRecord(new RecordId(id), GoneCause.Deleted, at));
            }

            yield return new DeletionPage(deletions);
            if (isOlder || deletions.Count == 0 || answer.Member("pages").Text("next") is null)
                yield break;
        }
    }
}
