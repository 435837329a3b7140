using System.Globalization;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>One thing said or done in a conversation or a ticket.</summary>
/// <param name="Kind">The vendor's <c>part_type</c>.</param>
/// <param name="At">When, in milliseconds since 1970 UTC.</param>
/// <param name="State">The state after it: of a conversation its own, of a ticket the category.</param>
internal sealed record Part(string Kind, string? Body, long At, Author Author, string? State = null, string? AssigneeType = null, string? AssigneeId = null);

/// <summary>Whoever said it, as they were called then.</summary>
internal sealed record Author(string Type, string Id, string? Name, string? Email);

/// <summary>What was said in conversations and tickets. Generated parts are made as they are shown, the same each time; the others are kept.</summary>
/// <param name="seed">The seed of the generated ones.</param>
internal sealed class PartLog(long seed)
{
    /// <summary>The field that counts the generated parts of a record.</summary>
    public const string Generated = "(generated parts)";

    /// <summary>Parts that a conversation shows, the latest (facts, section 3).</summary>
    public const int MostShown = 500;

    // Above the number of parts that any record ever has.
    private const long PartsPerRecord = 100_000;
    private const long Minute = 60_000;

    private readonly Dictionary<(string Stream, long Id), List<Part>> added = [];

    public void Add(ObjectTable table, Record record, Part part)
    {
        if (!added.TryGetValue((table.Name, record.Id), out var parts))
            added.Add((table.Name, record.Id), parts = []);
        parts.Add(part);
    }

    public void Forget(ObjectTable table, Record record) => added.Remove((table.Name, record.Id));

    public int Count(in Shown shown) => GeneratedIn(shown) + AddedTo(shown).Count;

    /// <summary>The number of the last part, which stands in its id.</summary>
    public string LastId(in Shown shown) => IdOf(shown, Count(shown) - 1);

    public void Write(JsonBytes json, in Shown shown)
    {
        var (generated, kept) = (GeneratedIn(shown), AddedTo(shown));
        var ofTicket = shown.Table.Type == "ticket";
        var total = generated + kept.Count;
        json.Raw(ofTicket ? "{\"type\":\"ticket_part.list\",\"ticket_parts\":["u8 : "{\"type\":\"conversation_part.list\",\"conversation_parts\":["u8);
        for (var i = Math.Max(0, total - MostShown); i < total; i++)
        {
            json.Raw(i > Math.Max(0, total - MostShown) ? ","u8 : ""u8);
            Write(json, shown, IdOf(shown, i), i < generated ? Make(shown, i) : kept[i - generated]);
        }
        json.Raw("],\"total_count\":"u8).Number(total).Raw("}"u8);
    }

    /// <summary>Writes one part.</summary>
    public static void Write(JsonBytes json, in Shown shown, string id, Part part)
    {
        var ofTicket = shown.Table.Type == "ticket";
        json.Raw(ofTicket ? "{\"type\":\"ticket_part\",\"id\":"u8 : "{\"type\":\"conversation_part\",\"id\":"u8).Text(id).Raw(",\"part_type\":"u8).Text(part.Kind)
            .Raw(",\"body\":"u8).Text(part.Body).Raw(",\"created_at\":"u8).Number(part.At / 1000).Raw(",\"updated_at\":"u8).Number(part.At / 1000);
        if (ofTicket && part.State is { } category)
            json.Raw(",\"ticket_state\":"u8).Text(category).Raw(",\"previous_ticket_state\":"u8).Text(category);
        if (!ofTicket)
            json.Raw(",\"notified_at\":"u8).Number(part.At / 1000);
        // The description of tickets knows no null there; the vendor's own examples of conversations have one.
        if (!ofTicket || part.AssigneeId is not null)
            Nested.WriteReference(json.Raw(",\"assigned_to\":"u8), part.AssigneeType ?? "admin", part.AssigneeId, shown);
        json.Raw(",\"author\":{\"type\":"u8).Text(part.Author.Type).Raw(",\"id\":"u8).Text(part.Author.Id).Raw(",\"name\":"u8).Text(part.Author.Name)
            .Raw(",\"email\":"u8).Text(part.Author.Email ?? "").Raw("},\"attachments\":[],\"external_id\":null,\"redacted\":false"u8);
        if (!ofTicket)
            json.Raw(",\"email_message_metadata\":null,\"state\":"u8).Text(part.State ?? "open").Raw(",\"tags\":[],\"event_details\":null,\"app_package_code\":null"u8);
        json.Raw("}"u8);
    }

    private static string IdOf(in Shown shown, int index) => (shown.Record.Id * PartsPerRecord + index + 1).ToString(CultureInfo.InvariantCulture);

    private static int GeneratedIn(in Shown shown) => int.TryParse(shown.Text(Generated), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;

    private List<Part> AddedTo(in Shown shown) => added.GetValueOrDefault((shown.Table.Name, shown.Record.Id)) ?? [];

    // Nothing that can change goes into it, or it would change without a stamp.
    private Part Make(in Shown shown, int index)
    {
        var draw = Chance.Of(seed, shown.Record.Id, index);
        var at = shown.Record.Created + (index + 1) * Minute;
        if (shown.Table.Type == "ticket")
            return new Part(index == 0 ? "ticket_state_updated_by_admin" : "comment", index == 0 ? null : Say(draw), at, Admin(draw), index == 0 ? "submitted" : null);
        if (index > 0 && draw < 0.05)
            return new Part("assignment", null, at, Admin(draw), "open", "admin", Admin(draw).Id);
        if (index % 2 == 0)
            return new Part(draw > 0.9 ? "note" : "comment", Say(draw), at, Admin(draw), "open");
        return new Part("comment", Say(draw), at,
            new Author(shown.Text("source.author.type") ?? "user", shown.Text("source.author.id") ?? "", shown.Text("source.author.name"), shown.Text("source.author.email")), "open");
    }

    private static string Say(double draw)
    {
        var text = draw is > 0.5 and < 0.55 ? Words.Awkward[(int)((draw - 0.5) * 20 * Words.Awkward.Length)] : Words.Subjects[(int)(draw * Words.Subjects.Length)];
        return $"<p>{text}</p>";
    }

    private static Author Admin(double draw)
    {
        var number = (int)(draw * 97) % 8;
        return new Author("admin", (7_001 + number).ToString(CultureInfo.InvariantCulture), $"{Words.FirstNames[number]} {Words.LastNames[number]}", $"admin{number + 1}@example.com");
    }
}
