using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Catalog;

namespace Trueup.Web.Application;

/// <summary>The same change for many records.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Ids">The records; null for those that a filter shows.</param>
/// <param name="Filter">Which records, as the API has it; null for all of the stream. Only where there are no ids.</param>
/// <param name="Does">What is done.</param>
/// <param name="Field">The field; null for a deletion.</param>
/// <param name="Value">What to set, or what stands in place of what was found; null or empty clears.</param>
/// <param name="Find">The text to find, letter by letter; only to replace.</param>
public sealed record NewBulkEdit(string Stream, IReadOnlyList<string>? Ids, string? Filter, BulkAct Does, string? Field, string? Value, string? Find);

/// <summary>What is done to many records.</summary>
public enum BulkAct
{
    /// <summary>A field is set to one value.</summary>
    Set,
    /// <summary>A text within a field is replaced, where the field holds it.</summary>
    Replace,
    /// <summary>The records are deleted.</summary>
    Delete,
}

/// <summary>Makes one edit run of the same change for many records. What the mirror holds is what was seen, so nobody's later change is written over unseen.</summary>
public sealed class BulkEdits(Edits edits, Records records)
{
    private const int RecordsPerRead = 1_000;

    /// <summary>Begins a preview. Needs editor.</summary>
    /// <exception cref="ProblemException">403, 404, 409 while the stream is locked, 422 for a bad filter, and where no record or too many would be changed.</exception>
    public async Task<EditView> PreviewAsync(Actor actor, string connection, NewBulkEdit wanted, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Editor);
        if (wanted.Does != BulkAct.Delete && string.IsNullOrEmpty(wanted.Field))
            throw new ProblemException(Problem.Invalid("Choose a field first."));
        if (wanted.Does == BulkAct.Replace && string.IsNullOrEmpty(wanted.Find))
            throw new ProblemException(Problem.Invalid("Say which text to find."));
        var changes = new List<NewChange>();
        await foreach (var record in FoundAsync(connection, wanted, cancellationToken))
        {
            if (ChangeOf(record, wanted) is not { } change)
                continue;
            if (changes.Count == Edits.MostChanges)
                throw new ProblemException(Problem.Invalid($"These are more than {Edits.MostChanges:N0} records, the most that one run changes; narrow the filter."));
            changes.Add(change);
        }

        if (changes.Count == 0)
            throw new ProblemException(Problem.Invalid(wanted.Does == BulkAct.Replace ? $"None of these records holds \"{wanted.Find}\" there." : "There is no record to change."));
        return await edits.StartAsync(actor, connection, new NewEdit("preview", wanted.Stream, null, changes), TimeSpan.Zero, cancellationToken);
    }

    private static NewChange? ChangeOf(RecordView record, NewBulkEdit wanted)
    {
        if (wanted.Does == BulkAct.Delete)
            return new NewChange(record.Id, Delete: true);
        var field = wanted.Field ?? "";
        var held = record.Properties[field];
        var value = wanted.Value ?? "";
        if (wanted.Does == BulkAct.Replace)
        {
            var text = held is JsonValue one && one.TryGetValue<string>(out var words) ? words : held?.ToJsonString() ?? "";
            if (!text.Contains(wanted.Find ?? "", StringComparison.Ordinal))
                return null;
            value = text.Replace(wanted.Find ?? "", value, StringComparison.Ordinal);
        }

        return new NewChange(
            record.Id, new Dictionary<string, JsonElement> { [field] = JsonSerializer.SerializeToElement(value) },
            new Dictionary<string, JsonElement> { [field] = JsonSerializer.SerializeToElement(held) });
    }

    private async IAsyncEnumerable<RecordView> FoundAsync(
        string connection, NewBulkEdit wanted, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<string> fields = wanted.Field is { } field ? [field] : [];
        if (wanted.Ids is { } ids)
        {
            foreach (var id in ids)
                if (await records.GetAsync(connection, wanted.Stream, id, cancellationToken) is { Gone: null } record)
                    yield return record;
            yield break;
        }

        string? cursor = null;
        do
        {
            var page = await records.QueryAsync(connection, wanted.Stream, new RecordsQuery(wanted.Filter, null, fields, RecordsPerRead, cursor), cancellationToken);
            foreach (var record in page.Items)
                yield return record;
            cursor = page.Next;
        }
        while (cursor is not null);
    }
}
