using System.Globalization;

namespace Trueup.Emulators.Salesforce.Org;

/// <summary>The objects that an org has from its first day, and two custom objects, one of them wide (facts, section 2.1).</summary>
internal static class StandardObjects
{
    /// <summary>The number of the first record of every object.</summary>
    public const long FirstNumber = 1_000_000_000;

    /// <summary>Fields of the wide object: enough that the address of a query for all of them is refused.</summary>
    public const int WideFields = 560;

    private const string Businesses = "Account Opportunity Case Campaign Machine__c";
    private static readonly string[] Currencies = ["EUR", "USD", "CHF", "GBP", "JPY"];
    private static readonly string[] Ratings = ["Hot", "Warm", "Cold", "-Tepid"];
    private static readonly string[] Stages = ["Prospecting", "Qualification", "Negotiation", "Closed Won", "Closed Lost"];

    public static void Define(SalesforceOrg org)
    {
        Furniture(org);
        Accounts(org);
        Contacts(org);
        Leads(org);
        Opportunities(org);
        Cases(org);
        Activities(org);
        Campaigns(org);
        Machines(org);
        Surveys(org);
    }

    private static void Furniture(SalesforceOrg org)
    {
        var furniture = new SObjectType("", "", "", "") { Deletable = false, Undeletable = false };
        Define(org, furniture with { Name = "User", Prefix = "005", Label = "User", LabelPlural = "Users" })
            .Text("Username", "Username", 80, required: true).PersonName(salutation: false).Text("Email", "Email", 128, required: true, type: "email")
            .Text("Alias", "Alias", 8).Flag("IsActive", "Active").Text("TimeZoneSidKey", "Time Zone", 40).Text("LocaleSidKey", "Locale", 40)
            .Text("FederationIdentifier", "SAML Federation ID", 512).Of("datetime", "LastLoginDate", "Last Login", createable: false);
        Define(org, furniture with { Name = "Group", Prefix = "00G", Label = "Group", LabelPlural = "Group" })
            .Text("Name", "Name", 40, required: true, isName: true).Text("DeveloperName", "Developer Name", 80).Choice("Type", "Type", ["Queue", "Regular"], required: true);
        Define(org, furniture with { Name = "RecordType", Prefix = "012", Label = "Record Type", LabelPlural = "Record Types", Createable = false, Updateable = false })
            .Text("Name", "Name", 80, required: true, isName: true).Text("DeveloperName", "Record Type Name", 80)
            .Text("SobjectType", "SObject Type Name", 40).Flag("IsActive", "Active").Text("Description", "Description");
        Define(org, furniture with { Name = "Organization", Prefix = "00D", Label = "Organization", LabelPlural = "Organizations", Createable = false, Replicateable = false })
            .Text("Name", "Name", 80, required: true, isName: true).Text("InstanceName", "Instance Name", 5).Flag("IsSandbox", "Is Sandbox")
            .Of("datetime", "TrialExpirationDate", "Trial Expiration Date", createable: false).Text("NamespacePrefix", "Namespace Prefix", 15)
            .Text("OrganizationType", "Edition", 40).Text("TimeZoneSidKey", "Time Zone", 40).Text("DefaultLocaleSidKey", "Locale", 40)
            .Text("LanguageLocaleKey", "Language", 40);
        // One of the tables of choices that the Bulk API does not know (facts, section 3.5).
        Define(org, furniture with
        {
            Name = "TaskStatus", Prefix = "01T", Label = "Task Status Value", LabelPlural = "Task Status Values", Createable = false, Updateable = false, Replicateable = false, InBulk = false,
        })
            .Text("MasterLabel", "Master Label", isName: true).Text("ApiName", "API Name").Flag("IsClosed", "Closed").Flag("IsDefault", "Default");
    }

