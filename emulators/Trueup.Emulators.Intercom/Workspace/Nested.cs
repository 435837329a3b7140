using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>Writes what a record shows of others.</summary>
internal static class Nested
{
    /// <summary>Entries of a nested list; the rest is at its address (facts, section 3).</summary>
    public const int Most = 10;

    /// <summary>A list of references in a contact, cut off after its tenth entry.</summary>
    public static void Write(JsonBytes json, in Shown shown, string path, IReadOnlyList<(string Type, string Id, string Url)> entries)
    {
        var count = shown.Whole ? entries.Count : Math.Min(entries.Count, Most);
        json.Raw("{\"type\":\"list\",\"data\":["u8);
        for (var i = 0; i < count; i++)
            json.Raw(i > 0 ? ",{\"id\":"u8 : "{\"id\":"u8).Text(entries[i].Id).Raw(",\"type\":"u8).Text(entries[i].Type).Raw(",\"url\":"u8).Text(entries[i].Url).Raw("}"u8);
        json.Raw("],\"url\":"u8).Text($"/contacts/{shown.Id}/{path}").Raw(",\"total_count\":"u8).Number(entries.Count)
            .Raw(",\"has_more\":"u8).Raw(Stored.Flag(count < entries.Count)).Raw("}"u8);
    }

    /// <summary>The live records of a stream that a record is linked with.</summary>
    public static IReadOnlyList<(string Type, string Id, string Url)> Linked(in Shown shown, string stream)
    {
        var ids = shown.Linked(stream);
        if (ids.Count == 0)
            return [];
        var table = shown.Workspace[stream];
        return [.. ids.Where(id => table.TryGet(id, out var other) && other.Now.Life == RecordLife.Live)
            .Select(id => (table.Type, table.IdText(id), $"/{stream}/{table.IdText(id)}"))];
    }

    public static IReadOnlyList<(string Type, string Id, string Url)> Notes(in Shown shown)
    {
        var notes = shown.Workspace.NotesOf(shown.Table, shown.Record);
        var table = shown.Workspace.Notes;
        return [.. notes.Select(note => ("note", table.IdOf(note), $"/notes/{table.IdOf(note)}"))];
    }

    public static IReadOnlyList<(string Type, string Id, string Url)> Subscriptions(in Shown shown, string consent) =>
        [.. shown.Workspace.Subscriptions.Of(shown.Record).Where(each => each.Consent == consent).Select(each => ("subscription", each.Type, $"/subscription_types/{each.Type}"))];

    /// <summary>A whole list of records with their names.</summary>
    public static void WriteNamed(JsonBytes json, in Shown shown, string stream, string listType)
    {
        var table = shown.Workspace[stream];
        json.Raw("{\"type\":"u8).Text(listType).Raw(",\""u8).Raw(System.Text.Encoding.ASCII.GetBytes(stream)).Raw("\":["u8);
        var first = true;
        foreach (var id in shown.Linked(stream))
        {
            if (!table.TryGet(id, out var other) || other.Now.Life != RecordLife.Live)
                continue;
            json.Raw(first ? ""u8 : ","u8);
            Member.WriteAll(json, new Shown(shown.Workspace, table, other, other.Now, shown.Api));
            first = false;
        }
        json.Raw("]}"u8);
    }

    public static void WriteContacts(JsonBytes json, in Shown shown)
    {
        var table = shown.Workspace.Contacts;
        json.Raw("{\"type\":\"contact.list\",\"contacts\":["u8);
        var first = true;
        foreach (var id in shown.Linked("contacts"))
        {
            if (!table.TryGet(id, out var contact) || contact.Now.Life == RecordLife.Gone)
                continue;
            json.Raw(first ? ""u8 : ","u8);
            WriteContact(json, table, contact);
            first = false;
        }
        json.Raw("]}"u8);
    }

    public static void WriteContact(JsonBytes json, ObjectTable contacts, Record contact) =>
        json.Raw("{\"type\":\"contact\",\"id\":"u8).Text(contacts.IdOf(contact)).Raw(",\"external_id\":"u8).Text(contacts.Text(contact.Now, "external_id")).Raw("}"u8);

    public static void WriteLinkedObjects(JsonBytes json, in Shown shown, string stream)
    {
        var (workspace, table) = (shown.Workspace, shown.Workspace[stream]);
        var ids = shown.Linked(stream).Where(id => table.TryGet(id, out var other) && other.Now.Life == RecordLife.Live).ToList();
        json.Raw("{\"type\":\"list\",\"data\":["u8);
        for (var i = 0; i < ids.Count; i++)
        {
            table.TryGet(ids[i], out var other);
            json.Raw(i > 0 ? ",{\"type\":"u8 : "{\"type\":"u8).Text(table.Type).Raw(",\"id\":"u8).Text(table.IdText(ids[i])).Raw(",\"category\":"u8)
                .Text(table == workspace.Tickets ? workspace.TicketTypes.Find(table.Text(other!.Now, "ticket_type_id"))?.Category : null).Raw("}"u8);
        }
        json.Raw("],\"total_count\":"u8).Number(ids.Count).Raw(",\"has_more\":false}"u8);
    }

    public static void WriteNumbers(JsonBytes json, in Shown shown, string stream)
    {
        json.Raw("["u8);
        var ids = shown.Linked(stream);
        for (var i = 0; i < ids.Count; i++)
            json.Raw(i > 0 ? ","u8 : ""u8).Number(ids[i]);
        json.Raw("]"u8);
    }

    public static void WriteReference(JsonBytes json, string type, string? id, in Shown shown)
    {
        if (id is null)
            json.Raw("null"u8);
        else
            json.Raw("{\"type\":"u8).Text(type).Raw(",\"id\":"u8).Text(id).Raw("}"u8);
    }

    public static void WriteAdmin(JsonBytes json, in Shown shown, string? id)
    {
        var admins = shown.Workspace.Admins;
        if (admins.Find(id) is { } admin && admin.Now.Life == RecordLife.Live)
            Member.WriteAll(json, new Shown(shown.Workspace, admins, admin, admin.Now, shown.Api));
        else
            json.Raw("null"u8);
    }

    public static void WriteMerge(JsonBytes json, in Shown shown, Merge merge) =>
        json.Raw("{\"type\":\"merge_history\",\"source_contact_id\":"u8).Text(shown.Workspace.Contacts.IdText(merge.Source)).Raw(",\"source_contact_role\":"u8).Text(merge.Role)
            .Raw(",\"merged_at\":"u8).Number(merge.At / 1000).Raw("}"u8);

    public static void WriteJson(JsonBytes json, JsonNode? node) => json.Raw(node is null ? "null"u8 : JsonSerializer.SerializeToUtf8Bytes(node, Api.Reply.Relaxed));
}
