using System.Text.Json;
using Trueup.Emulators.Intercom;

namespace Trueup.Emulators.Tests.Intercom;

public sealed class ContactTests
{
    [Fact]
    public async Task Lists_within_a_contact_end_after_ten_and_say_where_the_rest_is()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var contact = crm.Create("contacts", ("name", "Busy"));
        for (var i = 0; i < 13; i++)
            crm.Link("contacts", contact, "companies", crm.Create("companies", ("company_id", $"c{i}")));

        var list = (await crm.GetAsync($"/contacts/{contact}")).Json.GetProperty("companies");
        var rest = await crm.GetAsync(list.GetProperty("url").GetString() + "?per_page=10");
        var last = await crm.GetAsync(rest.Json.GetProperty("pages").GetProperty("next").GetString()!);

        Assert.Equal((10, 13, true), (list.GetProperty("data").GetArrayLength(), list.GetProperty("total_count").GetInt32(), list.GetProperty("has_more").GetBoolean()));
        Assert.Equal(13, rest.Ids.Concat(last.Ids).Distinct().Count());
        Assert.Equal(13, JsonDocument.Parse(crm.Crm.StateOf("contacts", contact)!.Properties["companies"]!).RootElement.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task An_archived_contact_is_in_no_list_and_still_answers_by_its_id()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var contact = crm.Create("contacts", ("name", "Ada"));

        await crm.PostAsync($"/contacts/{contact}/archive");

        Assert.Equal(0, (await crm.GetAsync("/contacts")).Total);
        Assert.Empty(await crm.FindAsync("contacts", """{"field":"created_at","operator":">","value":0}"""));
        Assert.Equal(200, (await crm.GetAsync($"/contacts/{contact}")).Status);
        Assert.Equal("archived", crm.Crm.StateOf("contacts", contact)!.Deleted);
        await crm.PostAsync($"/contacts/{contact}/unarchive");
        Assert.Equal(1, (await crm.GetAsync("/contacts")).Total);
    }

    [Fact]
    public async Task Archived_contacts_can_be_unknown_by_their_ids_too()
    {
        await using var crm = await IntercomCalls.StartAsync(options: new IntercomEmulatorOptions { HidesArchivedContacts = true });
        var contact = crm.Create("contacts", ("name", "Ada"));
        crm.Crm.Mutate(new DeleteRecords("contacts", [contact]));

        Assert.Equal(404, (await crm.GetAsync($"/contacts/{contact}")).Status);
        Assert.Equal(200, (await crm.PostAsync($"/contacts/{contact}/unarchive")).Status);
    }

    [Fact]
    public async Task A_merged_contact_leads_to_the_last_of_its_chain_which_tells_what_it_took_in()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var (first, second, last) = (crm.Create("contacts", ("role", "lead"), ("phone", "1")), crm.Create("contacts", ("name", "B")), crm.Create("contacts", ("name", "C")));
        crm.Crm.Mutate(new MergeRecords("contacts", second, [first]), new MergeRecords("contacts", last, [second]));

        var merged = await crm.GetAsync($"/contacts/{first}");
        var history = await crm.GetAsync($"/contacts/{last}/merge_history");
        var inline = await crm.GetAsync($"/contacts/{last}?include_merge_history=true");
        crm.Version = "2.15";
        var before = await crm.GetAsync($"/contacts/{first}");