    private static void Accounts(SalesforceOrg org) =>
        Define(org, new("Account", "001", "Account", "Accounts") { Mergeable = true })
            .Merged().Text("Name", "Account Name", required: true, isName: true).Choice("Type", "Account Type", ["Prospect", "Customer", "Partner"])
            .Typed().Reference("ParentId", "Parent Account ID", "Parent", "Account", "ChildAccounts").Address("Billing").Address("Shipping")
            .Text("Phone", "Account Phone", 40, type: "phone").Text("Website", "Website", type: "url").Choice("Industry", "Industry", ["Energy", "Banking", "Retail"])
            .Number("AnnualRevenue", "Annual Revenue", "currency", scale: 0).Number("NumberOfEmployees", "Employees", "int").LongText("Description", "Account Description")
            .Choice("Rating", "Account Rating", Ratings).Owned(org)
            .Number("Satisfaction__c", "Satisfaction", "percent", 5).Key()
            .Computed("Contact_Count__c", "Contacts", "double",
                (owner, table, record, _) => StoredValue.Raw(string.Create(CultureInfo.InvariantCulture, $"{owner.Children(table, record, "Contact", "AccountId").Count}.0")),
                "COUNT(Contacts)");

    private static void Contacts(SalesforceOrg org) =>
        Define(org, new("Contact", "003", "Contact", "Contacts") { Mergeable = true })
            .Merged().Reference("AccountId", "Account ID", "Account", "Account", "Contacts", cascade: true).PersonName().Address("Mailing").Address("Other")
            .Text("Email", "Email", 80, type: "email").Text("Phone", "Business Phone", 40, type: "phone").Text("MobilePhone", "Mobile Phone", 40, type: "phone")
            .Text("Title", "Title", 128).Text("Department", "Department", 80)
            .Reference("ReportsToId", "Reports To ID", "ReportsTo", "Contact", "ReportsTo").Of("date", "Birthdate", "Birthdate")
            .LongText("Description", "Contact Description").Flag("HasOptedOutOfEmail", "Email Opt Out")
            .Choice("Interests__c", "Interests", ["North", "South", "Priority"], multiple: true).Text("Tax_Number__c", "Tax Number", 40, type: "encryptedstring")
            .Choice("Country__c", "Country", ["Germany", "Switzerland"], restricted: true)
            .Choice("Region__c", "Region", ["Bavaria", "Holstein", "Ticino"], restricted: true, controller: "Country__c", validFor: region => [region == 2 ? 1 : 0])
            .Number("External_Number__c", "External number", precision: 18, scale: 0).Of("datetime", "Contract_Start__c", "Contract start")
            .LongText("Remarks__c", "Remarks", 131_072).Owned(org).Key()
            .Computed("Account_Rating__c", "Rating of the account", "string", RatingOfAccount, "TEXT(Account.Rating)", length: 1300);

    // A formula over the parent: it changes with the account, and the contact's stamp does not move.
    private static byte[]? RatingOfAccount(SalesforceOrg org, SObjectTable table, Record record, RecordVersion version) =>
        ValueBody.Find(version.Body, table.Fields.Find("AccountId")!.Ordinal) is { IsEmpty: false } id
        && org.Resolve(StoredValue.Decode(id)) is { } account
        && ValueBody.Find(account.Record.Now.Body, account.Table.Fields.Find("Rating")!.Ordinal) is { IsEmpty: false } rating ? rating.ToArray() : null;

    private static void Leads(SalesforceOrg org) =>
        Define(org, new("Lead", "00Q", "Lead", "Leads") { Mergeable = true })
            .Merged().PersonName().Text("Company", "Company", required: true).Address("").Text("Email", "Email", 80, type: "email").Text("Phone", "Phone", 40, type: "phone")
            .Choice("Status", "Status", ["Open", "Working", "Closed"], required: true, defaulted: true).Choice("Rating", "Rating", Ratings)
            .Choice("LeadSource", "Lead Source", ["Web", "Phone", "Fair"]).Number("AnnualRevenue", "Annual Revenue", "currency", scale: 0)
            .Flag("IsConverted", "Converted", createable: false).Of("date", "ConvertedDate", "Converted Date", createable: false)
            .Reference("ConvertedAccountId", "Converted Account ID", "ConvertedAccount", "Account", createable: false)
            .Reference("ConvertedContactId", "Converted Contact ID", "ConvertedContact", "Contact", createable: false)
            .Reference("ConvertedOpportunityId", "Converted Opportunity ID", "ConvertedOpportunity", "Opportunity", createable: false)
            .LongText("Description", "Description").Owned(org).Key();

