using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Search;

/// <summary>A record as a search sees it; its body is read only where a condition needs it.</summary>
internal sealed class SearchRow(ObjectTable table, Record record, RecordVersion version, Rendering rendering)
{
    private JsonObject? shown;

    public Record Record => record;

    public RecordVersion Version => version;

    public JsonObject Shown => shown ??= rendering.Show(table, record, version, whole: true);

    /// <summary>The value of a field; null where it has none.</summary>
    public JsonNode? this[string field] => field switch
    {
        "id" => table.IdOf(record),
        "created_at" => record.Created / 1000,
        "updated_at" => version.Modified / 1000,
        "contact_ids" => Ids(Shown["contacts"]?["contacts"]),
        "tag_id" or "tag_ids" => Ids(Shown["tags"]?["data"] ?? Shown["tags"]?["tags"]),
        _ when field.StartsWith("ticket_attribute.", StringComparison.Ordinal) => Shown["ticket_attributes"]?[field["ticket_attribute.".Length..]],
        _ => field.Split('.').Aggregate((JsonNode?)Shown, (node, member) => (node as JsonObject)?[member]),
    };

    private static JsonArray Ids(JsonNode? records) => new([.. (records as JsonArray ?? []).Select(entry => (JsonNode)entry!["id"]!.ToString())]);
}

/// <summary>What a search asks for (facts, section 4).</summary>
internal sealed class SearchQuery
{
    private const int MostFilters = 15;
    private const int MostLevels = 2;

    private static readonly Dictionary<string, string[]> Fields = new()
    {
        ["contacts"] =
        [
            "id", "role", "name", "avatar", "owner_id", "email", "email_domain", "phone", "formatted_phone", "external_id", "created_at", "signed_up_at", "updated_at", "last_seen_at", "last_contacted_at",
            "last_replied_at", "last_email_opened_at", "last_email_clicked_at", "language_override", "browser", "browser_language", "os", "location.country", "location.region", "location.city",
            "unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced", "segment_id", "tag_id",
        ],
        ["companies"] =
            ["company_id", "name", "created_at", "updated_at", "remote_created_at", "last_request_at", "monthly_spend", "session_count", "user_count", "tag_id"],
        ["conversations"] =
        [
            "id", "created_at", "updated_at", "contact_ids", "teammate_ids", "admin_assignee_id", "team_assignee_id", "channel_initiated", "open", "read", "state", "waiting_since", "snoozed_until",
            "tag_ids", "priority", "source.type", "source.id", "source.delivered_as", "source.subject", "source.body", "source.url", "ai_agent_participated",
        ],
        ["tickets"] =
        [
            "id", "created_at", "updated_at", "title", "description", "category", "ticket_type_id", "contact_ids", "teammate_ids", "admin_assignee_id", "team_assignee_id", "open", "state", "snoozed_until",
        ],
    };

    private readonly Func<SearchRow, bool> matches;

    private SearchQuery(Func<SearchRow, bool> matches, string sortField, bool descending) =>
        (this.matches, SortField, Descending) = (matches, sortField, descending);

    public string SortField { get; }

    public bool Descending { get; }

    public bool Matches(SearchRow row) => matches(row);

    /// <summary>Orders rows by the sort field, equal ones by id.</summary>
    public int Compare(SearchRow left, SearchRow right)
    {
        var order = CompareValues(left[SortField], right[SortField]);
        order = order != 0 ? order : left.Record.Id.CompareTo(right.Record.Id);
        return Descending ? -order : order;
    }

    /// <exception cref="Refusal">It is not valid.</exception>
    public static SearchQuery Parse(JsonObject body, ObjectTable table, Version version, IntercomWorkspace workspace)
    {
        var isByDay = table == workspace.Contacts && version < Versions.ExactTimes;
        var custom = new DayRule(table == workspace.Contacts ? isByDay ? workspace.Zone : TimeZoneInfo.Utc : null);
        var standard = new DayRule(isByDay ? workspace.Zone : null);
        var query = body["query"] as JsonObject ?? throw new Refusal(400, "parameter_missing", "query is missing");
        var sort = body["sort"] as JsonObject;
        var order = sort?["order"]?.ToString() ?? "descending";
        if (order is not ("ascending" or "descending") && version >= Versions.StrictOrder)
            throw Refusal.Invalid($"'{order}' is not a valid sort order; use ascending or descending", "invalid_sort_order");
        var field = sort?["field"]?.ToString() ?? "updated_at";
        Require(table, field);
        return new SearchQuery(Condition(query, table, standard, custom, 0), field, order != "ascending");
    }

