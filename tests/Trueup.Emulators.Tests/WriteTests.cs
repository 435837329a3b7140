namespace Trueup.Emulators.Tests;

public sealed class WriteTests
{
    [Fact]
    public async Task One_bad_input_refuses_a_whole_batch_and_writes_nothing()
    {
        await using var hub = await HubSpotCalls.StartAsync();

        var answer = await hub.PostAsync("/crm/v3/objects/companies/batch/create", new
        {
            inputs = new object[] { new { properties = new { name = "Good" } }, new { properties = new { nonsense = "1" } } },
        });

        Assert.Equal(400, answer.Status);
        Assert.Empty(await hub.WalkAsync("companies"));
    }

    [Fact]
    public async Task Trace_ids_let_the_good_inputs_of_a_batch_through()
    {
        await using var hub = await HubSpotCalls.StartAsync();

        var answer = await hub.PostAsync("/crm/v3/objects/companies/batch/create", new
        {
            inputs = new object[]
            {
                new { properties = new { name = "Good" }, objectWriteTraceId = "a" }, new { properties = new { nonsense = "1" }, objectWriteTraceId = "b" },
            },
        });

        Assert.Equal(207, answer.Status);
        Assert.Equal("a", answer.Results.Single().GetProperty("objectWriteTraceId").GetString());
        Assert.Equal("b", answer.Json.GetProperty("errors")[0].GetProperty("context").GetProperty("objectWriteTraceId")[0].GetString());
        Assert.Single(await hub.WalkAsync("companies"));
    }

    [Fact]
    public async Task Duplicate_ids_in_a_batch_are_refused_by_name()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("companies", ("name", "One"));

        var answer = await hub.PostAsync("/crm/v3/objects/companies/batch/update", new { inputs = new[] { new { id }, new { id } } });

        Assert.Equal(400, answer.Status);
        Assert.Equal(id, answer.Json.GetProperty("context").GetProperty("ids")[0].GetString());
    }

    [Fact]
    public async Task An_email_address_is_taken_whatever_its_letter_case_until_its_contact_is_archived()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        var id = hub.Create("contacts", ("email", "ada@example.com"));
        var create = new { properties = new { email = "ADA@example.com" } };

        var taken = await hub.PostAsync("/crm/v3/objects/contacts", create);
        Assert.Equal(409, taken.Status);
        Assert.EndsWith($"Existing ID: {id}", taken.Json.GetProperty("message").GetString(), StringComparison.Ordinal);

        hub.Crm.Mutate(new DeleteRecords("contacts", [id]));
        Assert.Equal(201, (await hub.PostAsync("/crm/v3/objects/contacts", create)).Status);
    }

    [Fact]
    public async Task A_patch_by_a_merged_id_changes_the_survivor_but_a_batch_does_not()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        string[] ids = [hub.Create("contacts", ("firstname", "A")), hub.Create("contacts", ("firstname", "B"))];
        var survivor = hub.Crm.Mutate(new MergeRecords("contacts", ids[0], [ids[1]]))[0].Id;

        var patched = await hub.SendAsync(HttpMethod.Patch, $"/crm/v3/objects/contacts/{ids[1]}", """{"properties":{"city":"Kiel"}}""");
        var batch = await hub.PostAsync("/crm/v3/objects/contacts/batch/update", new { inputs = new[] { new { id = ids[1], properties = new { city = "Bern" } } } });

        Assert.Equal(survivor, patched.Json.GetProperty("id").GetString());
        Assert.Equal(404, batch.Status);
        Assert.Equal("Kiel", (await hub.GetAsync($"/crm/v3/objects/contacts/{survivor}?properties=city")).Property("city"));
    }

    [Fact]
    public async Task A_leading_semicolon_appends_to_a_multiple_choice()
    {
        await using var hub = await HubSpotCalls.StartAsync(records: 10);
        var id = hub.Create("contacts", ("interests", "north"));

        await hub.SendAsync(HttpMethod.Patch, $"/crm/v3/objects/contacts/{id}", """{"properties":{"interests":";south"}}""");

        Assert.Equal("north;south", (await hub.GetAsync($"/crm/v3/objects/contacts/{id}?properties=interests")).Property("interests"));
    }

    [Fact]
    public async Task A_property_removed_and_made_again_has_its_values_and_its_age_back()
    {
        await using var hub = await HubSpotCalls.StartAsync();
        hub.Crm.Mutate(new AddField("contacts", new EmulatedField("tier")));
        var id = hub.Create("contacts", ("tier", "gold"));
        hub.Clock.Advance(TimeSpan.FromDays(1));
        await hub.SendAsync(HttpMethod.Delete, "/crm/v3/properties/contacts/tier", null);
        Assert.DoesNotContain("gold", (await hub.GetAsync($"/crm/v3/objects/contacts/{id}?properties=tier")).Text, StringComparison.Ordinal);

        var again = await hub.PostAsync("/crm/v3/properties/contacts", new { name = "tier", label = "Tier", type = "string", fieldType = "text", groupName = "contactinformation" });

        Assert.Equal("2026-09-10T08:00:00Z", again.Json.GetProperty("createdAt").GetString());
        Assert.Equal("gold", (await hub.GetAsync($"/crm/v3/objects/contacts/{id}?properties=tier")).Property("tier"));
    }
}
