using System.Globalization;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Search;

/// <summary>What a field holds, as a search sees it.</summary>
internal enum SearchKind
{
    /// <summary>Text.</summary>
    Text,
    /// <summary>A number.</summary>
    Number,
    /// <summary>Seconds since 1970, of the vendor's own.</summary>
    Time,
    /// <summary>Seconds since 1970, in an attribute that people defined.</summary>
    OwnTime,
    /// <summary>True or false.</summary>
    Flag,
    /// <summary>Ids, none or several.</summary>
    Ids,
    /// <summary>Ids of which one can only ask whether one is among them.</summary>
    IdsByEquality,
}

/// <summary>A field that can be searched.</summary>
/// <param name="Read">The text of the value; null while it is unset. Not for ids.</param>
/// <param name="Ids">The ids, for ids.</param>
internal sealed record SearchField(string Name, SearchKind Kind, Func<Record, RecordVersion, string?> Read, Func<Record, IReadOnlyList<string>>? Ids = null)
{
    public bool IsTime => Kind is SearchKind.Time or SearchKind.OwnTime;

    public double? Number(Record record, RecordVersion version) =>
        double.TryParse(Read(record, version), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Finds the fields that searches name (facts, section 4).</summary>
internal sealed class SearchFields(IntercomWorkspace workspace)
{
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["contacts avatar"] = "avatar.image_url", ["contacts formatted_phone"] = "phone", ["tickets state"] = "ticket_state_id",
    };

    // Shown, but not searchable.
    private static readonly string[] Unsearchable = ["plan", "segment_id", "size", "website", "industry", PartLog.Generated];

    /// <summary>The field of a name; null where it cannot be searched.</summary>
    public SearchField? Find(ObjectTable table, string name) => Standard(table, name) ?? Linked(table, name) ?? Stored(table, name);

    private SearchField? Standard(ObjectTable table, string name) => (table.Name, name) switch
    {
        (_, "id") => new(name, SearchKind.Text, (record, _) => table.IdOf(record)),
        (_, "created_at") => new(name, SearchKind.Time, static (record, _) => Text(record.Created / 1000)),
        (_, "updated_at") => new(name, SearchKind.Time, static (_, version) => Text(version.Modified / 1000)),
        ("contacts", "email_domain") => new(name, SearchKind.Text, (_, version) => table.Text(version, "email") is { } email && email.Contains('@', StringComparison.Ordinal) ? email[(email.LastIndexOf('@') + 1)..] : null),
        ("companies", "user_count") => new(name, SearchKind.Number, (record, _) => Text(workspace.UsersOf(record))),
        ("conversations", "open") => new(name, SearchKind.Flag, (_, version) => table.Text(version, "state") == "closed" ? "false" : "true"),
        ("conversations", "channel_initiated") => new(name, SearchKind.Text, static (_, _) => null),
        ("conversations", "source.id") => new(name, SearchKind.Text, static (record, _) => Text(400_000_000 + record.Id)),
        ("tickets", "title") => Stored(table, "ticket_attributes._default_title_"),
        ("tickets", "description") => Stored(table, "ticket_attributes._default_description_"),
        ("tickets", "category") => new(name, SearchKind.Text, (_, version) => workspace.TicketTypes.Find(table.Text(version, "ticket_type_id"))?.Category switch
        {
            "Customer" => "request", "Back-office" => "task", "Tracker" => "tracker", _ => null,
        }),
        ("tickets", "state") => new(name, SearchKind.Text, (_, version) => TicketTypes.StateOf(table.Text(version, "ticket_state_id"))?.Category),
        ("tickets", _) when name.StartsWith("ticket_attribute.", StringComparison.Ordinal) =>
            workspace.TicketTypes.All.SelectMany(type => type.Attributes).FirstOrDefault(attribute => attribute.Id == name["ticket_attribute.".Length..])?.Field is { } field
                ? Stored(table, $"ticket_attributes.{field.Name}") : null,
        _ => null,
    };

    private SearchField? Linked(ObjectTable table, string name) => (table.Name, name) switch
    {
        ("contacts" or "companies", "tag_id") => Ids(table, name, "tags", SearchKind.IdsByEquality),
        ("contacts", "segment_id") => Ids(table, name, "segments", SearchKind.Ids),
        ("conversations" or "tickets", "contact_ids") => Ids(table, name, "contacts", SearchKind.Ids),
        ("conversations", "tag_ids") => Ids(table, name, "tags", SearchKind.Ids),
        ("conversations" or "tickets", "teammate_ids") => new(name, SearchKind.Ids, static (_, _) => null,
            record => table.Text(record.Now, "admin_assignee_id") is { } admin ? [admin] : []),
        _ => null,
    };

    private SearchField Ids(ObjectTable table, string name, string stream, SearchKind kind)
    {
        var other = workspace[stream];
        return new(name, kind, static (_, _) => null, record => [.. workspace.Links.Of(table.Name, record.Id, stream).Select(other.IdText)]);
    }

    private static SearchField? Stored(ObjectTable table, string name)
    {
        if (Unsearchable.Contains(name))
            return null;
        var field = table.Fields.FindStandard(Aliases.GetValueOrDefault($"{table.Name} {name}") ?? name)
            ?? (table.Fields.AttributesMember is { } member && name.StartsWith(member + ".", StringComparison.Ordinal) && table.Fields.Find(name) is { IsVisible: true } attribute ? attribute : null);
        if (field is null)
            return null;
        var unset = Workspace.Stored.Read(field.Unset);
        return new(name, KindOf(field), (_, version) => ObjectTable.Value(version, field) is { IsEmpty: false } value ? Workspace.Stored.Read(value) : unset);
    }

    private static SearchKind KindOf(FieldDefinition field) => field.Type switch
    {
        "date" or "datetime" => field.Custom ? SearchKind.OwnTime : SearchKind.Time,
        "boolean" => SearchKind.Flag,
        "integer" or "float" or "decimal" => SearchKind.Number,
        _ => SearchKind.Text,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