    private static void Opportunities(SalesforceOrg org)
    {
        var builder = Define(org, new("Opportunity", "006", "Opportunity", "Opportunities"))
            .Reference("AccountId", "Account ID", "Account", "Account", "Opportunities", cascade: true).Typed().Text("Name", "Name", 120, required: true, isName: true)
            .LongText("Description", "Description").Choice("StageName", "Stage", Stages, required: true).Number("Amount", "Amount", "currency")
            .Number("Probability", "Probability (%)", "percent", 3, 0).Of("date", "CloseDate", "Close Date", required: true)
            .Choice("Type", "Opportunity Type", ["New Business", "Renewal"]).Reference("CampaignId", "Campaign ID", "Campaign", "Campaign", "Opportunities");
        builder.Computed("IsClosed", "Closed", "boolean", StageIs("\"Closed"u8.ToArray()))
            .Computed("IsWon", "Won", "boolean", StageIs("\"Closed Won"u8.ToArray())).Owned(org).Key();
    }

    private static Computation StageIs(byte[] beginning) => (_, table, _, version) =>
        ValueBody.Find(version.Body, table.Fields.Find("StageName")!.Ordinal).StartsWith(beginning) ? StoredValue.True : StoredValue.False;

    private static void Cases(SalesforceOrg org) =>
        Define(org, new("Case", "500", "Case", "Cases") { Mergeable = true })
            .Merged().Text("CaseNumber", "Case Number", 30, isName: true, autoNumber: true).Reference("ContactId", "Contact ID", "Contact", "Contact", "Cases")
            .Reference("AccountId", "Account ID", "Account", "Account", "Cases").Reference("ParentId", "Parent Case ID", "Parent", "Case", "Cases")
            .Text("SuppliedName", "Web Name", 80).Text("SuppliedEmail", "Web Email", 80, type: "email").Typed()
            .Choice("Status", "Status", ["New", "Working", "Closed"], defaulted: true).Choice("Origin", "Case Origin", ["Web", "Phone", "Email"]).Text("Subject", "Subject")
            .Choice("Priority", "Priority", ["High", "Medium", "Low"]).LongText("Description", "Description").Of("datetime", "ClosedDate", "Closed Date", createable: false)
            .Owned(org).Key();

    private static void Activities(SalesforceOrg org)
    {
        Define(org, new("Task", "00T", "Task", "Tasks"))
            .Reference("WhoId", "Name ID", "Who", "Contact Lead", "Tasks", cascade: true).Reference("WhatId", "Related To ID", "What", Businesses, "Tasks")
            .Text("Subject", "Subject", isName: true).Of("date", "ActivityDate", "Due Date Only").Choice("Status", "Status", ["Not Started", "Completed"], required: true, defaulted: true)
            .Choice("Priority", "Priority", ["Normal", "High", "Low"], required: true, defaulted: true).LongText("Description", "Description").Flag("IsArchived", "Archived", createable: false)
            .Owned(org);
        Define(org, new("Event", "00U", "Event", "Events"))
            .Reference("WhoId", "Name ID", "Who", "Contact Lead", "Events", cascade: true).Reference("WhatId", "Related To ID", "What", Businesses, "Events")
            .Text("Subject", "Subject", isName: true).Text("Location", "Location").Flag("IsAllDayEvent", "All-Day Event").Of("datetime", "StartDateTime", "Start")
            .Of("datetime", "EndDateTime", "End").LongText("Description", "Description").Flag("IsArchived", "Archived", createable: false).Owned(org);
    }