        Assert.Equal((410, "contact_merged", $"</contacts/{last}>; rel=\"canonical\""), (merged.Status, merged.Code, merged.Headers["Link"]));
        Assert.Equal(second, history.Records.Single().GetProperty("source_contact_id").GetString());
        Assert.Equal(second, inline.Json.GetProperty("merge_history")[0].GetProperty("source_contact_id").GetString());
        Assert.Equal("1", inline["phone"]);
        Assert.Equal((404, "not_found"), (before.Status, before.Code));
        Assert.Equal((last, "purged"), (crm.Crm.StateOf("contacts", second)!.MergedInto, crm.Crm.StateOf("contacts", second)!.Deleted));
    }

    [Fact]
    public async Task A_lead_is_merged_into_a_user_if_they_are_duplicates_or_somebody_insists()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var (lead, user) = (crm.Create("contacts", ("role", "lead")), crm.Create("contacts", ("email", "a@example.com")));

        Assert.Equal("invalid_merge", (await crm.PostAsync("/contacts/merge", new { from = lead, into = user })).Code);
        Assert.Equal("invalid_merge", (await crm.PostAsync("/contacts/merge", new { from = user, into = lead, skip_duplicate_validation = true })).Code);
        Assert.Equal(200, (await crm.PostAsync("/contacts/merge", new { from = lead, into = user, skip_duplicate_validation = true })).Status);
    }

    [Fact]
    public async Task A_contact_that_exists_is_named_in_the_refusal_archived_or_not()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var contact = crm.Create("contacts", ("email", "ada@example.com"), ("external_id", "7"));

        var byEmail = await crm.PostAsync("/contacts", new { email = "ada@example.com" });
        var asLead = await crm.PostAsync("/contacts", new { email = "ada@example.com", role = "lead" });
        crm.Crm.Mutate(new DeleteRecords("contacts", [contact]));
        var archived = await crm.PostAsync("/contacts", new { external_id = "7" });

        Assert.Equal((409, "conflict", $"A contact matching those details already exists with id={contact}"), (byEmail.Status, byEmail.Code, byEmail.Message));
        Assert.Equal(200, asLead.Status);
        Assert.Equal((409, $"An archived contact matching those details already exists with id={contact}"), (archived.Status, archived.Message));
    }

    [Theory]
    [InlineData("""{"custom_attributes":{"horn":1}}""")]
    [InlineData("""{"custom_attributes":{"seats":"many"}}""")]
    [InlineData("""{"custom_attributes":{"plan_tier":"tin"}}""")]
    [InlineData("""{"custom_attributes":{"is_champion":"yes"}}""")]
    [InlineData("""{"name":7.5,"signed_up_at":"soon"}""")]
    public async Task Values_of_the_wrong_kind_are_refused_and_nothing_is_written(string body)
    {
        await using var crm = await IntercomCalls.StartAsync();
        var contact = crm.Create("contacts", ("name", "Ada"));
        crm.Clock.Advance(TimeSpan.FromHours(1));

        var answer = await crm.SendAsync(HttpMethod.Put, $"/contacts/{contact}", body);

        Assert.Equal((400, "parameter_invalid"), (answer.Status, answer.Code));
        Assert.Equal(IntercomCalls.Start.ToUnixTimeSeconds(), (await crm.GetAsync($"/contacts/{contact}")).Json.GetProperty("updated_at").GetInt64());
    }

    [Fact]
    public async Task An_update_sets_what_it_names_clears_what_is_null_and_moves_the_stamp()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var contact = crm.Create("contacts", ("name", "Ada"), ("phone", "1"), ("custom_attributes.seats", "3"), ("custom_attributes.remark", "r"));
        crm.Clock.Advance(TimeSpan.FromMilliseconds(3_700));

        var answer = await crm.PutAsync($"/contacts/{contact}", new { phone = (string?)null, custom_attributes = new Dictionary<string, object?> { ["seats"] = null } });

        Assert.Equal(("Ada", null, """{"remark":"r"}"""), (answer["name"], answer["phone"], answer["custom_attributes"]));
        Assert.Equal(IntercomCalls.Start.ToUnixTimeSeconds() + 3, answer.Json.GetProperty("updated_at").GetInt64());
    }

    [Fact]
    public async Task Tags_companies_and_notes_move_the_stamp_of_the_contact_alone()
    {
        await using var crm = await IntercomCalls.StartAsync();
        var (contact, company) = (crm.Create("contacts", ("name", "Ada")), crm.Create("companies", ("company_id", "c")));
        crm.Clock.Advance(TimeSpan.FromSeconds(5));

        await crm.PostAsync($"/contacts/{contact}/companies", new { id = company });

        Assert.Equal(IntercomCalls.Start.ToUnixTimeSeconds() + 5, (await crm.GetAsync($"/contacts/{contact}")).Json.GetProperty("updated_at").GetInt64());
        var shown = await crm.GetAsync($"/companies/{company}");
        Assert.Equal((IntercomCalls.Start.ToUnixTimeSeconds(), 1), (shown.Json.GetProperty("updated_at").GetInt64(), shown.Json.GetProperty("user_count").GetInt32()));
        Assert.Equal(company, crm.Crm.StateOf("contacts", contact)!.Links.Single().Id);
    }
}
