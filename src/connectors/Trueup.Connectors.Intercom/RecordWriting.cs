using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Writes records, each by a call of its own, a few of them at once.</summary>
/// <remarks>Contacts are archived, not deleted, so that they can be brought back. Conversations and tickets are begun by people, and assigning or closing them tells people
/// something, so both are left to the inbox. Source: intercom.md, sections 7 and 10, 2026-09.</remarks>
internal sealed class RecordWriting(IntercomApi api, Searching searching, NestedLists nested, ArchiveMemory memory)
{
    private const int AtOnce = 8;

    // As many as are sent at once: what waits behind others that stall would be written on what was read minutes before.
    private const int RecordsPerBatch = AtOnce;

    /// <summary>What can be done to the records of a stream.</summary>
    public static WriteTraits TraitsOf(IntercomStream stream) => stream.Name switch
    {
        "contacts" => new WriteTraits { Updates = true, Creates = true, Deletes = true, Restores = true, RecordsPerBatch = RecordsPerBatch },
        "companies" => new WriteTraits { Updates = true, Creates = true, Deletes = true, RecordsPerBatch = RecordsPerBatch },
        "conversations" => new WriteTraits { Updates = true, Deletes = true, RecordsPerBatch = RecordsPerBatch, ContentFields = ["conversation_parts"] },
        "tickets" => new WriteTraits { Updates = true, Deletes = true, RecordsPerBatch = RecordsPerBatch, ContentFields = ["ticket_parts"] },
        _ => WriteTraits.None,
    };

    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var stream = IntercomStream.Of(batch.Stream);
        return await OneByOne.SendAsync(batch.Records, AtOnce, record => SendAsync(stream, batch.Kind, record, cancellationToken));
    }

    private Task<WriteOutcome> SendAsync(IntercomStream stream, WriteKind kind, RecordWrite record, CancellationToken cancellationToken) => kind switch
    {
        WriteKind.Update => UpdateAsync(stream, record, cancellationToken),
        WriteKind.Create => CreateAsync(stream, record, cancellationToken),
        WriteKind.Delete when stream.Name == "contacts" => ArchiveAsync(stream, record, isArchived: true, cancellationToken),
        WriteKind.Restore => ArchiveAsync(stream, record, isArchived: false, cancellationToken),
        _ => DeleteAsync(stream, record, cancellationToken),
    };

    private async Task<WriteOutcome> UpdateAsync(IntercomStream stream, RecordWrite record, CancellationToken cancellationToken)
    {
        if (stream.Name == "companies" && record.Values.Keys.FirstOrDefault(field => field is "company_id" or "remote_created_at") is { } kept)
            return new WriteOutcome.Rejected($"Intercom does not change the {kept} of a company.");
        var path = $"/{stream.Name}/{Uri.EscapeDataString(record.Id.Value)}";

        // Only these two answer with all that a read shows.
        if (stream.Name is not ("contacts" or "companies") || record.Properties.IsEmpty)
        {
            await api.WriteAsync(HttpMethod.Put, path, $"update {stream.Name}", RecordBody.Of(stream, record), cancellationToken);
            return new WriteOutcome.Written(record.Id);
        }

        var shape = searching.ShapeOf(stream, RecordBody.NamesIn(record.Properties));
        using var answer = await api.WriteRowAsync(HttpMethod.Put, path, $"update {stream.Name}", RecordBody.Of(stream, record), shape, cancellationToken);
        return await ToldAsync(answer, shape, record, cancellationToken);
    }

    /// <summary>The record as the answer shows it, in the bytes in which a read would.</summary>
    private async Task<WriteOutcome> ToldAsync(AnsweredRows answer, RowShape shape, RecordWrite record, CancellationToken cancellationToken)
    {
        try
        {
            using var writer = new PageWriter(shape);
            writer.Add(answer, answer.Rows[0], await nested.CompleteAsync(answer, answer.Rows[0], shape, cancellationToken));
            using var page = writer.Build(null);
            if (page.Records is not [var slice] || page.RecordIdOf(slice) != record.Id)
                return new WriteOutcome.Written(record.Id);
            using var told = JsonDocument.Parse(page.PropertiesOf(slice).ToArray());

            // Merges are told only to who asks for them, which a write cannot.
            return new WriteOutcome.Written(
                record.Id, slice.ModifiedMilliseconds,
                told.RootElement.EnumerateObject().Where(property => property.Name != "merge_history").ToDictionary(property => property.Name, property => property.Value.Clone()));
        }
        catch (CrmException)
        {
            // It is written; a list that was cut could not be completed, so the record has to be read.
            return new WriteOutcome.Written(record.Id);
        }
    }

    private async Task<WriteOutcome> CreateAsync(IntercomStream stream, RecordWrite record, CancellationToken cancellationToken)
    {
        // What Intercom calls making a company changes the one that has the same company_id.
        if (stream.Name == "companies" && record.Values.TryGetValue("company_id", out var key) && await FindAsync(stream, "company_id", key.ToString(), cancellationToken) is { } known)
            return new WriteOutcome.Rejected($"A company with company_id {key} exists already with id={known}.");
        var answer = await api.WriteAsync(HttpMethod.Post, $"/{stream.Name}", $"create {stream.Name}", RecordBody.Of(stream, record), cancellationToken);
        return answer.Id("id") is { Length: > 0 } id ? new WriteOutcome.Written(new RecordId(id)) : new WriteOutcome.Unheard("Intercom's answer does not name the new record.");
    }

    private async Task<WriteOutcome> ArchiveAsync(IntercomStream stream, RecordWrite record, bool isArchived, CancellationToken cancellationToken)
    {
        var what = isArchived ? "archive" : "unarchive";
        try
        {
            await api.WriteAsync(HttpMethod.Post, $"/contacts/{Uri.EscapeDataString(record.Id.Value)}/{what}", $"{what} contacts", "{}"u8.ToArray(), cancellationToken);
        }
        catch (CrmUnavailableException unheard) when (unheard.MayBeDone)
        {
            memory.NoteUnheard(stream, record.Id);
            throw;
        }

        memory.Note(stream, record.Id, isArchived);
        return new WriteOutcome.Written(record.Id);
    }

    private async Task<WriteOutcome> DeleteAsync(IntercomStream stream, RecordWrite record, CancellationToken cancellationToken)
    {
        // The reports of the workspace keep what they have counted.
        var query = stream.Name == "conversations" ? "?retain_metrics=true" : "";
        await api.WriteAsync(HttpMethod.Delete, $"/{stream.Name}/{Uri.EscapeDataString(record.Id.Value)}{query}", $"delete {stream.Name}", default, cancellationToken);
        if (stream.Name == "companies")
            memory.Note(stream, record.Id, isArchived: true);
        return new WriteOutcome.Written(record.Id);
    }

    /// <summary>Finds the records that hold values of a unique field.</summary>
    public async Task<IReadOnlyList<RecordId>> FindAsync(IntercomStream stream, string field, IReadOnlyList<string> values, CancellationToken cancellationToken)
    {
        var found = new List<RecordId>();
        foreach (var value in values.Distinct())
            if (await FindAsync(stream, field, value, cancellationToken) is { } id)
                found.Add(new RecordId(id));
        return found;
    }

    private async Task<string?> FindAsync(IntercomStream stream, string field, string value, CancellationToken cancellationToken)
    {
        var path = (stream.Name, field) switch
        {
            ("contacts", "external_id") => $"/contacts/find_by_external_id/{Uri.EscapeDataString(value)}",
            ("companies", "company_id") => $"/companies?company_id={Uri.EscapeDataString(value)}",
            _ => throw new CrmRefusedException($"Intercom does not find {stream.Name} by {field}."),
        };
        try
        {
            return (await api.GetAsync(path, $"find {stream.Name}", cancellationToken)).Id("id");
        }
        catch (CrmNotFoundException)
        {
            return null;
        }
    }
}
