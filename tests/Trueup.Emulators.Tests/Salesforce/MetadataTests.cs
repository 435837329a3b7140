using System.Text.Json;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class MetadataTests
{
    [Fact]
    public async Task Every_version_leads_to_the_same_data_and_a_retired_one_is_gone()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var versions = await org.GetAsync("/services/data", ("Authorization", "Bearer"));
        Assert.Contains("""{"label":"Summer '26","url":"/services/data/v67.0","version":"67.0"}""", versions.Text, StringComparison.Ordinal);
        Assert.Contains("Winter '26", versions.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await org.GetAsync("/services/data/v51.0/sobjects/Account/describe")).Status);
        Assert.Equal(200, (await org.GetAsync("//services/data//v60.0/limits")).Status);
        Assert.Equal((410, "GONE"), (await org.GetAsync("/services/data/v30.0/limits")) is var retired ? (retired.Status, retired.Code!) : default);
        Assert.Equal(404, (await org.GetAsync("/services/data/v68.0/limits")).Status);
        Assert.Equal((405, "METHOD_NOT_ALLOWED"), (await org.PostAsync("/limits", new { })) is var wrong ? (wrong.Status, wrong.Code!) : default);
        Assert.Contains($"/id/{Trueup.Emulators.Salesforce.EmulatedSalesforce.OrganizationId}/", (await org.GetAsync("")).Json.GetProperty("identity").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describe_tells_types_references_choices_and_dependencies()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var contact = (await org.GetAsync("/sobjects/contact/describe")).Json;
        var fields = contact.GetProperty("fields").EnumerateArray().ToDictionary(field => field.GetProperty("name").GetString()!);
        string Type(string name) => fields[name].GetProperty("type").GetString()!;

        Assert.Equal(("003", "Contact", true), (contact.GetProperty("keyPrefix").GetString(), contact.GetProperty("name").GetString(), contact.GetProperty("mergeable").GetBoolean()));
        Assert.Equal(["id", "reference", "string", "address", "email", "phone", "date", "textarea", "boolean", "multipicklist", "encryptedstring", "picklist", "datetime"],
            new[] { "Id", "AccountId", "Name", "MailingAddress", "Email", "Phone", "Birthdate", "Description", "HasOptedOutOfEmail", "Interests__c", "Tax_Number__c", "Region__c", "SystemModstamp" }.Select(Type));
        Assert.Equal("MailingAddress", fields["MailingCity"].GetProperty("compoundFieldName").GetString());
        Assert.Equal(["Group", "User"], fields["OwnerId"].GetProperty("referenceTo").EnumerateArray().Select(name => name.GetString()!));
        Assert.True(fields["Account_Rating__c"].GetProperty("calculated").GetBoolean());
        Assert.True(fields["Ext__c"].GetProperty("externalId").GetBoolean());
        Assert.Equal(("Country__c", "gAAA"), (fields["Region__c"].GetProperty("controllerName").GetString(), fields["Region__c"].GetProperty("picklistValues")[0].GetProperty("validFor").GetString()));
        Assert.False(fields["Description"].GetProperty("filterable").GetBoolean());
        Assert.Contains(contact.GetProperty("childRelationships").EnumerateArray(), child => child.GetProperty("relationshipName").GetString() == "Tasks");
        Assert.Equal(3, (await org.GetAsync("/sobjects/Account/describe")).Json.GetProperty("recordTypeInfos").GetArrayLength());
    }

    [Fact]
    public async Task The_wide_object_has_more_than_five_hundred_fields()
    {
        await using var org = await SalesforceCalls.StartAsync();

        Assert.InRange((await org.GetAsync("/sobjects/Survey__c/describe")).Json.GetProperty("fields").GetArrayLength(), 501, 800);
    }

    [Fact]
    public async Task A_conditional_describe_is_answered_with_nothing_until_something_changes()
    {
        await using var org = await SalesforceCalls.StartAsync();
        org.Clock.Advance(TimeSpan.FromMinutes(1));
        var stamp = (await org.GetAsync("/sobjects/Account/describe")).Headers["Last-Modified"];

        Assert.Equal((304, ""), (await org.GetAsync("/sobjects/Account/describe", ("If-Modified-Since", stamp))) is var same ? (same.Status, same.Text) : default);
        Assert.Equal(304, (await org.GetAsync("/sobjects", ("If-Modified-Since", stamp))).Status);
        org.Crm.Mutate(new HideField("Account", "Phone"));
        Assert.Equal(304, (await org.GetAsync("/sobjects/Account/describe", ("If-Modified-Since", stamp))).Status);
        org.Crm.Mutate(new AddField("Account", new EmulatedField("Tier__c", "Tier", "picklist", [new("Gold", "Gold")])));
        var changed = await org.GetAsync("/sobjects/Account/describe", ("If-Modified-Since", stamp));
        Assert.Equal(200, changed.Status);
        Assert.Contains("\"Tier__c\"", changed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Phone\"", changed.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await org.GetAsync("/sobjects", ("If-Modified-Since", stamp))).Status);
    }

    [Fact]
    public async Task A_field_that_is_hidden_renamed_or_removed_is_no_column_any_more()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var id = org.Create("Account", ("Name", "A"), ("Ext__c", "1"), ("Phone", "2"), ("Website", "https://a.example"));

        org.Crm.Mutate(new RenameField("Account", "Ext__c", "Key__c"), new HideField("Account", "Phone"), new RemoveField("Account", "Website"));

        Assert.Equal("1", (await org.QueryAsync("SELECT Key__c FROM Account")).Text0("Key__c"));
        foreach (var gone in new[] { "Ext__c", "Phone", "Website" })
            Assert.Equal("INVALID_FIELD", (await org.QueryAsync($"SELECT {gone} FROM Account")).Code);
        Assert.False((await org.GetAsync($"/sobjects/Account/{id}")).Json.TryGetProperty("Phone", out _));
        org.Crm.Mutate(new ShowField("Account", "Phone"));
        Assert.Equal("2", (await org.QueryAsync("SELECT Phone FROM Account")).Text0("Phone"));
    }

    [Fact]
    public async Task An_object_without_permission_is_not_there()
    {
        await using var org = await SalesforceCalls.StartAsync();
        org.Create("Lead", ("LastName", "L"), ("Company", "C"));

        await org.SendAsync(HttpMethod.Post, "/_emulator/mutate", """[{"op":"hide-stream","stream":"Lead"}]""");

        Assert.DoesNotContain("\"Lead\"", (await org.GetAsync("/sobjects")).Text, StringComparison.Ordinal);
        Assert.Equal("INVALID_TYPE", (await org.QueryAsync("SELECT Id FROM Lead")).Code);
        Assert.Equal(404, (await org.GetAsync("/sobjects/Lead/describe")).Status);
        org.Crm.Mutate(new ShowStream("Lead"));
        Assert.Equal(1, (await org.QueryAsync("SELECT Id FROM Lead")).Total);
    }

    [Fact]
    public async Task A_formula_over_the_parent_changes_without_moving_the_childs_stamp()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var account = org.Create("Account", ("Name", "A"), ("Rating", "Hot"));
        var contact = org.Create("Contact", ("LastName", "V"), ("AccountId", account));
        var before = org.Crm.StateOf("Contact", contact)!;
        org.Clock.Advance(TimeSpan.FromMinutes(1));

        org.Edit("Account", account, ("Rating", "Cold"));

        var after = org.Crm.StateOf("Contact", contact)!;
        Assert.Equal(("Hot", "Cold", before.ModifiedAt), (before.Properties["Account_Rating__c"], after.Properties["Account_Rating__c"], after.ModifiedAt));
        Assert.Equal("1.0", org.Crm.StateOf("Account", account)!.Properties["Contact_Count__c"]);
    }

    [Fact]
    public async Task The_org_counts_its_records_and_tells_its_limits()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 100);

        var counts = (await org.GetAsync("/limits/recordCount?sObjects=Contact,Nothing")).Json.GetProperty("sObjects");
        Assert.Equal((1, (await org.QueryAsync("SELECT count() FROM Contact")).Total), (counts.GetArrayLength(), counts[0].GetProperty("count").GetInt32()));
        Assert.Equal(JsonValueKind.Number, (await org.GetAsync("/limits")).Json.GetProperty("DailyApiRequests").GetProperty("Remaining").ValueKind);
        Assert.Equal(1, (await org.QueryAsync("SELECT Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, OrganizationType FROM Organization")).Total);
    }

    [Fact]
    public async Task Changes_and_deletions_of_a_span_are_told_in_whole_minutes()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (kept, lost) = (org.Create("Contact", ("LastName", "A")), org.Create("Contact", ("LastName", "B")));
        org.Clock.Advance(TimeSpan.FromMinutes(1));
        org.Crm.Mutate(new DeleteRecords("Contact", [lost]));
        org.Clock.Advance(TimeSpan.FromMinutes(5));

        const string Span = "start=2026-09-10T07%3A59%3A30%2B00%3A00&end=2026-09-10T08%3A05%3A59%2B00%3A00";
        var updated = (await org.GetAsync($"/sobjects/Contact/updated?{Span}")).Json;
        var deleted = (await org.GetAsync($"/sobjects/Contact/deleted?{Span}")).Json;

        Assert.Equal([kept], updated.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!));
        Assert.Equal("2026-09-10T08:05:00.000+0000", updated.GetProperty("latestDateCovered").GetString());
        Assert.Equal((lost, "2026-09-10T08:01:00.000+0000"), (deleted.GetProperty("deletedRecords")[0].GetProperty("id").GetString(), deleted.GetProperty("deletedRecords")[0].GetProperty("deletedDate").GetString()));
        org.Crm.Mutate(new RestoreRecords("Contact", [lost]));
        Assert.Equal(0, (await org.GetAsync($"/sobjects/Contact/deleted?{Span}")).Json.GetProperty("deletedRecords").GetArrayLength());
        Assert.Equal("INVALID_REPLICATION_DATE", (await org.GetAsync("/sobjects/Contact/deleted?start=2026-09-10T08:00:00Z&end=2026-09-10T08:01:00Z")).Code);
        Assert.Contains("30 days", (await org.GetAsync("/sobjects/Contact/updated?start=2026-07-10T08:00:00Z&end=2026-09-10T08:01:00Z")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_purged_delete_log_says_that_deletions_are_lost()
    {
        await using var org = await SalesforceCalls.StartAsync(options: new() { DeleteLogLimit = 2 });
        org.Crm.Mutate(new DeleteRecords("Contact", [org.Create("Contact", ("LastName", "A"))]));
        org.Clock.Advance(TimeSpan.FromHours(3));
        for (var i = 0; i < 2; i++)
            org.Crm.Mutate(new DeleteRecords("Contact", [org.Create("Contact", ("LastName", "B"))]));

        Assert.Equal("INVALID_REPLICATION_DATE", (await org.GetAsync("/sobjects/Contact/deleted?start=2026-09-10T08:00:00Z&end=2026-09-10T11:00:00Z")).Code);
        Assert.Equal(2, (await org.GetAsync("/sobjects/Contact/deleted?start=2026-09-10T10:00:00Z&end=2026-09-10T11:00:00Z")).Json.GetProperty("deletedRecords").GetArrayLength());
    }
}
