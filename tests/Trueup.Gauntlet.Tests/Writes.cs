using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Engine.Edits;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries about writing to the CRM: lost answers, part failures, conflicts, echoes.</summary>
public sealed class Writes
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Fact]
    public async Task G57_a_create_whose_answer_is_lost_makes_one_record_and_says_so()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(60, streams: "contacts");
        account.Crm.Control(new CutControl(0) { Endpoint = "batch-create", Times = 1 });

        var results = await account.EditAsync("contacts", HubSpotAccount.Creation(("firstname", "Only"), ("city", "Once")));

        Assert.Equal(EditResult.Created, results[0].Result);
        Assert.Equal(1, account.Crm.State("contacts").Streams["contacts"].Count(record => record.Properties.GetValueOrDefault("city") == "Once"));
        Assert.Equal(1, account.Crm.Requests.Count("batch-create"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G57_a_create_that_the_crm_never_carried_out_is_told_as_not_made_and_not_sent_again()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(60, streams: "contact");
        account.Crm.Control(new FaultControl(500, NoHeaders, null) { Endpoint = "collections-create", Times = 1 });

        var results = await account.EditAsync("contact", SalesforceAccount.Creation(("LastName", "Never")));

        Assert.Equal(EditResult.Rejected, results[0].Result);
        Assert.Contains("was not made", results[0].Reason, StringComparison.Ordinal);
        Assert.Equal(1, account.Crm.Requests.Count("collections-create"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G57_a_person_whose_making_was_not_heard_of_is_found_and_not_made_again()
    {
        await using var account = await IntercomAccount.OnboardedAsync(60, "contacts");
        account.Crm.Control(new CutControl(0) { Endpoint = "create", Times = 1 });

        var results = await account.EditAsync("contacts", IntercomAccount.Creation(("role", "lead"), ("name", "Only Once")), IntercomAccount.Creation(("role", "user"), ("external_id", "once")));

        Assert.All(results, result => Assert.Equal(EditResult.Created, result.Result));
        Assert.Equal(2, account.Crm.Requests.Count("create"));
        Assert.Single(account.Crm.State("contacts").Streams["contacts"], record => record.Properties.GetValueOrDefault("name") == "Only Once");
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G157_edits_of_people_on_both_sides_conflict_only_where_they_are_about_the_same_field()
    {
        await using var account = await IntercomAccount.OnboardedAsync(60, "contacts", "companies");
        var ids = account.Ids("contacts");
        account.Pass(TimeSpan.FromSeconds(5));
        account.Crm.Mutate(
            new EditRecords("contacts", [ids[0]], new Dictionary<string, string?> { ["phone"] = "+49 431 1" }), new EditRecords("contacts", [ids[1]], new Dictionary<string, string?> { ["name"] = "Theirs" }));
        account.Pass(TimeSpan.FromSeconds(5));

        var results = await account.EditAsync(
            "contacts", IntercomAccount.Change(ids[0], "name", "Mine"), IntercomAccount.Change(ids[1], "name", "Mine"), IntercomAccount.Linking(ids[2], "companies", account.Ids("companies")[^1]));

        Assert.Equal([EditResult.Updated, EditResult.Conflict], results.Take(2).Select(result => result.Result));
        Assert.True(results[2].Result is EditResult.Updated or EditResult.Unmodified, results[2].Reason);
        Assert.Equal("{\"name\":\"Theirs\"}", results[1].Current);

        // How many people a company has is worked out by the app, and moves no stamp.
        await account.SyncAsync(SyncKind.Full);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G89_an_empty_text_clears_a_text_and_a_number_and_makes_no_field()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(60, streams: "contacts");
        var ids = account.Ids("contacts");
        await account.EditAsync("contacts", HubSpotAccount.Change(ids[0], "city", "Kiel"), HubSpotAccount.Change(ids[1], "annualrevenue", "12.5"));

        var results = await account.EditAsync(
            "contacts", HubSpotAccount.Change(ids[0], "city", ""), HubSpotAccount.Change(ids[1], "annualrevenue", ""), HubSpotAccount.Change(ids[2], "not_yet_there", ""));

        Assert.Equal([EditResult.Updated, EditResult.Updated, EditResult.Rejected], results.Select(result => result.Result));
        Assert.True(string.IsNullOrEmpty(await account.MirroredAsync("contacts", ids[1], "annualrevenue")));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G155_readers_never_see_the_first_of_two_quick_edits_after_the_second()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(60, streams: "contacts");
        var id = account.Ids("contacts")[0];
        await account.EditAsync("contacts", HubSpotAccount.Change(id, "city", "A"));
        account.Crm.Control(
            new LagControl(TimeSpan.FromMinutes(1)) { Endpoint = "search" }, new StallControl(TimeSpan.FromMilliseconds(300)) { Endpoint = "batch-update", Times = 1 });

        var second = account.EditAsync("contacts", HubSpotAccount.Change(id, "city", "B"));
        var seen = new List<string?>();
        while (!second.IsCompleted)
        {
            await account.SyncAsync(SyncKind.LastHour);
            seen.Add(await account.MirroredAsync("contacts", id, "city"));
        }

        for (var i = 0; i < 3; i++)
        {
            await account.SyncAsync(SyncKind.LastHour);
            seen.Add(await account.MirroredAsync("contacts", id, "city"));
            account.Pass(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(EditResult.Updated, (await second)[0].Result);
        Assert.All(seen.SkipWhile(city => city == "A"), city => Assert.Equal("B", city));
        Assert.Equal("B", seen[^1]);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G156_edits_made_while_everything_is_pulled_reach_the_crm_and_make_no_echo()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, streams: "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Control(new PagesControl([50]) { Endpoint = "list" }, new StallControl(TimeSpan.FromMilliseconds(150)) { Endpoint = "list" });
        account.Crm.Requests.Clear();

        var pull = account.SyncAsync(SyncKind.Full);
        var results = await account.EditAsync("contacts", HubSpotAccount.Change(ids[0], "city", "X"), HubSpotAccount.Change(ids[^1], "city", "Y"));
        Assert.False(pull.IsCompleted, "The pull was over before the edits.");
        var report = await pull;
        account.Crm.ClearControls();
        await account.SyncAsync(SyncKind.Records, "contacts", ids[0], ids[^1]);
        await account.SyncAsync(SyncKind.Hourly);

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal(SyncStatus.Verified, report.Status);
        Assert.Equal(1, account.Crm.Requests.Count("batch-update"));
        var changes = await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None);
        Assert.Single(changes, change => change.Id.Value == ids[0] && change.Kind == ChangeKind.Changed);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G157_edits_on_both_sides_keep_different_fields_and_report_the_same_field_with_both_values()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(60, streams: "contact");
        var ids = account.Ids("Contact");
        account.Crm.Mutate(
            new EditRecords("Contact", [ids[0]], new Dictionary<string, string?> { ["Department"] = "Theirs" }), new EditRecords("Contact", [ids[1]], new Dictionary<string, string?> { ["Title"] = "Theirs" }));
        account.Pass(TimeSpan.FromSeconds(5));

        var results = await account.EditAsync("contact", SalesforceAccount.Change(ids[0], "Title", "Mine"), SalesforceAccount.Change(ids[1], "Title", "Mine"));

        Assert.Equal([EditResult.Updated, EditResult.Conflict], results.Select(result => result.Result));
        Assert.Equal("{\"Title\":\"Theirs\"}", results[1].Current);
        Assert.Matches("The record was last changed by user 005[A-Za-z0-9]{15} at 20", results[1].Reason);
        Assert.Equal("Theirs", await account.MirroredAsync("contact", ids[0], "Department"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G159_a_thousand_writes_to_children_of_one_parent_of_which_a_third_meet_a_lock_are_all_applied_once()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(1_100, streams: "contact");
        var ids = account.Ids("Contact").Take(1_000).ToList();
        account.Crm.Control(new PartialControl { Endpoint = "collections-update", Share = 0.3, Times = 900 });
        account.Crm.Requests.Clear();

        var results = await account.EditAsync("contact", [.. ids.Select(id => SalesforceAccount.Change(id, "Title", "Child"))]);

        var made = results.Count(result => result.Result == EditResult.Updated);
        Assert.True(made >= 990, $"{made} of 1,000 were made.");
        Assert.All(results.Where(result => result.Result != EditResult.Updated), result => Assert.Contains("UNABLE_TO_LOCK_ROW", result.Reason, StringComparison.Ordinal));
        Assert.Equal(made, account.Crm.Requests.All.Sum(request => request.Written));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G160_three_bad_records_of_a_hundred_are_reported_each_with_its_reason_and_the_others_written()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, streams: "contacts");
        var ids = account.Ids("contacts").Take(100).ToList();
        string[] bad = ["no address", "@", "two words@example.com"];

        var results = await account.EditAsync("contacts", [.. ids.Select((id, place) => place < 3 ? HubSpotAccount.Change(id, "email", bad[place]) : HubSpotAccount.Change(id, "city", "Kiel-Nord"))]);

        Assert.All(results.Take(3).Zip(bad), pair => Assert.Contains(pair.Second, pair.First.Reason, StringComparison.Ordinal));
        Assert.All(results.Skip(3), result => Assert.Equal(EditResult.Updated, result.Result));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G161_one_conflict_does_not_refuse_the_other_ninety_nine()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, streams: "contacts");
        var ids = account.Ids("contacts").Take(100).ToList();
        account.Crm.Control(new FaultControl(409, NoHeaders, null) { Endpoint = "batch-update", Times = 1 });
        account.Crm.Requests.Clear();

        var results = await account.EditAsync("contacts", [.. ids.Select(id => HubSpotAccount.Change(id, "city", "Kiel-Nord"))]);

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal(100, account.Crm.Requests.All.Sum(request => request.Written));
        Assert.Equal(3, account.Crm.Requests.Count("batch-update"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G178_a_write_to_a_merged_record_names_its_survivor()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(60, streams: "contacts");
        var ids = account.Ids("contacts");
        var survivor = account.Crm.Mutate(new MergeRecords("contacts", ids[0], [ids[1]]))[0].Id!;

        var results = await account.EditAsync("contacts", HubSpotAccount.Change(ids[1], "city", "Kiel-Nord"));

        Assert.Equal(EditResult.Rejected, results[0].Result);
        Assert.Contains($"merged into {survivor}", results[0].Reason, StringComparison.Ordinal);
        await account.SyncAsync(SyncKind.Hourly);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G57_links_whose_answer_is_lost_are_made_once_and_the_mirror_has_them()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(60, 1, "contacts", "companies");
        var (ids, companies) = (account.Ids("contacts"), account.Ids("companies"));
        account.Crm.Control(new CutControl(0) { Endpoint = "associations-write", Times = 1 });

        var results = await account.EditAsync("contacts", [.. ids.Take(20).Select(id => HubSpotAccount.Linking(id, "companies", companies[^1], "Primary"))]);

        Assert.All(results, result => Assert.True(result.Result is EditResult.Updated or EditResult.Unmodified, result.Reason));
        Assert.Equal(1, account.Crm.Requests.Count("associations-write"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G169_links_that_were_edited_are_no_difference_for_the_syncs_after_it()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(120, 1, "contacts", "companies", "deals");
        var (ids, companies) = (account.Ids("contacts"), account.Ids("companies"));
        var before = account.Crm.State("contacts").Streams["contacts"].First(record => record.Deleted is null && record.Associations.GetValueOrDefault("companies") is { Count: > 0 });

        var results = await account.EditAsync(
            "contacts", HubSpotAccount.Linking(ids[0], "companies", companies[^1]), HubSpotAccount.Linking(ids[1], "contacts", ids[2]),
            HubSpotAccount.Unlinking(before.Id, "companies", before.Associations["companies"][0]));

        Assert.All(results, result => Assert.True(result.Result is EditResult.Updated or EditResult.Unmodified, result.Reason));
        await account.AssertEqualAsync();
        var hourly = await account.SyncAsync(SyncKind.Hourly);
        var full = await account.SyncAsync(SyncKind.Full);
        Assert.Equal((SyncStatus.Verified, 0L), (full.Status, hourly.Streams.Concat(full.Streams).Sum(stream => stream.LinksChanged)));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G57_a_run_that_dies_while_its_bulk_job_is_under_way_waits_for_the_job_and_makes_nothing_twice()
    {
        await using var account = await SalesforceAccount.OnboardedForBulkWritesAsync(60, 250, "contact");
        account.Crm.Control(new JobControl(TimeSpan.FromMinutes(10), null, JobEnd.Complete, null) { Endpoint = "ingest-create" });
        account.Edits.Add("run", Enumerable.Range(0, 300).Select(place => SalesforceAccount.Creation(("LastName", $"Once {place}"), ("Department", "Bulk")) with { Position = place }));
        using var death = new CancellationTokenSource();
        account.Crm.Requests.Clear();
        var dying = account.RunEditAsync("run", "contact", death.Token);
        while (account.Crm.Requests.Count("ingest-poll") == 0)
            await Task.WhenAny(dying, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None));
        await death.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dying);
        await account.RestartAsync();

        var going = account.RunEditAsync("run", "contact", CancellationToken.None);
        while (account.Crm.Requests.Count("ingest-list") == 0)
            await Task.WhenAny(going, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None));
        Assert.False(going.IsCompleted, "The run ended before the job.");
        account.Pass(TimeSpan.FromMinutes(11));
        Assert.True((await going).IsSettled);

        Assert.All(account.Edits.Of("run"), result => Assert.Equal(EditResult.Created, result.Result));
        Assert.Equal(300, account.Crm.State("Contact").Streams["Contact"].Count(record => record.Properties.GetValueOrDefault("Department") == "Bulk"));
        Assert.Equal(1, account.Crm.Requests.Count("ingest-create"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task Changes_above_the_threshold_are_one_bulk_job_and_the_syncs_after_it_find_nothing()
    {
        await using var account = await SalesforceAccount.OnboardedForBulkWritesAsync(400, 250, "contact");
        var ids = account.Ids("Contact").Take(300).ToList();
        account.Crm.Requests.Clear();

        var results = await account.EditAsync("contact", [.. ids.Select((id, place) => place == 100 ? SalesforceAccount.Change(id, "Email", "no address") : SalesforceAccount.Change(id, "Title", "Captain"))]);

        Assert.Equal((299, 1), (results.Count(result => result.Result == EditResult.Updated), results.Count(result => result.Result == EditResult.Rejected)));
        Assert.Contains("INVALID_EMAIL_ADDRESS", results[100].Reason, StringComparison.Ordinal);
        Assert.Equal((1, 0), (account.Crm.Requests.Count("ingest-create"), account.Crm.Requests.Count("collections-update")));
        var events = (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None)).Count;
        await account.SyncAsync(SyncKind.Hourly);
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);
        Assert.Equal(events, (await account.Mirror.ChangesAsync(0, 10_000, CancellationToken.None)).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task Ids_of_fifteen_characters_are_taken_for_the_records_that_they_name()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(60, "account", "contact");
        var (contact, other) = (account.Ids("Contact")[0], account.Ids("Contact")[1]);
        var held = await account.MirroredAsync("contact", other, "AccountId");
        var company = account.Ids("Account").First(id => id != held);

        var results = await account.EditAsync(
            "contact", SalesforceAccount.Change(contact[..15], "Title", "Dr"), SalesforceAccount.Change(other, "AccountId", company[..15]));

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        Assert.Equal(contact, results[0].Id.Value);
        Assert.Equal((("Dr", company)), (await account.MirroredAsync("contact", contact, "Title"), await account.MirroredAsync("contact", other, "AccountId")));
    }

    [Fact]
    public async Task A_link_in_salesforce_is_the_lookup_field_that_holds_it()
    {
        await using var account = await SalesforceAccount.OnboardedAsync(60, "account", "contact");
        var (ids, accounts) = (account.Ids("Contact"), account.Ids("Account"));

        var linked = await account.EditAsync("contact", SalesforceAccount.Linking(ids[0], "account", accounts[^1], "Account ID"), SalesforceAccount.Linking(ids[1], "account", "001000000000000AAA"));
        account.Crm.Mutate(new EditRecords("Contact", [ids[2]], new Dictionary<string, string?> { ["AccountId"] = accounts[1] }));
        account.Pass(TimeSpan.FromSeconds(5));
        var unlinked = await account.EditAsync("contact", SalesforceAccount.Unlinking(ids[0], "account", accounts[^1]), SalesforceAccount.Unlinking(ids[2], "account", accounts[0]));

        Assert.Equal([EditResult.Updated, EditResult.Rejected], linked.Select(result => result.Result));
        Assert.Contains("not among account", linked[1].Reason, StringComparison.Ordinal);
        Assert.Equal([EditResult.Updated, EditResult.Conflict], unlinked.Select(result => result.Result));
        Assert.Null(await account.MirroredAsync("contact", ids[0], "AccountId"));

        // How many contacts an account has is worked out by Salesforce, and moves no stamp.
        await account.SyncAsync(SyncKind.Full);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task Ten_thousand_changes_of_one_field_cost_a_read_and_a_write_a_batch()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(10_000, streams: "contacts");
        var ids = account.Ids("contacts").Take(10_000).ToList();
        account.Crm.Requests.Clear();
        account.KeepPace();

        var results = await account.EditAsync("contacts", [.. ids.Select(id => HubSpotAccount.Change(id, "jobtitle", "Captain"))]);

        Assert.All(results, result => Assert.Equal(EditResult.Updated, result.Result));
        var batches = (ids.Count + 99) / 100;
        Assert.Equal((batches, batches), (account.Crm.Requests.Count("batch-read"), account.Crm.Requests.Count("batch-update")));
        Assert.Equal(2 * batches, account.Crm.Requests.All.Count);
        await account.AssertEqualAsync();
    }
}
