namespace Trueup.Emulators.Salesforce.Org;

/// <summary>The objects that an org has from its first day, and one custom object (facts, section 2.1).</summary>
internal static class StandardObjects
{
    /// <summary>The number of the first record of every object.</summary>
    public const long FirstNumber = 1_000_000_000;

    private const string Currencies = "EUR USD CHF GBP JPY";
    private static readonly string[] Ratings = ["Hot", "Warm", "Cold", "-Tepid"];
    private static readonly string[] Stages = ["Prospecting", "Qualification", "Negotiation", "Closed Won", "Closed Lost"];

    public static void Define(SalesforceOrg org)
    {
        Users(org);
        Accounts(org);
        Contacts(org);
        Leads(org);
        Opportunities(org);
        Cases(org);
        Activities(org);
        Campaigns(org);
        Junctions(org);
        Products(org);
        Machines(org);
    }

    private static void Users(SalesforceOrg org)
    {
        var users = Define(org, new("User", "005", "User", "Users") { Deletable = false, Undeletable = false, Furniture = true });
        users.Text("Username", "Username", 80, required: true).PersonName(salutation: false).Text("Email", "Email", 128, required: true, type: "email")
            .Flag("IsActive", "Active");
        var groups = Define(org, new("Group", "00G", "Group", "Groups") { Deletable = false, Undeletable = false, Furniture = true });
        groups.Text("Name", "Name", 40, required: true, isName: true).Text("DeveloperName", "Developer Name", 80).Text("Type", "Type", 40, required: true);
    }

    private static void Accounts(SalesforceOrg org) =>
        Define(org, new("Account", "001", "Account", "Accounts") { Mergeable = true })
            .Text("Name", "Account Name", required: true, isName: true).Choice("Type", "Account Type", ["Prospect", "Customer", "Partner"])
            .Reference("ParentId", "Parent Account ID", "Parent", "Account", "ChildAccounts").Address("Billing").Address("Shipping")
            .Text("Phone", "Account Phone", 40, type: "phone").Text("Website", "Website", type: "url").Choice("Industry", "Industry", ["Energy", "Banking", "Retail"])
            .Number("AnnualRevenue", "Annual Revenue", "currency", scale: 0).Number("NumberOfEmployees", "Employees", "int").LongText("Description", "Account Description")
            .Choice("Rating", "Account Rating", Ratings).Owned().Merged()
            .Computed("Contact_Count__c", "Contacts", "double",
                (owner, table, record, _) => JsonValue.Raw($"{owner.Children(table, record, "Contact", "AccountId").Count}"), "COUNT(Contacts)");

    private static void Contacts(SalesforceOrg org) =>
        Define(org, new("Contact", "003", "Contact", "Contacts") { Mergeable = true })
            .Reference("AccountId", "Account ID", "Account", "Account", "Contacts", cascade: true).PersonName().Address("Mailing").Address("Other")
            .Text("Email", "Email", 80, type: "email").Text("Phone", "Business Phone", 40, type: "phone").Text("Title", "Title", 128)
            .Reference("ReportsToId", "Reports To ID", "ReportsTo", "Contact", "ReportsTo").Of("date", "Birthdate", "Birthdate")
            .LongText("Description", "Contact Description").Flag("HasOptedOutOfEmail", "Email Opt Out")
            .Choice("Interests__c", "Interests", ["North", "South", "Priority"], multiple: true).Text("Tax_Number__c", "Tax Number", 40, type: "encryptedstring")
            .Choice("Country__c", "Country", ["Germany", "Switzerland"], restricted: true)
            .Choice("Region__c", "Region", ["Bavaria", "Holstein", "Ticino"], restricted: true, controller: "Country__c", validFor: region => [region == 2 ? 1 : 0])
            .Owned().Merged();

