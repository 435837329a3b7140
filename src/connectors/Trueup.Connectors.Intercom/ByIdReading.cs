using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Finds out what became of records, each by a call of its own.</summary>
/// <remarks>An archived contact answers as if it were live, and only lists and searches leave it out: whoever answers is looked for by a search as well, unless the
/// search may not know of it yet; what we archived or brought back ourselves is remembered until it does. Source: intercom.md, section 7, 2026-09.</remarks>
internal sealed class ByIdReading(IntercomApi api, Searching searching, NestedLists nested, ArchiveMemory memory)
{
    private const int AtOnce = 8;
    private const int IdsPerSearch = 50;

    public async Task<RecordsById> ReadAsync(IntercomStream stream, IReadOnlyList<string> fields, IReadOnlyList<RecordId> ids, CancellationToken cancellationToken)
    {
        var shape = searching.ShapeOf(stream, fields);
        using var writer = new PageWriter(shape);
        var gone = new List<GoneRecord>();
        var live = new List<RecordPage>();
        try
        {
            foreach (var some in ids.Distinct().Chunk(IdsPerSearch))
            {
                var found = new List<(RecordId Id, AnsweredRows Answer)>();
                try
                {
                    foreach (var few in some.Chunk(AtOnce))
                    {
                        foreach (var (id, answer, absent, refused) in await Task.WhenAll(few.Select(id => ReadOneAsync(stream, id, shape, cancellationToken))))
                        {
                            if (answer is not null)
                                found.Add((id, answer));
                            if (absent is not null)
                                gone.Add(absent);
                            if (refused is not null)
                                writer.Refuse(refused);
                        }
                    }

                    var archived = stream.Name == "contacts" ? await ArchivedAsync(found, cancellationToken) : [];
                    foreach (var (id, answer) in found)
                    {
                        if (memory.IsArchived(stream, id) ?? archived.Contains(id))
                            gone.Add(new GoneRecord(id, GoneCause.Archived));
                        else if (memory.IsUnheardOf(stream, id))
                            writer.Refuse(new SetAside(id, "Intercom did not answer when it was asked to archive it or to bring it back, and its searches do not show yet which it is."));
                        else
                            writer.Add(answer, answer.Rows[0], await nested.CompleteAsync(answer, answer.Rows[0], shape, cancellationToken));
                    }
                }
                finally
                {
                    foreach (var (_, answer) in found)
                        answer.Dispose();
                }

                live.Add(writer.Build(null));
            }

            return new RecordsById(live, gone);
        }
        catch
        {
            foreach (var page in live)
                page.Dispose();
            throw;
        }
    }

    private async Task<(RecordId Id, AnsweredRows? Answer, GoneRecord? Gone, SetAside? Refused)> ReadOneAsync(
        IntercomStream stream, RecordId id, RowShape shape, CancellationToken cancellationToken)
    {
        // What cannot be an id, such as the name of another endpoint, is not asked for.
        if (!id.Value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') || !id.Value.Any(char.IsAsciiDigit))
            return (id, null, new GoneRecord(id, GoneCause.Deleted), null);
        try
        {
            var (answer, refused) = await searching.GetOrSetAsideAsync(stream, id.Value, shape, cancellationToken);
            if (refused is not null)
                return (id, null, null, refused);
            if (answer is null)
                return (id, null, new GoneRecord(id, GoneCause.Deleted), null);
            if (answer.IdOf(answer.Rows[0]) is var told && told != id.Value)
            {
                // What answers under another id was merged away, as older versions tell it.
                answer.Dispose();
                return (id, null, new GoneRecord(id, GoneCause.Merged, MergedInto: new RecordId(told)), null);
            }

            return (id, answer, null, null);
        }
        catch (MergedAwayException merged)
        {
            var gone = merged.Into is { } into && into != id.Value ? new GoneRecord(id, GoneCause.Merged, MergedInto: new RecordId(into)) : new GoneRecord(id, GoneCause.Deleted);
            return (id, null, gone, null);
        }
    }

    private async Task<HashSet<RecordId>> ArchivedAsync(IReadOnlyList<(RecordId Id, AnsweredRows Answer)> found, CancellationToken cancellationToken)
    {
        var unknownUntil = api.Now.ToUnixTimeSeconds() - (long)IntercomStream.Of(Contacts).Description.Traits.IndexLag.TotalSeconds;
        var old = found.Where(each => each.Answer.Rows[0].ModifiedSeconds < unknownUntil).Select(each => each.Id).ToList();
        if (old.Count == 0)
            return [];
        var shown = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var answer = await api.SearchAsync(
                "/contacts/search", "search contacts by id", SearchBody.ForIds(old.Select(id => id.Value), IdsPerSearch, cursor), cancellationToken);
            shown.UnionWith(answer.Items("data").Select(contact => contact.Text("id")).OfType<string>());
            var next = answer.Member("pages").Member("next").Text("starting_after");
            if (next is not null && next == cursor)
                throw new CrmContractException("Intercom's cursor leads back to the same page.");
            cursor = next;

            // Absence is a proof only where everything that was found has been seen.
            if (cursor is null && answer.Number("total_count") != shown.Count)
                throw new CrmContractException("Intercom's search for contacts by their ids did not show all that it found.");
        }
        while (cursor is not null);
        return [.. old.Where(id => !shown.Contains(id.Value))];
    }

    private static StreamDescription Contacts => IntercomStream.All[0].Description;
}
