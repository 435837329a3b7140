namespace Trueup.Emulators.HubSpot.Portal;

/// <summary>The properties that HubSpot itself defines, as far as this emulator has them.</summary>
internal static class StandardProperties
{
    public const string MergedIds = "hs_merged_object_ids";

    private const long Beginning = 1_577_836_800_000;

    /// <summary>Defines id and stamps first, because their ordinals are fixed, then what the type brings.</summary>
    public static void Define(ObjectTable table)
    {
        var type = table.Type;
        ReadOnly(table, "hs_object_id", "Record ID", "number", "number");
        ReadOnly(table, type.Modified, "Last Modified Date", "datetime", "date");
        ReadOnly(table, type.Created, "Create Date", "datetime", "date");
        ReadOnly(table, MergedIds, "Merged record IDs", "enumeration", "checkbox").ExternalOptions = true;
        // Contacts define this name as well, and never fill it: the trap of a wrong modified property.
        if (type.Modified != "hs_lastmodifieddate")
            ReadOnly(table, "hs_lastmodifieddate", "Object last modified date/time", "datetime", "date");
        Vendor(table, "hubspot_owner_id", "Owner", "enumeration", "select", property =>
        {
            property.ExternalOptions = true;
            property.References = "OWNER";
        });
        table.Properties.Groups[GroupOf(type)] = ($"{type.SingularLabel} information", 0);
        foreach (var (name, label, kind, field, options) in Of(type.Name))
            Vendor(table, name, label, kind, field, property =>
                property.Options = [.. options.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(value => new PropertyOption(value, value))]);
        if (type.Name == "contacts")
        {
            table.Properties.Find("email")!.Unique = true;
            Vendor(table, "num_associated_deals", "Number of Associated Deals", "number", "number", property => property.Calculated = true);
            Vendor(table, "hs_hd_ticket_ids", "Ticket IDs", "number", "number");
        }
        if (type.Name == "deals")
            Vendor(table, "hs_is_closed", "Is Closed", "bool", "calculation_equation", property => property.Calculated = true);
        table.Properties.Changed();
    }

    public static string GroupOf(ObjectType type) =>
        type.IsCustom ? $"{type.Singular}_information" : $"{type.Singular.Replace("_", "", StringComparison.Ordinal)}information";

    /// <summary>Adds a property of the customer.</summary>
    public static PropertyDefinition Custom(
        ObjectTable table, string name, string label, string type, string fieldType, long at, Action<PropertyDefinition>? define = null) =>
        table.Properties.Add(name, property =>
        {
            property.Label = label;
            property.Type = type;
            property.FieldType = fieldType;
            property.Group = GroupOf(table.Type);
            property.CreatedAt = property.UpdatedAt = at;
            property.FormField = true;
            define?.Invoke(property);
        });

    private static PropertyDefinition ReadOnly(ObjectTable table, string name, string label, string type, string fieldType) =>
        Vendor(table, name, label, type, fieldType, property => property.ReadOnlyValue = true);

    private static PropertyDefinition Vendor(
        ObjectTable table, string name, string label, string type, string fieldType, Action<PropertyDefinition>? define = null) =>
        table.Properties.Add(name, property =>
        {
            property.Label = label;
            property.Type = type;
            property.FieldType = fieldType;
            property.Group = GroupOf(table.Type);
            property.HubSpotDefined = true;
            property.CreatedAt = property.UpdatedAt = Beginning;
            define?.Invoke(property);
        });