    private static void Leads(SalesforceOrg org) =>
        Define(org, new("Lead", "00Q", "Lead", "Leads") { Mergeable = true })
            .PersonName().Text("Company", "Company", required: true).Address("").Text("Email", "Email", 80, type: "email")
            .Choice("Status", "Status", ["Open", "Working", "Closed"], required: true).Choice("Rating", "Rating", Ratings)
            .Flag("IsConverted", "Converted", createable: false).Of("date", "ConvertedDate", "Converted Date", createable: false)
            .Reference("ConvertedAccountId", "Converted Account ID", "ConvertedAccount", "Account", createable: false)
            .Reference("ConvertedContactId", "Converted Contact ID", "ConvertedContact", "Contact", createable: false)
            .Reference("ConvertedOpportunityId", "Converted Opportunity ID", "ConvertedOpportunity", "Opportunity", createable: false).Owned().Merged();

    private static void Opportunities(SalesforceOrg org) =>
        Define(org, new("Opportunity", "006", "Opportunity", "Opportunities"))
            .Reference("AccountId", "Account ID", "Account", "Account", "Opportunities", cascade: true).Text("Name", "Name", 120, required: true, isName: true)
            .Choice("StageName", "Stage", Stages, required: true).Number("Amount", "Amount", "currency").Number("Probability", "Probability (%)", "percent", 3, 0)
            .Of("date", "CloseDate", "Close Date", required: true).Reference("CampaignId", "Campaign ID", "Campaign", "Campaign", "Opportunities").Owned();

    private static void Cases(SalesforceOrg org) =>
        Define(org, new("Case", "500", "Case", "Cases") { Mergeable = true })
            .Text("CaseNumber", "Case Number", 30, isName: true, autoNumber: true).Reference("ContactId", "Contact ID", "Contact", "Contact", "Cases")
            .Reference("AccountId", "Account ID", "Account", "Account", "Cases").Text("Subject", "Subject").LongText("Description", "Description")
            .Choice("Status", "Status", ["New", "Working", "Closed"]).Text("SuppliedEmail", "Web Email", 80, type: "email").Owned().Merged();

    private static void Activities(SalesforceOrg org)
    {
        const string What = "Account Opportunity Case Campaign Machine__c";
        Define(org, new("Task", "00T", "Task", "Tasks"))
            .Reference("WhoId", "Name ID", "Who", "Contact Lead", "Tasks", cascade: true).Reference("WhatId", "Related To ID", "What", What, "Tasks")
            .Text("Subject", "Subject", isName: true).Of("date", "ActivityDate", "Due Date Only").Choice("Status", "Status", ["Not Started", "Completed"], required: true)
            .LongText("Description", "Description").Flag("IsArchived", "Archived", createable: false).Owned();
        Define(org, new("Event", "00U", "Event", "Events"))
            .Reference("WhoId", "Name ID", "Who", "Contact Lead", "Events", cascade: true).Reference("WhatId", "Related To ID", "What", What, "Events")
            .Text("Subject", "Subject", isName: true).Of("datetime", "StartDateTime", "Start").Of("datetime", "EndDateTime", "End")
            .LongText("Description", "Description").Flag("IsArchived", "Archived", createable: false).Owned();
    }

    private static void Campaigns(SalesforceOrg org)
    {
        Define(org, new("Campaign", "701", "Campaign", "Campaigns"))
            .Text("Name", "Name", 80, required: true, isName: true).Flag("IsActive", "Active").Of("date", "StartDate", "Start Date").Owned();
        // Its deletions leave nothing in the recycle bin (facts, section 5).
        Define(org, new("CampaignMember", "00v", "Campaign Member", "Campaign Members") { Undeletable = false })
            .Reference("CampaignId", "Campaign ID", "Campaign", "Campaign", "CampaignMembers", master: true)
            .Reference("LeadId", "Lead ID", "Lead", "Lead", "CampaignMembers", cascade: true)
            .Reference("ContactId", "Contact ID", "Contact", "Contact", "CampaignMembers", cascade: true).Choice("Status", "Status", ["Sent", "Responded"]).Priced();
    }