    private static Func<SearchRow, bool> Condition(JsonObject query, ObjectTable table, DayRule standard, DayRule custom, int level)
    {
        var comparison = query.Needed("operator");
        if (comparison is "AND" or "OR" && query["value"] is JsonArray parts)
        {
            if (level >= MostLevels)
                throw Refusal.Invalid($"Filters may be nested {MostLevels} deep");
            if (parts.Count is 0 or > MostFilters)
                throw Refusal.Invalid($"A group has 1 to {MostFilters} filters");
            var conditions = parts.Select(part => Condition(part as JsonObject ?? throw Refusal.Invalid("A filter is an object"), table, standard, custom, level + 1)).ToList();
            return comparison == "AND" ? row => conditions.TrueForAll(condition => condition(row)) : row => conditions.Exists(condition => condition(row));
        }

        var field = query.Needed("field");
        Require(table, field);
        var wanted = query["value"];
        if (wanted is not null && IsTime(table, field) is { } isCustom)
        {
            var rule = isCustom ? custom : standard;
            if (!long.TryParse(wanted.ToString(), out var seconds))
                throw new Refusal(400, "type_mismatch", $"{field} needs a Unix timestamp");
            rule.Matches(0, comparison, seconds);
            return row => rule.Matches(row[field] is JsonValue value && long.TryParse(value.ToString(), out var second) ? second : null, comparison, seconds);
        }

        return comparison switch
        {
            "=" => row => IsOneOf(row[field], wanted),
            "!=" => row => !IsOneOf(row[field], wanted),
            "IN" => row => (wanted as JsonArray ?? throw new Refusal(400, "type_mismatch", "IN needs an array")).Any(each => IsOneOf(row[field], each)),
            "NIN" => row => !(wanted as JsonArray ?? throw new Refusal(400, "type_mismatch", "NIN needs an array")).Any(each => IsOneOf(row[field], each)),
            ">" => row => row[field] is { } value && CompareValues(value, wanted) > 0,
            "<" => row => row[field] is { } value && CompareValues(value, wanted) < 0,
            ">=" => row => row[field] is { } value && CompareValues(value, wanted) >= 0,
            "<=" => row => row[field] is { } value && CompareValues(value, wanted) <= 0,
            "~" => row => row[field]?.ToString().Contains(wanted?.ToString() ?? "", StringComparison.OrdinalIgnoreCase) == true,
            "!~" => row => row[field]?.ToString().Contains(wanted?.ToString() ?? "", StringComparison.OrdinalIgnoreCase) != true,
            "^" => row => row[field]?.ToString().StartsWith(wanted?.ToString() ?? "", StringComparison.OrdinalIgnoreCase) == true,
            "$" => row => row[field]?.ToString().EndsWith(wanted?.ToString() ?? "", StringComparison.OrdinalIgnoreCase) == true,
            _ => throw Refusal.Invalid($"Operator {comparison} is not known"),
        };
    }

    private static void Require(ObjectTable table, string field)
    {
        var isKnown = Fields[table.Name].Contains(field)
            || (field.StartsWith("custom_attributes.", StringComparison.Ordinal) && table.AttributeNamed(field["custom_attributes.".Length..]) is { Archived: false })
            || (field.StartsWith("ticket_attribute.", StringComparison.Ordinal) && table.Name == "tickets");
        if (!isKnown)
            throw Refusal.Invalid($"Field '{field}' is not searchable", "invalid_field");
    }

    // Null: no time. False: one of the vendor's own fields. True: an attribute of people's own.
    private static bool? IsTime(ObjectTable table, string field) =>
        field.StartsWith("custom_attributes.", StringComparison.Ordinal)
            ? table.AttributeNamed(field["custom_attributes.".Length..])?.DataType == "date" ? true : null
            : field.EndsWith("_at", StringComparison.Ordinal) || field is "waiting_since" or "snoozed_until" ? false : null;

    private static bool IsOneOf(JsonNode? value, JsonNode? wanted) => value is JsonArray many
        ? many.Any(each => IsOneOf(each, wanted))
        : string.Equals(value?.ToString(), wanted?.ToString(), StringComparison.OrdinalIgnoreCase);

    private static int CompareValues(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ when left.GetValueKind() == JsonValueKind.Number && decimal.TryParse(right.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var number)
            && decimal.TryParse(left.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var own) => own.CompareTo(number),
        _ => string.CompareOrdinal(left.ToString(), right.ToString()),
    };
}

/// <summary>The versions from which things are different (facts, sections 0 and 5).</summary>
internal static class Versions
{
    public static readonly Version Oldest = new(2, 0);
    public static readonly Version Newest = new(2, 17);

    /// <summary>Merged contacts answer 410, deleted conversations are listed, sort orders are checked.</summary>
    public static readonly Version StrictOrder = new(2, 16);

    /// <summary>Times of contacts are compared to the second, and companies can be searched.</summary>
    public static readonly Version ExactTimes = new(2, 17);
}