    private static (string Name, string Label, string Type, string FieldType, string Options)[] Of(string type) => type switch
    {
        "contacts" =>
        [
            ("email", "Email", "string", "text", ""), ("firstname", "First Name", "string", "text", ""),
            ("lastname", "Last Name", "string", "text", ""), ("phone", "Phone Number", "string", "phonenumber", ""),
            ("mobilephone", "Mobile Phone Number", "string", "phonenumber", ""), ("fax", "Fax Number", "string", "phonenumber", ""),
            ("company", "Company Name", "string", "text", ""), ("jobtitle", "Job Title", "string", "text", ""),
            ("address", "Street Address", "string", "text", ""), ("city", "City", "string", "text", ""), ("state", "State/Region", "string", "text", ""),
            ("zip", "Postal Code", "string", "text", ""), ("country", "Country/Region", "string", "text", ""), ("website", "Website URL", "string", "text", ""),
            ("lifecyclestage", "Lifecycle Stage", "enumeration", "radio",
                "subscriber,lead,marketingqualifiedlead,salesqualifiedlead,opportunity,customer,evangelist,other"),
            ("hs_lead_status", "Lead Status", "enumeration", "radio", "NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,ATTEMPTED_TO_CONTACT,CONNECTED,BAD_TIMING"),
            ("date_of_birth", "Date of birth", "string", "text", ""), ("message", "Message", "string", "textarea", ""),
            ("notes_last_contacted", "Last Contacted", "datetime", "date", ""),
            ("hs_additional_emails", "Additional email addresses", "enumeration", "checkbox", ""),
            ("annualrevenue", "Annual Revenue", "string", "text", ""), ("numemployees", "Number of Employees", "string", "text", ""),
        ],
        "companies" =>
        [
            ("name", "Company name", "string", "text", ""), ("domain", "Company Domain Name", "string", "text", ""),
            ("website", "Website URL", "string", "text", ""), ("phone", "Phone Number", "string", "phonenumber", ""),
            ("address", "Street Address", "string", "text", ""), ("city", "City", "string", "text", ""), ("state", "State/Region", "string", "text", ""),
            ("zip", "Postal Code", "string", "text", ""), ("country", "Country/Region", "string", "text", ""),
            ("industry", "Industry", "enumeration", "select", "ACCOUNTING,BANKING,COMPUTER_SOFTWARE,CONSTRUCTION,FARMING,MACHINERY,RETAIL"),
            ("numberofemployees", "Number of Employees", "number", "number", ""), ("annualrevenue", "Annual Revenue", "number", "number", ""),
            ("description", "Description", "string", "textarea", ""), ("founded_year", "Year Founded", "string", "text", ""),
        ],
        "deals" =>
        [
            ("dealname", "Deal Name", "string", "text", ""), ("amount", "Amount", "number", "number", ""),
            ("closedate", "Close Date", "datetime", "date", ""), ("pipeline", "Pipeline", "enumeration", "select", "default,renewals"),
            ("dealstage", "Deal Stage", "enumeration", "radio",
                "appointmentscheduled,qualifiedtobuy,contractsent,closedwon,closedlost,renewal_open,renewal_won"),
            ("dealtype", "Deal Type", "enumeration", "radio", "newbusiness,existingbusiness"),
            ("description", "Deal Description", "string", "textarea", ""), ("deal_currency_code", "Currency", "enumeration", "select", "CHF,EUR,USD"),
        ],
        "tickets" =>
        [
            ("subject", "Ticket name", "string", "text", ""), ("content", "Ticket description", "string", "textarea", ""),
            ("hs_pipeline", "Pipeline", "enumeration", "select", "0"), ("hs_pipeline_stage", "Ticket status", "enumeration", "radio", "1,2,3,4"),
            ("hs_ticket_category", "Category", "enumeration", "checkbox", "PRODUCT_ISSUE,BILLING_ISSUE,FEATURE_REQUEST,GENERAL_INQUIRY"),
            ("hs_ticket_priority", "Priority", "enumeration", "select", "LOW,MEDIUM,HIGH"),
        ],
        "products" =>
        [
            ("name", "Name", "string", "text", ""), ("description", "Description", "string", "textarea", ""), ("price", "Unit price", "number", "number", ""),
            ("hs_sku", "SKU", "string", "text", ""), ("hs_cost_of_goods_sold", "Unit cost", "number", "number", ""),
        ],
        "line_items" =>
        [
            ("name", "Name", "string", "text", ""), ("quantity", "Quantity", "number", "number", ""), ("price", "Unit price", "number", "number", ""),
            ("amount", "Net price", "number", "number", ""), ("hs_product_id", "Product ID", "number", "number", ""),
        ],
        "calls" =>
        [
            ("hs_timestamp", "Activity date", "datetime", "date", ""), ("hs_call_title", "Call Title", "string", "text", ""),
            ("hs_call_body", "Call notes", "string", "html", ""), ("hs_call_duration", "Call duration", "number", "number", ""),
            ("hs_call_direction", "Call direction", "enumeration", "select", "INBOUND,OUTBOUND"),
        ],
        "emails" =>
        [
            ("hs_timestamp", "Activity date", "datetime", "date", ""), ("hs_email_subject", "Email subject", "string", "text", ""),
            ("hs_email_text", "Text Body", "string", "textarea", ""), ("hs_email_html", "Email Body HTML", "string", "html", ""),
            ("hs_email_direction", "Email Direction", "enumeration", "select", "EMAIL,INCOMING_EMAIL,FORWARDED_EMAIL"),
        ],
        "meetings" =>
        [
            ("hs_timestamp", "Activity date", "datetime", "date", ""), ("hs_meeting_title", "Meeting name", "string", "text", ""),
            ("hs_meeting_body", "Meeting notes", "string", "html", ""), ("hs_meeting_start_time", "Start time", "datetime", "date", ""),
            ("hs_meeting_end_time", "End time", "datetime", "date", ""),
        ],
        "notes" => [("hs_timestamp", "Activity date", "datetime", "date", ""), ("hs_note_body", "Note body", "string", "html", "")],
        "tasks" =>
        [
            ("hs_timestamp", "Due date", "datetime", "date", ""), ("hs_task_subject", "Task Title", "string", "text", ""),
            ("hs_task_body", "Task Notes", "string", "html", ""), ("hs_task_status", "Task Status", "enumeration", "radio", "NOT_STARTED,IN_PROGRESS,WAITING,COMPLETED"),
            ("hs_task_priority", "Priority", "enumeration", "select", "NONE,LOW,MEDIUM,HIGH"),
        ],
        _ => [],
    };
}
