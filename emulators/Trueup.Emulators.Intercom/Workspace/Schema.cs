using System.Globalization;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>What records of every kind hold and show from the start (facts, section 15, and Intercom's OpenAPI description 2.16).</summary>
internal static class Schema
{
    private static readonly byte[] Zero = "0"u8.ToArray();
    private static readonly byte[] Open = "\"open\""u8.ToArray();
    private static readonly byte[] None = "\"none\""u8.ToArray();
    private static readonly byte[] User = "\"user\""u8.ToArray();

    /// <summary>Defines contacts.</summary>
    public static ObjectTable Contacts()
    {
        var table = new ObjectTable("contacts", "contact", "66f0a1b2", "custom_attributes");
        var fields = table.Fields;
        Identity(table);
        table.Shape.Add(Computed("workspace_id", static (json, in shown) => json.Text(shown.Workspace.Code)));
        Own(table, "external_id", "string");
        Own(table, "role", "string", User);
        Own(table, "email", "string");
        table.Shape.Add(Computed("email_domain", static (json, in shown) => json.Text(DomainOf(shown.Text("email")))));
        Own(table, "phone", "string");
        Own(table, "name", "string");
        Group(table, "avatar", "avatar", true, ("image_url", "string"));
        Own(table, "owner_id", "string");
        table.Shape.Add(Computed("social_profiles", static (json, in _) => json.Raw("{\"type\":\"list\",\"data\":[]}"u8)));
        foreach (var name in new[] { "has_hard_bounced", "marked_email_as_spam", "unsubscribed_from_emails" })
            Own(table, name, "boolean", Stored.False);
        Stamps(table);
        foreach (var name in new[] { "signed_up_at", "last_seen_at", "last_replied_at", "last_contacted_at", "last_email_opened_at", "last_email_clicked_at" })
            Own(table, name, "date");
        foreach (var name in new[] { "language_override", "browser", "browser_version", "browser_language", "os" })
            Own(table, name, "string");
        Group(table, "location", "location", false, ("country", "string"), ("region", "string"), ("city", "string"), ("country_code", "string"), ("continent_code", "string"));
        foreach (var system in new[] { "android", "ios" })
        {
            foreach (var name in new[] { "app_name", "app_version", "device", "os_version", "sdk_version" })
                Own(table, $"{system}_{name}", "string");
            Own(table, $"{system}_last_seen_at", "date");
        }
        table.Shape.Add(new AttributesMember("custom_attributes"));
        table.Shape.Add(Computed("tags", static (json, in shown) => Nested.Write(json, shown, "tags", Nested.Linked(shown, "tags"))));
        table.Shape.Add(Computed("notes", static (json, in shown) => Nested.Write(json, shown, "notes", Nested.Notes(shown))));
        table.Shape.Add(Computed("companies", static (json, in shown) => Nested.Write(json, shown, "companies", Nested.Linked(shown, "companies"))));
        table.Shape.Add(Computed("opted_out_subscription_types", static (json, in shown) => Nested.Write(json, shown, "subscriptions", Nested.Subscriptions(shown, "opt_out"))));
        table.Shape.Add(Computed("opted_in_subscription_types", static (json, in shown) => Nested.Write(json, shown, "subscriptions", Nested.Subscriptions(shown, "opt_in"))));
        foreach (var name in new[] { "utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "referrer" })
            Own(table, name, "string");
        table.Shape.Add(Computed("enabled_push_messaging", static (json, in _) => json.Raw("null"u8)));
        table.Shape.Add(Computed("merge_history", WriteMerges, static (in shown) => shown.Merges && shown.Api.Has16 && shown.Workspace.IsUser(shown.Version)));
        table.Index(fields["external_id"]);
        table.Index(fields["email"]);
        return table;
    }

    /// <summary>Defines companies.</summary>
    public static ObjectTable Companies()
    {
        var table = new ObjectTable("companies", "company", "66f0a1b3", "custom_attributes");
        table.Shape.Add(Computed("type", static (json, in _) => json.Text("company")));
        Own(table, "company_id", "string");
        table.Shape.Add(Computed("id", static (json, in shown) => json.Text(shown.Id)));
        table.Shape.Add(Computed("app_id", static (json, in shown) => json.Text(shown.Workspace.Code)));
        Own(table, "name", "string");
        Own(table, "remote_created_at", "date", present: true);
        Stamps(table);
        Own(table, "last_request_at", "date", present: true);
        Own(table, "monthly_spend", "integer", Zero);
        Own(table, "session_count", "integer", Zero);
        table.Shape.Add(Computed("user_count", static (json, in shown) => json.Number(shown.Workspace.UsersOf(shown.Record))));
        Own(table, "size", "integer", present: true);
        Own(table, "website", "string", present: true);
        Own(table, "industry", "string", present: true);
        table.Shape.Add(Computed("tags", static (json, in shown) => Nested.WriteNamed(json, shown, "tags", "tag.list")));
        table.Shape.Add(Computed("segments", static (json, in shown) => Nested.WriteNamed(json, shown, "segments", "segment.list")));
        table.Fields.Add("plan", "string");
        table.Shape.Add(Computed("plan", WritePlan));
        table.Shape.Add(new AttributesMember("custom_attributes"));
        table.Index(table.Fields["company_id"]);
        table.Index(table.Fields["name"]);
        return table;
    }

    /// <summary>Defines conversations.</summary>
    public static ObjectTable Conversations()
    {
        var table = new ObjectTable("conversations", "conversation", null, "custom_attributes");
        var fields = table.Fields;
        Identity(table);
        Own(table, "title", "string");
        Stamps(table);
        Own(table, "waiting_since", "date");
        Own(table, "snoozed_until", "date");
        foreach (var (name, unset) in new[] { ("type", "\"conversation\""), ("delivered_as", "\"customer_initiated\""), ("subject", "\"\""), ("body", "\"\""), ("url", "null") })
            fields.Add($"source.{name}", "string", Stored.Raw(unset));
        foreach (var name in new[] { "type", "id", "name", "email" })
            fields.Add($"source.author.{name}", "string", name == "type" ? User : null);
        table.Shape.Add(Computed("source", WriteSource));
        table.Shape.Add(Computed("contacts", static (json, in shown) => Nested.WriteContacts(json, shown)));
        Group(table, "first_contact_reply", null, true, ("created_at", "date"), ("type", "string"), ("url", "string"));
        Assignees(table);
        table.Shape.Add(Computed("open", static (json, in shown) => json.Raw(Stored.Flag(shown.Text("state") != "closed"))));
        Own(table, "state", "string", Open);
        Own(table, "read", "boolean", Stored.False);
        table.Shape.Add(Computed("tags", static (json, in shown) => Nested.WriteNamed(json, shown, "tags", "tag.list")));
        fields.Add("priority", "string", None);
        table.Shape.Add(Computed("priority", WritePriority));
        table.Shape.Add(Computed("sla_applied", static (json, in _) => json.Raw("null"u8)));
        Group(table, "statistics", "conversation_statistics", true, ("time_to_admin_reply", "integer"), ("first_contact_reply_at", "date"), ("first_admin_reply_at", "date"),
            ("last_contact_reply_at", "date"), ("last_admin_reply_at", "date"), ("last_close_at", "date"), ("count_reopens", "integer"), ("count_assignments", "integer"), ("count_conversation_parts", "integer"));
        Group(table, "conversation_rating", null, true, ("rating", "integer"), ("remark", "string"), ("created_at", "date"));
        table.Shape.Add(Computed("teammates", WriteTeammates));
        table.Shape.Add(new AttributesMember("custom_attributes"));
        table.Shape.Add(Computed("topics", static (json, in _) => json.Raw("{}"u8)));
        table.Shape.Add(Computed("ticket", static (json, in _) => json.Raw("null"u8)));
        table.Shape.Add(Computed("company", WriteCompany, static (in shown) => shown.Linked("companies").Count > 0));
        table.Shape.Add(Computed("linked_objects", static (json, in shown) => Nested.WriteLinkedObjects(json, shown, "tickets")));
        table.Shape.Add(Computed("ai_agent", static (json, in _) => json.Raw("null"u8)));
        Own(table, "ai_agent_participated", "boolean", Stored.False);
        table.Shape.Add(Computed("conversation_parts", static (json, in shown) => shown.Workspace.Parts.Write(json, shown), static (in shown) => shown.Parts));
        fields.Add(PartLog.Generated, "integer");
        return table;
    }

    /// <summary>Defines tickets.</summary>
    public static ObjectTable Tickets()
    {
        var table = new ObjectTable("tickets", "ticket", null, "ticket_attributes");
        Identity(table);
        table.Shape.Add(Computed("ticket_id", static (json, in shown) => json.Text((shown.Record.Id - FirstTicket + 1).ToString(CultureInfo.InvariantCulture))));
        table.Shape.Add(Computed("category", static (json, in shown) => json.Text(shown.Workspace.TicketTypes.Find(shown.Text("ticket_type_id"))?.Category ?? "Customer")));
        table.Shape.Add(new AttributesMember("ticket_attributes", static (in shown, field) =>
            shown.Workspace.TicketTypes.Find(shown.Text("ticket_type_id"))?.Has(field) == true));
        table.Fields.Add("ticket_state_id", "string");
        table.Shape.Add(Computed("ticket_state", static (json, in shown) => Nested.WriteJson(json, TicketTypes.State(shown.Text("ticket_state_id")))));
        table.Fields.Add("ticket_type_id", "string");
        table.Shape.Add(Computed("ticket_type", static (json, in shown) => Nested.WriteJson(json, shown.Workspace.TicketTypes.Json(shown.Text("ticket_type_id")))));
        table.Shape.Add(Computed("contacts", static (json, in shown) => Nested.WriteContacts(json, shown)));
        Assignees(table);
        Stamps(table);
        table.Shape.Add(Computed("ticket_parts", static (json, in shown) => shown.Workspace.Parts.Write(json, shown)));
        Own(table, "open", "boolean", Stored.True);
        Own(table, "snoozed_until", "date", present: true);
        table.Shape.Add(Computed("linked_objects", static (json, in shown) => Nested.WriteLinkedObjects(json, shown, "conversations")));
        Own(table, "is_shared", "boolean", Stored.False);
        table.Fields.Add(PartLog.Generated, "integer");
        table.LastId = FirstTicket - 1;
        return table;
    }

    /// <summary>Ids of tickets begin here, so that they are not what people read on them.</summary>
    public const long FirstTicket = 600;

    /// <summary>Defines the people who work in the workspace.</summary>
    public static ObjectTable Admins()
    {
        var table = new ObjectTable("admins", "admin", null) { LastId = 7_000 };
        Identity(table);
        foreach (var name in new[] { "name", "email", "job_title" })
            Own(table, name, "string", present: true);
        Own(table, "away_mode_enabled", "boolean", Stored.False);
        Own(table, "away_mode_reassign", "boolean", Stored.False);
        Own(table, "away_status_reason_id", "integer");
        Own(table, "has_inbox_seat", "boolean", Stored.True);
        table.Shape.Add(Computed("team_ids", static (json, in shown) => Nested.WriteNumbers(json, shown, "teams")));
        Own(table, "avatar", "string");
        return table;
    }

    /// <summary>Defines teams.</summary>
    public static ObjectTable Teams()
    {
        var table = new ObjectTable("teams", "team", null) { LastId = 814_864 };
        Identity(table);
        Own(table, "name", "string");
        table.Shape.Add(Computed("admin_ids", static (json, in shown) => Nested.WriteNumbers(json, shown, "admins")));
        Own(table, "assignment_limit", "integer");
        Own(table, "distribution_method", "string");
        return table;
    }

    /// <summary>Defines tags.</summary>
    public static ObjectTable Tags()
    {
        var table = new ObjectTable("tags", "tag", null) { LastId = 100 };
        Identity(table);
        Own(table, "name", "string");
        table.Index(table.Fields["name"]);
        return table;
    }

    /// <summary>Defines segments.</summary>
    public static ObjectTable Segments()
    {
        var table = new ObjectTable("segments", "segment", "66f0a1b4");
        Identity(table);
        Own(table, "name", "string");
        Stamps(table);
        Own(table, "person_type", "string", User);
        return table;
    }

    /// <summary>Defines notes on contacts and companies.</summary>
    public static ObjectTable Notes()
    {
        var table = new ObjectTable("notes", "note", null);
        Identity(table);
        table.Shape.Add(Computed("created_at", static (json, in shown) => json.Number(shown.Record.Created / 1000)));
        foreach (var (member, type) in new[] { ("contact", "contact"), ("company", "company") })
        {
            table.Fields.Add($"{member}_id", "string");
            table.Shape.Add(Computed(member, (json, in shown) => Nested.WriteReference(json, type, shown.Text($"{member}_id"), shown)));
        }
        table.Fields.Add("author_id", "string");
        table.Shape.Add(Computed("author", static (json, in shown) => Nested.WriteAdmin(json, shown, shown.Text("author_id"))));
        Own(table, "body", "string");
        return table;
    }

    private static void Identity(ObjectTable table)
    {
        table.Shape.Add(Computed("type", static (json, in shown) => json.Text(shown.Table.Type)));
        table.Shape.Add(Computed("id", static (json, in shown) => json.Text(shown.Id)));
    }

    private static void Stamps(ObjectTable table)
    {
        table.Shape.Add(Computed("created_at", static (json, in shown) => json.Number(shown.Record.Created / 1000)));
        table.Shape.Add(Computed("updated_at", static (json, in shown) => json.Number(shown.Version.Modified / 1000)));
    }

    /// <param name="present">Whether the vendor's description knows no null there, so that the member is absent while it is unset.</param>
    private static void Own(ObjectTable table, string name, string type, byte[]? unset = null, bool present = false)
    {
        var field = table.Fields.Add(name, type, unset);
        table.Shape.Add(present
            ? new ComputedMember(name, (json, in shown) => json.Raw(shown[field] is { IsEmpty: false } value ? value : field.Unset), (in shown) => !shown[field].IsEmpty)
            : new FieldMember(field));
    }

    private static void Group(ObjectTable table, string name, string? type, bool nullWhileUnset, params (string Name, string Type)[] members) =>
        table.Shape.Add(new GroupMember(name, type, [.. members.Select(member => table.Fields.Add($"{name}.{member.Name}", member.Type))], nullWhileUnset, omitsUnset: name is "statistics"));

    private static void Assignees(ObjectTable table)
    {
        foreach (var name in new[] { "admin_assignee_id", "team_assignee_id" })
        {
            var field = table.Fields.Add(name, "integer");
            // Nobody is null up to 2.15, and 0 from 2.16 on.
            table.Shape.Add(new ComputedMember(name, (json, in shown) => json.Raw(shown[field] is { IsEmpty: false } value ? value : shown.Api.Has16 ? Zero : "null"u8)));
        }
    }

    private static ComputedMember Computed(string name, ComputedMember.Writer write, ComputedMember.Condition? isIn = null) => new(name, write, isIn);

    private static string? DomainOf(string? email) => email?.LastIndexOf('@') is > -1 and var at ? email[(at + 1)..] : null;

    private static void WriteMerges(JsonBytes json, in Shown shown)
    {
        json.Raw("["u8);
        var merges = shown.Workspace.MergesInto(shown.Record);
        for (var i = 0; i < merges.Count; i++)
            Nested.WriteMerge(json.Raw(i > 0 ? ","u8 : ""u8), shown, merges[i]);
        json.Raw("]"u8);
    }

    private static void WritePlan(JsonBytes json, in Shown shown)
    {
        if (shown.Text("plan") is not { Length: > 0 } plan)
            json.Raw("{}"u8);
        else
            json.Raw("{\"type\":\"plan\",\"id\":"u8).Text((1 + Chance.Mix(plan.Length) % 9_999).ToString(CultureInfo.InvariantCulture)).Raw(",\"name\":"u8).Text(plan).Raw("}"u8);
    }

    private static void WriteSource(JsonBytes json, in Shown shown)
    {
        var fields = shown.Table.Fields;
        json.Raw("{\"type\":"u8);
        Value(json, shown, fields["source.type"]);
        json.Raw(",\"id\":\""u8).Number(400_000_000 + shown.Record.Id).Raw("\",\"delivered_as\":"u8);
        Value(json, shown, fields["source.delivered_as"]);
        json.Raw(",\"subject\":"u8);
        Value(json, shown, fields["source.subject"]);
        json.Raw(",\"body\":"u8);
        Value(json, shown, fields["source.body"]);
        json.Raw(",\"author\":{\"type\":"u8);
        Value(json, shown, fields["source.author.type"]);
        json.Raw(",\"id\":"u8);
        Value(json, shown, fields["source.author.id"]);
        json.Raw(",\"name\":"u8);
        Value(json, shown, fields["source.author.name"]);
        json.Raw(",\"email\":"u8);
        Value(json, shown, fields["source.author.email"]);
        json.Raw("},\"attachments\":[],\"url\":"u8);
        Value(json, shown, fields["source.url"]);
        json.Raw(",\"redacted\":false}"u8);
    }

    private static void Value(JsonBytes json, in Shown shown, FieldDefinition field) => json.Raw(shown[field] is { IsEmpty: false } value ? value : field.Unset);

    private static void WritePriority(JsonBytes json, in Shown shown)
    {
        var priority = shown.Text("priority") ?? "none";
        json.Text(shown.Api.Has16 ? priority : priority == "none" ? "not_priority" : "priority");
    }

    private static void WriteTeammates(JsonBytes json, in Shown shown)
    {
        if (shown.Text("admin_assignee_id") is { } admin)
            json.Raw("{\"type\":\"admin.list\",\"teammates\":[{\"type\":\"admin\",\"id\":"u8).Text(admin).Raw("}]}"u8);
        else
            json.Raw("null"u8);
    }

    private static void WriteCompany(JsonBytes json, in Shown shown) =>
        json.Raw("{\"type\":\"company\",\"id\":"u8).Text(shown.Workspace.Companies.IdText(shown.Linked("companies")[0])).Raw("}"u8);
}
