using System.Text.Json;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class WriteTests
{
    [Fact]
    public async Task A_row_is_created_read_changed_and_deleted()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var created = await org.PostAsync("/sobjects/Account", new { Name = "Nordwind", AnnualRevenue = 12500.5, NumberOfEmployees = 3, BillingCity = "" });
        var id = created.Json.GetProperty("id").GetString()!;
        Assert.Equal((201, true, $"{SalesforceCalls.Root}/sobjects/Account/{id}"), (created.Status, created.Json.GetProperty("success").GetBoolean(), created.Headers["Location"]));
        var row = (await org.GetAsync($"/sobjects/Account/{id[..15]}")).Json;
        Assert.Equal(("Nordwind", "12500.5", "3"), (row.GetProperty("Name").GetString(), row.GetProperty("AnnualRevenue").GetRawText(), row.GetProperty("NumberOfEmployees").GetRawText()));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("BillingCity").ValueKind);

        org.Clock.Advance(TimeSpan.FromSeconds(5));
        var patched = await org.PatchAsync($"/sobjects/Account/{id}", new { Name = "Südwind", Phone = (string?)null });
        Assert.Equal((204, ""), (patched.Status, patched.Text));
        Assert.Equal("2026-09-10T08:00:05.000+0000", (await org.GetAsync($"/sobjects/Account/{id}?fields=SystemModstamp")).Json.GetProperty("SystemModstamp").GetString());

        Assert.Equal(204, (await org.DeleteAsync($"/sobjects/Account/{id}")).Status);
        var again = await org.DeleteAsync($"/sobjects/Account/{id}");
        Assert.Equal((404, "ENTITY_IS_DELETED"), (again.Status, again.Code));
        Assert.Equal((404, "ENTITY_IS_DELETED"), ((await org.GetAsync($"/sobjects/Account/{id}")) is var gone ? (gone.Status, gone.Code!) : default));
        Assert.Equal((404, "NOT_FOUND"), ((await org.GetAsync("/sobjects/Account/0015e0000000001AAA")) is var none ? (none.Status, none.Code!) : default));
        Assert.Equal("MALFORMED_ID", (await org.GetAsync("/sobjects/Account/0035e0000000001AAA")).Code);
    }

    [Theory]
    [InlineData("Account", """{"Phone":"1"}""", "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]")]
    [InlineData("Account", """{"Name":"A","Colour":"red"}""", "INVALID_FIELD", "No such column 'Colour' on sobject of type Account")]
    [InlineData("Account", """{"Name":"A","SystemModstamp":"2026-01-01T00:00:00Z"}""", "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: SystemModstamp.")]
    [InlineData("Account", """{"Name":"A","NumberOfEmployees":"many"}""", "JSON_PARSER_ERROR", "Cannot deserialize instance of int from VALUE_STRING value many")]
    [InlineData("Account", """{"Name":"A","NumberOfEmployees":3000000000}""", "NUMBER_OUTSIDE_VALID_RANGE", "value outside of valid range")]
    [InlineData("Account", """{"Name":5}""", "JSON_PARSER_ERROR", "VALUE_NUMBER_INT")]
    [InlineData("Account", """{"Name":"A","ParentId":"0035e0000000001AAA"}""", "MALFORMED_ID", "id value of incorrect type")]
    [InlineData("Account", """{"Name":"A","ParentId":"0015e0000000001AAA"}""", "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")]
    [InlineData("Contact", """{"LastName":"V","Email":"nobody"}""", "INVALID_EMAIL_ADDRESS", "Email: invalid email address: nobody")]
    [InlineData("Contact", """{"LastName":"V","Country__c":"Foo"}""", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Country: bad value for restricted picklist field: Foo")]
    [InlineData("Contact", """{"LastName":"V","Birthdate":"yesterday"}""", "JSON_PARSER_ERROR", "date")]
    [InlineData("Contact", """{"LastName":"123456789012345678901234567890123456789012345678901234567890123456789012345678901"}""", "STRING_TOO_LONG", "(max length=80)")]
    [InlineData("Contact", "{", "JSON_PARSER_ERROR", "Unexpected character")]
    public async Task A_value_that_cannot_be_is_refused_with_the_vendors_code(string name, string body, string code, string message)
    {
        await using var org = await SalesforceCalls.StartAsync();

        var answer = await org.SendAsync(HttpMethod.Post, $"/sobjects/{name}", body);

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
        Assert.Empty(org.Crm.State(name).Streams[name]);
    }

    [Fact]
    public async Task A_write_on_condition_is_refused_when_the_row_has_changed_meanwhile()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var id = org.Create("Contact", ("LastName", "Voss"));
        org.Clock.Advance(TimeSpan.FromSeconds(10));
        org.Edit("Contact", id, ("FirstName", "Mara"));

        var stale = await org.PatchAsync($"/sobjects/Contact/{id}", new { Title = "x" }, ("If-Unmodified-Since", "Thu, 10 Sep 2026 08:00:09 GMT"));
        Assert.Equal(412, stale.Status);
        Assert.Null(org.Crm.StateOf("Contact", id)!.Properties["Title"]);
        Assert.Equal(400, (await org.PatchAsync($"/sobjects/Contact/{id}", new { Title = "x" }, ("If-Unmodified-Since", "yesterday"))).Status);
        Assert.Equal(204, (await org.PatchAsync($"/sobjects/Contact/{id}", new { Title = "x" }, ("If-Unmodified-Since", "Thu, 10 Sep 2026 08:00:10 GMT"))).Status);
        Assert.Equal(304, (await org.GetAsync($"/sobjects/Contact/{id}", ("If-Modified-Since", "Thu, 10 Sep 2026 08:00:10 GMT"))).Status);
    }

    [Fact]
    public async Task An_external_id_creates_updates_and_finds_a_row()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var created = await org.PatchAsync("/sobjects/Account/Ext__c/42", new { Name = "Nord" });
        var updated = await org.PatchAsync("/sobjects/Account/Ext__c/42", new { Name = "Süd" });
        Assert.Equal((201, true, 200, false), (created.Status, created.Json.GetProperty("created").GetBoolean(), updated.Status, updated.Json.GetProperty("created").GetBoolean()));
        Assert.Equal("Süd", (await org.GetAsync("/sobjects/Account/Ext__c/42")).Json.GetProperty("Name").GetString());
        Assert.Equal(404, (await org.PatchAsync("/sobjects/Account/Ext__c/43?updateOnly=true", new { Name = "x" })).Status);
        var contact = await org.PostAsync("/sobjects/Contact", new { LastName = "Voss", Account = new { Ext__c = "42" } });
        Assert.Equal(created.Json.GetProperty("id").GetString(), org.Crm.StateOf("Contact", contact.Json.GetProperty("id").GetString()!)!.Properties["AccountId"]);
        Assert.Equal("DUPLICATE_VALUE", (await org.PostAsync("/sobjects/Account", new { Name = "x", Ext__c = "42" })).Code);
        org.Create("Account", ("Name", "Twin"), ("Ext__c", "42"));
        Assert.Equal(300, (await org.PatchAsync("/sobjects/Account/Ext__c/42", new { Name = "x" })).Status);
    }

    [Fact]
    public async Task A_collection_answers_for_each_row_and_holds_all_or_none_if_told_so()
    {
        await using var org = await SalesforceCalls.StartAsync();
        object[] records = [new { attributes = new { type = "Account" }, Name = "A" }, new { attributes = new { type = "Contact" }, FirstName = "no last name" }];

        var some = await org.PostAsync("/composite/sobjects", new { allOrNone = false, records });
        Assert.Equal((200, true, false, "REQUIRED_FIELD_MISSING"), (some.Status, some.Json[0].GetProperty("success").GetBoolean(), some.Json[1].GetProperty("success").GetBoolean(),
            some.Json[1].GetProperty("errors")[0].GetProperty("statusCode").GetString()));
        var none = await org.PostAsync("/composite/sobjects", new { allOrNone = true, records });
        Assert.Equal("ALL_OR_NONE_OPERATION_ROLLED_BACK", none.Json[0].GetProperty("errors")[0].GetProperty("statusCode").GetString());
        Assert.Equal(1, (await org.QueryAsync("SELECT count() FROM Account")).Total);

        var id = some.Json[0].GetProperty("id").GetString();
        var changed = await org.PatchAsync("/composite/sobjects", new { records = new[] { new { id, attributes = new { type = "Account" }, Name = "B" } } });
        Assert.True(changed.Json[0].GetProperty("success").GetBoolean());
        var upserted = await org.PatchAsync("/composite/sobjects/Account/Ext__c", new { records = new[] { new { attributes = new { type = "Account" }, Ext__c = "7", Name = "C" } } });
        Assert.True(upserted.Json[0].GetProperty("created").GetBoolean());
        var read = await org.PostAsync("/composite/sobjects/Account", new { ids = new[] { id, "0015e0000000001AAA" }, fields = new[] { "Name" } });
        Assert.Equal(("B", JsonValueKind.Null), (read.Json[0].GetProperty("Name").GetString(), read.Json[1].ValueKind));
        var deleted = await org.DeleteAsync($"/composite/sobjects?ids={id},{id}");
        Assert.Equal((true, "ENTITY_IS_DELETED"), (deleted.Json[0].GetProperty("success").GetBoolean(), deleted.Json[1].GetProperty("errors")[0].GetProperty("statusCode").GetString()));
        Assert.Equal("EXCEEDED_ID_LIMIT", (await org.PostAsync("/composite/sobjects", new { records = Enumerable.Repeat(records[0], 201) })).Code);
    }

    [Fact]
    public async Task A_composite_hands_answers_on_and_costs_one_call()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var used = Usage(await org.GetAsync("/limits"));

        var answer = await org.PostAsync("/composite", new
        {
            compositeRequest = new object[]
            {
                new { method = "POST", url = $"{SalesforceCalls.Root}/sobjects/Account", referenceId = "a", body = new { Name = "Nord" } },
                new { method = "POST", url = $"{SalesforceCalls.Root}/sobjects/Contact", referenceId = "c", body = new { LastName = "Voss", AccountId = "@{a.id}" } },
                new { method = "GET", url = $"{SalesforceCalls.Root}/query?q=SELECT+Id,AccountId+FROM+Contact", referenceId = "q" },
                new { method = "GET", url = $"{SalesforceCalls.Root}/sobjects/Account/@{{q.records[0].AccountId}}?fields=Name", referenceId = "g" },
                new { method = "GET", url = $"{SalesforceCalls.Root}/sobjects/Foo/describe", referenceId = "f" },
                new { method = "GET", url = $"{SalesforceCalls.Root}/sobjects/Account/@{{f.id}}", referenceId = "h" },
            },
        });

        var parts = answer.Json.GetProperty("compositeResponse");
        Assert.Equal([201, 201, 200, 200, 404, 400], parts.EnumerateArray().Select(part => part.GetProperty("httpStatusCode").GetInt32()));
        Assert.Equal("Nord", parts[3].GetProperty("body").GetProperty("Name").GetString());
        Assert.Equal("PROCESSING_HALTED", parts[5].GetProperty("body")[0].GetProperty("errorCode").GetString());
        Assert.Equal(used + 1, Usage(answer));
    }

    [Fact]
    public async Task A_composite_that_fails_leaves_nothing_when_all_or_none_is_meant()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var answer = await org.PostAsync("/composite", new
        {
            allOrNone = true,
            compositeRequest = new object[]
            {
                new { method = "POST", url = $"{SalesforceCalls.Root}/sobjects/Account", referenceId = "a", body = new { Name = "Nord" } },
                new { method = "POST", url = $"{SalesforceCalls.Root}/sobjects/Account", referenceId = "b", body = new { Phone = "1" } },
            },
        });

        Assert.Equal(["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"],
            answer.Json.GetProperty("compositeResponse").EnumerateArray().Select(part => part.GetProperty("body")[0].GetProperty("errorCode").GetString()));
        Assert.Equal(0, (await org.QueryAsync("SELECT count() FROM Account")).Total);
    }

    [Fact]
    public async Task What_was_rolled_back_is_as_late_as_it_was_before()
    {
        await using var org = await SalesforceCalls.StartAsync();
        await org.ControlAsync("""[{"control":"lag","endpoint":"query","delay":"PT30S"}]""");
        var id = org.Create("Account", ("Name", "Late"));

        await org.PatchAsync("/composite/sobjects", new
        {
            allOrNone = true,
            records = new object[] { new { id, attributes = new { type = "Account" }, Name = "x" }, new { id, attributes = new { type = "Account" }, Name = (string?)null } },
        });

        Assert.Equal("Late", org.Crm.StateOf("Account", id)!.Properties["Name"]);
        Assert.Equal(0, (await org.QueryAsync("SELECT Id FROM Account")).Total);
        org.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, (await org.QueryAsync("SELECT Id FROM Account")).Total);
    }

    [Fact]
    public async Task A_batch_answers_each_request_by_itself()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var answer = await org.PostAsync("/composite/batch", new
        {
            batchRequests = new object[]
            {
                new { method = "POST", url = "v67.0/sobjects/Account", richInput = new { Name = "Nord" } },
                new { method = "GET", url = "v67.0/sobjects/Foo" },
            },
        });

        Assert.True(answer.Json.GetProperty("hasErrors").GetBoolean());
        Assert.Equal([201, 404], answer.Json.GetProperty("results").EnumerateArray().Select(part => part.GetProperty("statusCode").GetInt32()));
    }

    private static int Usage(SalesforceAnswer answer) => int.Parse(answer.Headers["Sforce-Limit-Info"].Split('=', '/')[1]);
}
