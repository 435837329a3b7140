using System.Text.Json.Nodes;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>What all records of one kind have in common.</summary>
/// <param name="Name">The stream: plural, lower case.</param>
/// <param name="Type">The value of their <c>type</c>.</param>
/// <param name="IdPrefix">The first eight digits of 24-digit ids; null where ids are decimal numbers.</param>
/// <param name="Template">Their members in the order of answers, with the values of a record of which nothing is known.</param>
/// <param name="LinkMembers">Members that list linked records, with the stream those are of.</param>
/// <param name="Writable">Members that people can set.</param>
internal sealed record ObjectKind(
    string Name, string Type, string? IdPrefix, JsonObject Template, IReadOnlyDictionary<string, string> LinkMembers, IReadOnlySet<string> Writable)
{
    private static readonly Dictionary<string, string> NoLinks = [];

    /// <summary>People: users and leads (facts, section 15).</summary>
    public static ObjectKind Contact { get; } = Of(
        "contacts", "contact", "66f0a1b2",
        """
        {"type":"contact","id":null,"workspace_id":null,"external_id":null,"role":"user","email":null,"email_domain":null,"phone":null,"name":null,"avatar":null,"owner_id":null,
         "social_profiles":{"type":"list","data":[]},"has_hard_bounced":false,"marked_email_as_spam":false,"unsubscribed_from_emails":false,
         "created_at":null,"updated_at":null,"signed_up_at":null,"last_seen_at":null,"last_replied_at":null,"last_contacted_at":null,"last_email_opened_at":null,"last_email_clicked_at":null,
         "language_override":null,"browser":null,"browser_version":null,"browser_language":null,"os":null,
         "location":{"type":"location","country":null,"region":null,"city":null,"country_code":null,"continent_code":null},
         "android_app_name":null,"android_app_version":null,"android_device":null,"android_os_version":null,"android_sdk_version":null,"android_last_seen_at":null,
         "ios_app_name":null,"ios_app_version":null,"ios_device":null,"ios_os_version":null,"ios_sdk_version":null,"ios_last_seen_at":null,
         "custom_attributes":{},"tags":null,"notes":null,"companies":null,"opted_out_subscription_types":null,"opted_in_subscription_types":null,
         "utm_campaign":null,"utm_content":null,"utm_medium":null,"utm_source":null,"utm_term":null,"referrer":null,"enabled_push_messaging":null}
        """,
        new() { ["tags"] = "tags", ["companies"] = "companies" },
        ["external_id", "role", "email", "phone", "name", "owner_id", "signed_up_at", "last_seen_at", "unsubscribed_from_emails", "avatar"]);

    /// <summary>Companies.</summary>
    public static ObjectKind Company { get; } = Of(
        "companies", "company", "66f0a1b3",
        """
        {"type":"company","company_id":null,"id":null,"app_id":null,"name":null,"remote_created_at":null,"created_at":null,"updated_at":null,"last_request_at":null,
         "monthly_spend":0,"session_count":0,"user_count":0,"size":null,"website":null,"industry":null,"tags":null,"segments":{"type":"segment.list","segments":[]},"plan":{},"custom_attributes":{}}
        """,
        new() { ["tags"] = "tags" },
        ["company_id", "name", "remote_created_at", "monthly_spend", "size", "website", "industry", "last_request_at"]);

    /// <summary>Conversations.</summary>
    public static ObjectKind Conversation { get; } = Of(
        "conversations", "conversation", null,
        """
        {"type":"conversation","id":null,"title":null,"created_at":null,"updated_at":null,"waiting_since":null,"snoozed_until":null,"source":null,"contacts":null,"first_contact_reply":null,
         "admin_assignee_id":0,"team_assignee_id":0,"open":true,"state":"open","read":false,"tags":null,"priority":"none","sla_applied":null,"statistics":null,"conversation_rating":null,
         "teammates":null,"custom_attributes":{},"topics":{},"ticket":null,"linked_objects":{"type":"list","data":[],"total_count":0,"has_more":false},"ai_agent":null,"ai_agent_participated":false}
        """,
        new() { ["tags"] = "tags", ["contacts"] = "contacts" },
        ["title", "read", "open", "state", "priority", "admin_assignee_id", "team_assignee_id", "snoozed_until", "source"]);

    /// <summary>Tickets.</summary>
    public static ObjectKind Ticket { get; } = Of(
        "tickets", "ticket", null,
        """
        {"type":"ticket","id":null,"ticket_id":null,"category":"Back-office","ticket_attributes":{},
         "ticket_state":{"type":"ticket_state","id":"8577","category":"submitted","internal_label":"Submitted","external_label":"Submitted"},"ticket_type":null,
         "contacts":null,"admin_assignee_id":0,"team_assignee_id":0,"created_at":null,"updated_at":null,"ticket_parts":{"type":"ticket_part.list","ticket_parts":[],"total_count":0},
         "open":true,"linked_objects":{"type":"list","data":[],"total_count":0,"has_more":false},"is_shared":false}
        """,
        new() { ["contacts"] = "contacts" },
        ["open", "is_shared", "admin_assignee_id", "team_assignee_id"]);

    /// <summary>The people who work in the workspace.</summary>
    public static ObjectKind Admin { get; } = Of(
        "admins", "admin", null,
        """{"type":"admin","id":null,"name":null,"email":null,"job_title":null,"away_mode_enabled":false,"away_mode_reassign":false,"has_inbox_seat":true,"team_ids":[],"avatar":{"type":"avatar","image_url":null}}""",
        NoLinks, ["name", "email", "job_title", "away_mode_enabled", "away_mode_reassign", "has_inbox_seat"]);

    /// <summary>Teams.</summary>
    public static ObjectKind Team { get; } = Of("teams", "team", null, """{"type":"team","id":null,"name":null,"admin_ids":[]}""", NoLinks, ["name"]);

    /// <summary>Tags.</summary>
    public static ObjectKind Tag { get; } = Of("tags", "tag", null, """{"type":"tag","id":null,"name":null}""", NoLinks, ["name"]);

    /// <summary>Segments.</summary>
    public static ObjectKind Segment { get; } = Of(
        "segments", "segment", "66f0a1b4", """{"type":"segment","id":null,"name":null,"created_at":null,"updated_at":null,"person_type":"user"}""", NoLinks, ["name", "person_type"]);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<ObjectKind> All { get; } = [Contact, Company, Conversation, Ticket, Admin, Team, Tag, Segment];

    /// <summary>The member that holds what people define themselves; null where they define nothing.</summary>
    public string? AttributesMember => Name switch { "contacts" or "companies" or "conversations" => "custom_attributes", "tickets" => "ticket_attributes", _ => null };

    /// <summary>The id as the API has it.</summary>
    public string IdText(long id) => IdPrefix is null ? id.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"{IdPrefix}{id:x16}";

    /// <summary>The record number of an id; 0 for an id that no record of this kind can have.</summary>
    public long IdNumber(string text) => IdPrefix is null
        ? long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 0
        : text.Length == 24 && text.StartsWith(IdPrefix, StringComparison.Ordinal)
            && long.TryParse(text[8..], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var digits) ? digits : 0;

    private static ObjectKind Of(string name, string type, string? prefix, string template, Dictionary<string, string> links, string[] writable) =>
        new(name, type, prefix, JsonNode.Parse(template)!.AsObject(), links, writable.ToHashSet());
}
