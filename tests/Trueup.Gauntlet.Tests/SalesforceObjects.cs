using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 8 to 11, 16 and 20, against Salesforce: values, fields and objects.</summary>
public sealed class SalesforceObjects
{
    [Fact]
    public async Task G79_fields_added_changed_and_removed_cost_no_record_and_no_other_value()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact");
        var records = account.Ids("contact").Count;
        foreach (var change in new Mutation[]
        {
            new AddField("contact", new EmulatedField("Tier__c", "Tier", "double")),
            new EditField("contact", new EmulatedField("Tier__c", "Level", "string")),
            new RemoveField("contact", "Remarks__c"),
            new HideField("contact", "Title"),
            new ShowField("contact", "Title"),
        })
        {
            account.Crm.Mutate(change);
            account.Pass(TimeSpan.FromHours(25));
            await account.SyncAsync(SyncKind.Hourly);
            Assert.Equal(records, (await account.MirroredIdsAsync("contact")).Count);
        }

        await account.SyncAsync(SyncKind.Full);
        Assert.Equal(records, (await account.MirroredIdsAsync("contact")).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G96_ids_that_differ_only_in_letter_case_are_two_records_and_short_and_long_forms_the_same_one()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(400, "contact");
        var ids = account.Ids("contact");
        var alike = ids.GroupBy(id => id[..15].ToLowerInvariant()).First(group => group.Count() > 1).ToArray();
        account.Crm.Mutate(
            new EditRecords("contact", [alike[0]], new Dictionary<string, string?> { ["Title"] = "one" }),
            new EditRecords("contact", [alike[1]], new Dictionary<string, string?> { ["Title"] = "another", ["ReportsToId"] = alike[0][..15] }));

        await account.SyncAsync(SyncKind.Records, "contact", alike[0][..15], alike[1]);

        Assert.Equal(ids.Count, (await account.MirroredIdsAsync("contact")).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G99_days_and_instants_near_midnight_are_kept_exactly()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(60, "contact");
        var ids = account.Ids("contact");
        string[] instants = ["2026-03-31T23:59:59.000Z", "2026-04-01T00:00:00.000Z", "2026-03-29T01:30:00.000Z", "2026-10-25T00:30:00.000Z"];
        string[] days = ["2026-03-31", "2026-04-01", "1700-01-01", "4000-12-31"];
        for (var index = 0; index < instants.Length; index++)
            account.Crm.Mutate(new EditRecords("contact", [ids[index]], new Dictionary<string, string?> { ["Contract_Start__c"] = instants[index], ["Birthdate"] = days[index] }));

        await account.SyncAsync(SyncKind.LastHour);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G106_line_breaks_quotes_and_separators_survive_every_way_of_reading()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(80, "contact");
        string[] texts = ["a\nb", "a\r\nb", "a\rb", "\"quoted\"", "a,b;c", "\"\"", "a\u2028b", "a\u0000b", "ends with \\", "😀\n"];
        var ids = account.Ids("contact");
        for (var index = 0; index < texts.Length; index++)
            account.Crm.Mutate(new EditRecords("contact", [ids[index]], new Dictionary<string, string?> { ["Remarks__c"] = texts[index] }));
        account.Crm.Control(new CutControl(2_500) { Endpoint = "query", Times = 2 });

        await account.SyncAsync(SyncKind.LastHour);
        await account.AssertEqualAsync();
        await account.SyncAsync(SyncKind.Records, "contact", [.. ids.Take(texts.Length)]);
        await account.AssertEqualAsync();
        await account.SyncAsync(SyncKind.Full);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G107_a_record_without_an_id_is_set_aside_and_all_others_proceed()
    {
        await using var account = await SalesforceAccount.StartAsync(300, "contact");
        account.Crm.Control(new NoIdControl { Endpoint = "query", Share = 0.02 });

        var report = await account.SyncAsync(SyncKind.Onboarding);

        Assert.Equal(SyncStatus.Unverified, report.Status);
        Assert.InRange(account.Of(report, "contact").SetAside, 1, 30);
        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G110_truncated_answers_and_html_are_read_again_and_never_believed()
    {
        await using var account = await SalesforceAccount.StartAsync(600, "contact");
        account.Crm.Control(
            new TruncateControl(5_000) { Endpoint = "query", Times = 1 },
            new FaultControl(200, new Dictionary<string, string> { ["Content-Type"] = "text/html" }, "<html>Down for maintenance</html>") { Endpoint = "query", Times = 1 },
            new CutControl(9_000) { Endpoint = "query", Times = 1 });

        await account.OnboardAsync();

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G146_a_field_that_becomes_readable_is_filled_for_records_nobody_touched()
    {
        await using var account = await SalesforceAccount.StartAsync(400, "contact");
        account.Crm.Mutate(new HideField("contact", "Remarks__c"));
        await account.OnboardAsync();
        account.Crm.Mutate(new ShowField("contact", "Remarks__c"));
        account.Pass(TimeSpan.FromHours(25));

        await account.SyncAsync(SyncKind.Nightly);

        Assert.Contains(account.Crm.State("contact").Streams.Values.Single(), record => !string.IsNullOrEmpty(record.Properties.GetValueOrDefault("Remarks__c")));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G149_more_fields_than_an_address_holds_are_all_mirrored()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(1_000, "survey__c");
        account.Crm.Mutate(new EditRecords("survey__c", account.Ids("survey__c"), new Dictionary<string, string?>
        {
            ["Answer_To_Question_004__c"] = "first", ["Answer_To_Question_556__c"] = "last",
        }));

        await account.SyncAsync(SyncKind.Hourly);

        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G150_an_object_that_the_user_may_no_longer_see_freezes_its_stream_and_deletes_nothing()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(400, "contact", "campaign");
        var campaigns = await account.MirroredIdsAsync("campaign");
        account.Crm.Mutate(new HideStream("campaign"));
        account.Pass(TimeSpan.FromHours(25));

        await account.SyncAsync(SyncKind.Full);

        Assert.Equal(campaigns, await account.MirroredIdsAsync("campaign"));
        account.Crm.Mutate(new ShowStream("campaign"));
        account.Pass(TimeSpan.FromHours(25));
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G169_formulas_that_change_with_their_parent_and_move_no_stamp_are_right_after_the_nightly_sync()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(300, "contact", "account");
        account.Crm.Mutate(new EditRecords("account", account.Ids("account"), new Dictionary<string, string?> { ["Rating"] = "Glowing" }));

        await account.SyncAsync(SyncKind.Nightly);

        Assert.Contains(account.Crm.State("contact").Streams.Values.Single(), record => record.Properties.GetValueOrDefault("Account_Rating__c") == "Glowing");
        await account.AssertEqualAsync();
    }
}