    private static void Campaigns(SalesforceOrg org)
    {
        Define(org, new("Campaign", "701", "Campaign", "Campaigns"))
            .Text("Name", "Name", 80, required: true, isName: true).Choice("Status", "Status", ["Planned", "In Progress", "Completed"]).Flag("IsActive", "Active")
            .Of("date", "StartDate", "Start Date").Of("date", "EndDate", "End Date").Number("BudgetedCost", "Budgeted Cost", "currency").Owned(org);
        // Its deletions leave nothing in the recycle bin (facts, section 5).
        Define(org, new("CampaignMember", "00v", "Campaign Member", "Campaign Members") { Undeletable = false })
            .Reference("CampaignId", "Campaign ID", "Campaign", "Campaign", "CampaignMembers", master: true)
            .Reference("LeadId", "Lead ID", "Lead", "Lead", "CampaignMembers", cascade: true)
            .Reference("ContactId", "Contact ID", "Contact", "Contact", "CampaignMembers", cascade: true)
            .Choice("Status", "Status", ["Sent", "Responded"]).Of("date", "FirstRespondedDate", "First Responded Date", createable: false);
    }

    private static void Machines(SalesforceOrg org) =>
        Define(org, new("Machine__c", "a0X", "Machine", "Machines"))
            .Text("Name", "Machine Name", 80, isName: true).Reference("Account__c", "Account", "Account__r", "Account", "Machines__r", master: true)
            .Reference("Operator__c", "Operator", "Operator__r", "Contact", "Machines__r").Text("Serial__c", "Serial", 40)
            .Text("Number__c", "Number", 30, autoNumber: true).Number("Hours__c", "Hours", precision: 10, scale: 1)
            .Of("datetime", "Serviced_At__c", "Serviced").Of("time", "Starts_At__c", "Starts").LongText("Remarks__c", "Remarks", 131_072).Priced(org).Key();

    private static void Surveys(SalesforceOrg org)
    {
        var surveys = Define(org, new("Survey__c", "a0Y", "Survey", "Surveys")).Text("Name", "Survey Name", 80, isName: true)
            .Reference("Contact__c", "Contact", "Contact__r", "Contact", "Surveys__r");
        for (var i = 1; i <= WideFields; i++)
        {
            var (name, label) = (string.Create(CultureInfo.InvariantCulture, $"Answer_To_Question_{i:000}__c"), $"Answer {i}");
            switch (i % 6)
            {
                case 0: surveys.Number(name, label); break;
                case 1: surveys.Of("date", name, label); break;
                case 2: surveys.Flag(name, label); break;
                case 3: surveys.Choice(name, label, ["Yes", "No", "Perhaps"]); break;
                default: surveys.Text(name, label); break;
            }
        }
    }

    private static SchemaBuilder Define(SalesforceOrg org, SObjectType type) => new(org.Add(type));

    private static SchemaBuilder Owned(this SchemaBuilder builder, SalesforceOrg org) =>
        builder.Reference("OwnerId", "Owner ID", "Owner", "Group User").Priced(org)
            .Of("date", "LastActivityDate", "Last Activity", createable: false).Of("datetime", "LastViewedDate", "Last Viewed Date", createable: false)
            .Of("datetime", "LastReferencedDate", "Last Referenced Date", createable: false);

    private static SchemaBuilder Priced(this SchemaBuilder builder, SalesforceOrg org) =>
        org.MultiCurrency ? builder.Choice("CurrencyIsoCode", "Currency ISO Code", Currencies, restricted: true) : builder;

    private static SchemaBuilder Key(this SchemaBuilder builder) => builder.Text("Ext__c", "External key", 80, external: true);

    private static SchemaBuilder Typed(this SchemaBuilder builder) => builder.Reference("RecordTypeId", "Record Type ID", "RecordType", "RecordType");

    private static SchemaBuilder Merged(this SchemaBuilder builder) => builder.Computed("MasterRecordId", "Master Record ID", "reference",
        (_, table, record, _) => record.MergedInto == 0 ? null : StoredValue.Text(SalesforceId.Text(table.Type.Prefix, record.MergedInto)), length: 18,
        self: true);
}
