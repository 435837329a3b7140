using Trueup.Contract;

namespace Trueup.Connectors.Intercom;

/// <summary>The members that Intercom gives every record of a stream, as fields: in the order in which they are asked for.</summary>
/// <remarks>What names other records, or is worked out from them, changes without moving the stamp of the record that shows it; those are calculated fields.
/// Source: intercom.md, section 15, and Intercom's OpenAPI description 2.16.</remarks>
internal static class StandardFields
{
    private static readonly Dictionary<string, Field[]> Streams = new()
    {
        ["contacts"] =
        [
            Text("external_id") with { Unique = true }, Choice("role", "user", "lead"), Text("email"), ReadOnly("email_domain"), Text("phone"), Text("name"), Json("avatar"), Reference("owner_id", "admins"),
            Json("social_profiles"), Flag("has_hard_bounced"), Flag("marked_email_as_spam"), Flag("unsubscribed_from_emails") with { ReadOnly = false },
            Time("created_at"), Time("updated_at"), Time("signed_up_at") with { ReadOnly = false }, Time("last_seen_at") with { ReadOnly = false }, Time("last_replied_at"), Time("last_contacted_at"),
            Time("last_email_opened_at"), Time("last_email_clicked_at"), ReadOnly("language_override"), ReadOnly("browser"), ReadOnly("browser_version"), ReadOnly("browser_language"), ReadOnly("os"),
            Json("location"), ReadOnly("android_app_name"), ReadOnly("android_app_version"), ReadOnly("android_device"), ReadOnly("android_os_version"), ReadOnly("android_sdk_version"),
            Time("android_last_seen_at"), ReadOnly("ios_app_name"), ReadOnly("ios_app_version"), ReadOnly("ios_device"), ReadOnly("ios_os_version"), ReadOnly("ios_sdk_version"), Time("ios_last_seen_at"),
            Linked("tags"), Linked("notes"), Linked("companies"), Linked("opted_out_subscription_types"), Linked("opted_in_subscription_types"),
            ReadOnly("utm_campaign"), ReadOnly("utm_content"), ReadOnly("utm_medium"), ReadOnly("utm_source"), ReadOnly("utm_term"), ReadOnly("referrer"), Flag("enabled_push_messaging"), Json("merge_history"),
        ],
        ["companies"] =
        [
            Text("company_id") with { Required = true, Unique = true }, Text("name"), Time("remote_created_at") with { ReadOnly = false }, Time("created_at"), Time("updated_at"), Time("last_request_at"),
            Number("monthly_spend") with { ReadOnly = false }, Number("session_count") with { Calculated = true }, Number("user_count") with { Calculated = true }, Number("size") with { ReadOnly = false },
            Text("website"), Text("industry"), Linked("tags"), Linked("segments"), Json("plan"),
        ],
        ["conversations"] =
        [
            Text("title"), Time("created_at"), Time("updated_at"), Time("waiting_since"), Time("snoozed_until"), Json("source"), Linked("contacts"), Json("first_contact_reply"),
            Assigned("admin_assignee_id", "admins"), Assigned("team_assignee_id", "teams"), Flag("open"), Choice("state", "open", "closed", "snoozed") with { ReadOnly = true }, Flag("read") with { ReadOnly = false }, Linked("tags"),
            Choice("priority", "none", "low", "medium", "high", "urgent") with { ReadOnly = true }, Json("sla_applied"), Linked("statistics"), Json("conversation_rating"), Json("teammates"), Json("topics"), Linked("ticket"), Linked("company"),
            Linked("linked_objects"), Json("ai_agent"), Flag("ai_agent_participated"), Json("conversation_parts"),
        ],
        ["tickets"] =
        [
            ReadOnly("ticket_id"), ReadOnly("category"), Linked("ticket_state"), Linked("ticket_type"), Linked("contacts"), Assigned("admin_assignee_id", "admins"), Assigned("team_assignee_id", "teams"),
            Time("created_at"), Time("updated_at"), Json("ticket_parts"), Flag("open") with { ReadOnly = false }, Time("snoozed_until"), Linked("linked_objects"), Flag("is_shared") with { ReadOnly = false },
        ],
        ["admins"] =
        [
            ReadOnly("name"), ReadOnly("email"), ReadOnly("job_title"), Flag("away_mode_enabled"), Flag("away_mode_reassign"), Number("away_status_reason_id"), Flag("has_inbox_seat"), Json("team_ids"), Json("avatar"),
        ],
        ["teams"] = [ReadOnly("name"), Json("admin_ids"), Number("assignment_limit"), ReadOnly("distribution_method")],
        ["tags"] = [ReadOnly("name")],
        ["segments"] = [ReadOnly("name"), Time("created_at"), Time("updated_at"), ReadOnly("person_type")],
    };

    public static IReadOnlyList<Field> Of(IntercomStream stream) => Streams[stream.Name];

    private static Field Text(string name) => new(name, LabelOf(name), FieldType.Text) { VendorType = "string" };

    private static Field ReadOnly(string name) => Text(name) with { ReadOnly = true };

    private static Field Number(string name) => new(name, LabelOf(name), FieldType.Number) { VendorType = "integer", ReadOnly = true };

    private static Field Time(string name) => new(name, LabelOf(name), FieldType.Number) { VendorType = "date", ReadOnly = true };

    private static Field Flag(string name) => new(name, LabelOf(name), FieldType.Boolean) { VendorType = "boolean", ReadOnly = true };

    private static Field Json(string name) => new(name, LabelOf(name), FieldType.Json) { VendorType = "object", ReadOnly = true };

    private static Field Linked(string name) => Json(name) with { Calculated = true };

    private static Field Reference(string name, string stream) => Text(name) with { References = stream };

    // Assigning is done in the name of a teammate, and tells people; it is no update of a field.
    private static Field Assigned(string name, string stream) => Reference(name, stream) with { ReadOnly = true };

    private static Field Choice(string name, params string[] options) =>
        new(name, LabelOf(name), FieldType.Enumeration) { VendorType = "string", Options = [.. options.Select(option => new FieldOption(option, option))] };

    private static string LabelOf(string name) => $"{char.ToUpperInvariant(name[0])}{name[1..].Replace('_', ' ')}";
}