    private static void Junctions(SalesforceOrg org)
    {
        Define(org, new("OpportunityContactRole", "00K", "Opportunity Contact Role", "Opportunity Contact Roles"))
            .Reference("OpportunityId", "Opportunity ID", "Opportunity", "Opportunity", "OpportunityContactRoles", master: true)
            .Reference("ContactId", "Contact ID", "Contact", "Contact", "OpportunityContactRoles", master: true)
            .Choice("Role", "Role", ["Decision Maker", "Evaluator"]).Flag("IsPrimary", "Primary").Priced();
        Define(org, new("AccountContactRelation", "07k", "Account Contact Relationship", "Account Contact Relationships"))
            .Reference("AccountId", "Account ID", "Account", "Account", "AccountContactRelations", master: true)
            .Reference("ContactId", "Contact ID", "Contact", "Contact", "AccountContactRelations", master: true)
            .Choice("Roles", "Roles", ["Business User", "Influencer"], multiple: true).Flag("IsActive", "Active").Priced();
    }

    private static void Products(SalesforceOrg org)
    {
        Define(org, new("Product2", "01t", "Product", "Products") { Deletable = false })
            .Text("Name", "Product Name", required: true, isName: true).Text("ProductCode", "Product Code").Flag("IsActive", "Active").Priced();
        Define(org, new("Pricebook2", "01s", "Price Book", "Price Books"))
            .Text("Name", "Price Book Name", required: true, isName: true).Flag("IsActive", "Active").Flag("IsStandard", "Standard", createable: false).Priced();
        Define(org, new("PricebookEntry", "01u", "Price Book Entry", "Price Book Entries"))
            .Reference("Pricebook2Id", "Price Book ID", "Pricebook2", "Pricebook2", "PricebookEntries", master: true)
            .Reference("Product2Id", "Product ID", "Product2", "Product2", "PricebookEntries", master: true)
            .Number("UnitPrice", "List Price", "currency").Flag("IsActive", "Active").Priced();
        Define(org, new("OpportunityLineItem", "00k", "Opportunity Product", "Opportunity Products"))
            .Reference("OpportunityId", "Opportunity ID", "Opportunity", "Opportunity", "OpportunityLineItems", master: true)
            .Reference("PricebookEntryId", "Price Book Entry ID", "PricebookEntry", "PricebookEntry", "OpportunityLineItems")
            .Number("Quantity", "Quantity").Number("UnitPrice", "Sales Price", "currency").Priced();
    }

    private static void Machines(SalesforceOrg org) =>
        Define(org, new("Machine__c", "a0X", "Machine", "Machines"))
            .Text("Name", "Machine Name", 80, isName: true).Reference("Account__c", "Account", "Account__r", "Account", "Machines__r", master: true)
            .Reference("Operator__c", "Operator", "Operator__r", "Contact", "Machines__r").Number("Hours__c", "Hours", precision: 10, scale: 1)
            .Of("datetime", "Serviced_At__c", "Serviced").Of("time", "Starts_At__c", "Starts").LongText("Remarks__c", "Remarks", 131_072).Priced();

    private static SchemaBuilder Define(SalesforceOrg org, SObjectType type) => new(org.Add(type));

    private static SchemaBuilder Owned(this SchemaBuilder builder) =>
        builder.Reference("OwnerId", "Owner ID", "Owner", "Group User").Priced();

    private static SchemaBuilder Priced(this SchemaBuilder builder) =>
        builder.Choice("CurrencyIsoCode", "Currency ISO Code", Currencies.Split(' ')).Text("Ext__c", "External key", 80, external: true);

    private static SchemaBuilder Merged(this SchemaBuilder builder) => builder.Computed("MasterRecordId", "Master Record ID", "reference",
        (_, table, _, version) => version.MergedInto == 0 ? null : JsonValue.Text(SalesforceId.Text(table.Type.Prefix, version.MergedInto)), length: 18);
}
