using System.Text.Json;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class QueryTests
{
    [Fact]
    public async Task A_query_answers_rows_with_their_attributes_in_canonical_names_and_the_order_asked_for()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var account = org.Create("Account", ("Name", "Süd \"AG\""), ("BillingCity", "Kiel"));
        org.Create("Contact", ("LastName", "Voss"), ("AccountId", account));

        var answer = await org.QueryAsync("select lastname, ID, Email, account.name, Owner.Name from contact");

        var row = answer.Records[0];
        Assert.Equal(["attributes", "LastName", "Id", "Email", "Account", "Owner"], row.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Süd \"AG\"", row.GetProperty("Account").GetProperty("Name").GetString());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("Email").ValueKind);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("Owner").ValueKind);
        Assert.Equal($"/services/data/v67.0/sobjects/Account/{account}", row.GetProperty("Account").GetProperty("attributes").GetProperty("url").GetString());
        Assert.True(answer.Json.GetProperty("done").GetBoolean());
        Assert.Equal(1, answer.Total);
    }

    [Fact]
    public async Task Compound_addresses_and_names_are_shown_and_booleans_are_never_null()
    {
        await using var org = await SalesforceCalls.StartAsync();
        org.Create("Contact", ("FirstName", "Mara"), ("LastName", "Voss"), ("MailingCity", "Kiel"), ("MailingStreet", "Hafenstr. 1\nHaus 2"));

        var row = (await org.QueryAsync("SELECT Name, MailingAddress, OtherAddress, HasOptedOutOfEmail, IsDeleted, SystemModstamp FROM Contact")).Records[0];

        Assert.Equal("Mara Voss", row.GetProperty("Name").GetString());
        Assert.Equal("Hafenstr. 1\nHaus 2", row.GetProperty("MailingAddress").GetProperty("street").GetString());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("OtherAddress").ValueKind);
        Assert.False(row.GetProperty("HasOptedOutOfEmail").GetBoolean());
        Assert.Equal("2026-09-10T08:00:00.000+0000", row.GetProperty("SystemModstamp").GetString());
    }

    [Theory]
    [InlineData("Name = 'beta'", "Beta")]
    [InlineData("Name != 'Beta'", "Alpha Gamma")]
    [InlineData("Name LIKE '%a%' AND (NOT Name LIKE 'G%')", "Alpha Beta")]
    [InlineData("Name IN ('Alpha', 'GAMMA')", "Alpha Gamma")]
    [InlineData("Name NOT IN ('Alpha', 'GAMMA')", "Beta")]
    [InlineData("AnnualRevenue > 100", "Beta Gamma")]
    [InlineData("AnnualRevenue >= 100.0 AND AnnualRevenue <= 200", "Alpha Beta")]
    [InlineData("Rating = null", "Alpha Gamma")]
    [InlineData("Rating != NULL", "Beta")]
    [InlineData("(Rating = 'Hot' OR Name = 'Alpha') AND IsDeleted = FALSE", "Alpha Beta")]
    [InlineData("NOT (Name = 'Alpha' OR Name = 'Beta')", "Gamma")]
    [InlineData("CreatedDate = 2026-09-10T10:00:00+02:00", "Alpha Beta Gamma")]
    [InlineData("CreatedDate > 2026-09-10T08:00:00Z", "")]
    [InlineData("CreatedDate = TODAY", "Alpha Beta Gamma")]
    [InlineData("CreatedDate < LAST_N_DAYS:2", "")]
    [InlineData("Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Voss')", "Beta")]
    [InlineData("BillingCity = 'it\\'s \\\\ there'", "Gamma")]
    public async Task Conditions_choose_rows(string condition, string expected)
    {
        await using var org = await SalesforceCalls.StartAsync();
        org.Create("Account", ("Name", "Alpha"), ("AnnualRevenue", "100"));
        var beta = org.Create("Account", ("Name", "Beta"), ("AnnualRevenue", "200"), ("Rating", "Hot"));
        org.Create("Account", ("Name", "Gamma"), ("AnnualRevenue", "9007199254740993"), ("BillingCity", "it's \\ there"));
        org.Create("Contact", ("LastName", "Voss"), ("AccountId", beta));

        var answer = await org.QueryAsync($"SELECT Name FROM Account WHERE {condition} ORDER BY Name");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(expected, string.Join(' ', answer.Records.Select(row => row.GetProperty("Name").GetString())));
    }

    [Fact]
    public async Task Rows_are_sorted_by_several_keys_with_nulls_where_they_are_wanted()
    {
        await using var org = await SalesforceCalls.StartAsync();
        foreach (var (name, city) in new[] { ("A", "Kiel"), ("B", null), ("C", "Bern"), ("D", "Kiel") })
            org.Create("Account", ("Name", name), ("BillingCity", city));

        async Task<string> Sorted(string order) =>
            string.Concat((await org.QueryAsync($"SELECT Name FROM Account ORDER BY {order}")).Records.Select(row => row.GetProperty("Name").GetString()));

        Assert.Equal("BCAD", await Sorted("BillingCity, Name"));
        Assert.Equal("CADB", await Sorted("BillingCity ASC NULLS LAST, Name"));
        Assert.Equal("BDAC", await Sorted("BillingCity DESC, Name DESC"));
        Assert.Equal("CD", await Sorted("Name LIMIT 2 OFFSET 2"));
        Assert.Equal("DCBA", await Sorted("SystemModstamp DESC, Id DESC"));
    }

    [Fact]
    public async Task Ids_of_fifteen_and_eighteen_characters_mean_the_same()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var id = org.Create("Account", ("Name", "A"));
        org.Create("Contact", ("LastName", "Voss"), ("AccountId", id));

        Assert.Equal([id], (await org.QueryAsync($"SELECT Id FROM Account WHERE Id = '{id[..15]}'")).Ids);
        Assert.Equal(1, (await org.QueryAsync($"SELECT Id FROM Contact WHERE AccountId IN ('{id[..15]}')")).Total);
        Assert.Equal("INVALID_QUERY_FILTER_OPERATOR", (await org.QueryAsync("SELECT Id FROM Account WHERE Id = 'x'")).Code);
    }

    [Fact]
    public async Task A_walk_by_stamp_and_id_meets_every_row_once_however_many_share_a_second()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 300);
        await org.ControlAsync("""[{"control":"tie","stream":"Contact","count":120}]""");
        var all = (await org.WalkAsync("SELECT Id FROM Contact")).Select(row => row.GetProperty("Id").GetString()!).ToHashSet();

        var seen = new List<string>();
        var condition = "";
        for (var page = await org.QueryAsync($"SELECT Id, SystemModstamp FROM Contact{condition} ORDER BY SystemModstamp, Id LIMIT 25"); page.Records.Count > 0;
            page = await org.QueryAsync($"SELECT Id, SystemModstamp FROM Contact{condition} ORDER BY SystemModstamp, Id LIMIT 25"))
        {
            seen.AddRange(page.Ids);
            var (stamp, id) = (page.Records[^1].GetProperty("SystemModstamp").GetString()!.Replace("+0000", "Z"), page.Ids[^1]);
            condition = $" WHERE (SystemModstamp = {stamp} AND Id > '{id}') OR SystemModstamp > {stamp}";
        }

        Assert.Equal(all.Count, seen.Count);
        Assert.Equal(all, [.. seen]);
    }

    [Fact]
    public async Task Pages_follow_one_another_on_both_paths_and_keep_what_the_first_found()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 700);
        (string, string)[] small = [("Sforce-Query-Options", "batchSize=200")];
        var first = await org.QueryAsync("SELECT Id FROM Contact ORDER BY Id", small);
        Assert.Equal((200, "200"), (first.Records.Count, first.Next!.Split('-')[^1]));
        Assert.StartsWith("/services/data/v67.0/query/01g", first.Next, StringComparison.Ordinal);
        var doomed = (await org.QueryAsync("SELECT Id FROM Contact ORDER BY Id DESC LIMIT 1")).Ids[0];
        org.Create("Contact", ("LastName", "Late"));
        org.Crm.Mutate(new DeleteRecords("Contact", [doomed]));

        var ids = first.Ids.ToList();
        for (var next = first.Next; next is not null;)
        {
            var page = await org.GetAsync(next.Replace("/query/", "/queryAll/"), small);
            Assert.Equal(first.Total, page.Total);
            ids.AddRange(page.Ids);
            next = page.Next;
        }

        Assert.Equal(first.Total - 1, ids.Count);
        Assert.DoesNotContain(doomed, ids);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public async Task A_locator_belongs_to_its_session_and_lives_two_days()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 300);
        (string, string)[] small = [("Sforce-Query-Options", "batchSize=200")];
        var next = (await org.QueryAsync("SELECT Id FROM Contact", small)).Next!;

        Assert.Equal("INVALID_QUERY_LOCATOR", (await org.GetAsync(next, ("Authorization", "Bearer another"))).Code);
        Assert.Equal(200, (await org.GetAsync(next)).Status);
        org.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal("INVALID_QUERY_LOCATOR", (await org.GetAsync(next)).Code);
    }

    [Fact]
    public async Task Two_custom_long_texts_make_pages_of_two_hundred()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 300);
        org.Crm.Mutate(new AddField("Contact", new EmulatedField("More__c", Type: "longtextarea")));

        Assert.Equal(200, (await org.QueryAsync("SELECT Id, Remarks__c, More__c FROM Contact")).Records.Count);
    }

    [Fact]
    public async Task Deleted_rows_are_seen_by_queryAll_alone()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (winner, loser, gone) = (org.Create("Contact", ("LastName", "Ada")), org.Create("Contact", ("LastName", "Ida")), org.Create("Contact", ("LastName", "Eva")));
        org.Clock.Advance(TimeSpan.FromMinutes(1));
        org.Crm.Mutate(new MergeRecords("Contact", winner, [loser]), new DeleteRecords("Contact", [gone]));

        Assert.Equal([winner], (await org.QueryAsync("SELECT Id FROM Contact")).Ids);
        var all = await org.QueryAllAsync("SELECT Id, MasterRecordId FROM Contact WHERE IsDeleted = true AND SystemModstamp >= 2026-09-10T08:01:00Z ORDER BY Id");
        Assert.Equal([loser, gone], all.Ids);
        Assert.Equal([winner, null], all.Records.Select(row => row.GetProperty("MasterRecordId").GetString()));
    }

    [Fact]
    public async Task Counts_and_extremes_are_answered_as_the_vendor_does()
    {
        await using var org = await SalesforceCalls.StartAsync();
        foreach (var (name, revenue) in new[] { ("A", "5"), ("B", "12.5"), ("C", null) })
            org.Create("Account", ("Name", name), ("AnnualRevenue", revenue), ("Rating", revenue is null ? null : "Hot"));

        var count = await org.QueryAsync("SELECT count() FROM Account WHERE Name != 'A'");
        Assert.Equal((2, 0), (count.Total, count.Records.Count));
        var row = (await org.QueryAsync("SELECT COUNT(Id), MAX(AnnualRevenue) most, MIN(CreatedDate) FROM Account")).Records[0];
        Assert.Equal("AggregateResult", row.GetProperty("attributes").GetProperty("type").GetString());
        Assert.Equal((3, 12.5m, "2026-09-10T08:00:00.000+0000"),
            (row.GetProperty("expr0").GetInt32(), row.GetProperty("most").GetDecimal(), row.GetProperty("expr1").GetString()));
        var groups = await org.QueryAsync("SELECT Rating, COUNT(Id) n FROM Account GROUP BY Rating");
        Assert.Equal(["1", "2"], groups.Records.Select(group => group.GetProperty("n").GetRawText()).Order());
    }

    [Fact]
    public async Task Children_are_nested_and_null_where_there_are_none()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (a, b) = (org.Create("Account", ("Name", "A")), org.Create("Account", ("Name", "B")));
        org.Create("Contact", ("LastName", "Voss"), ("AccountId", a));

        var answer = await org.QueryAsync("SELECT Id, (SELECT LastName FROM Contacts) FROM Account ORDER BY Name");

        Assert.Equal([a, b], answer.Ids);
        Assert.Equal("Voss", answer.Records[0].GetProperty("Contacts").GetProperty("records")[0].GetProperty("LastName").GetString());
        Assert.Equal(JsonValueKind.Null, answer.Records[1].GetProperty("Contacts").ValueKind);
    }

    [Fact]
    public async Task A_parent_of_several_kinds_tells_its_name_and_its_kind()
    {
        await using var org = await SalesforceCalls.StartAsync();
        var (account, machineOwner) = (org.Create("Account", ("Name", "A")), org.Create("Lead", ("LastName", "L"), ("Company", "C"), ("Status", "Open")));
        org.Create("Task", ("Subject", "Call"), ("WhatId", account), ("WhoId", machineOwner));

        var row = (await org.QueryAsync("SELECT What.Name, What.Type, Who.Type FROM Task WHERE What.Type = 'Account'")).Records[0];

        Assert.Equal(("A", "Account", "Lead"), (row.GetProperty("What").GetProperty("Name").GetString(),
            row.GetProperty("What").GetProperty("Type").GetString(), row.GetProperty("Who").GetProperty("Type").GetString()));
    }

    [Theory]
    [InlineData("SELECT Id, Foo__c FROM Account", "INVALID_FIELD", "\nSELECT Id, Foo__c FROM Account\n           ^\nERROR at Row:1:Column:12\nNo such column 'Foo__c' on entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.")]
    [InlineData("SELECT Id FROM Foo", "INVALID_TYPE", "sObject type 'Foo' is not supported.")]
    [InlineData("SELECT Id FRM Account", "MALFORMED_QUERY", "unexpected token: 'FRM'")]
    [InlineData("SELECT Id FROM Account WHERE Name = 'A' AND Name = 'B' OR Name = 'C'", "MALFORMED_QUERY", "unexpected token: 'OR'")]
    [InlineData("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "field 'Description' can not be filtered in a query call")]
    [InlineData("SELECT Id FROM Account WHERE CreatedDate > '2026-09-01'", "INVALID_FIELD", "must be of type dateTime and should not be enclosed in quotes")]
    [InlineData("SELECT Id FROM Account WHERE CreatedDate > 2026-09-01", "INVALID_FIELD", "must be of type dateTime")]
    [InlineData("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "must be of type string and should be enclosed in quotes")]
    [InlineData("SELECT Id, Nowhere.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Nowhere' in field path.")]
    [InlineData("SELECT Id, id FROM Account", "INVALID_FIELD", "duplicate field selected: id")]
    [InlineData("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200")]
    [InlineData("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000")]
    [InlineData("SELECT Id FROM Account WHERE Name = 'x", "MALFORMED_QUERY", "unexpected token")]
    public async Task A_query_that_cannot_be_is_refused_with_the_vendors_code(string soql, string code, string message)
    {
        await using var org = await SalesforceCalls.StartAsync();

        var answer = await org.QueryAsync(soql);

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_fields_at_once_are_for_few_rows()
    {
        await using var org = await SalesforceCalls.StartAsync(records: 20);

        Assert.Equal(5, (await org.QueryAsync("SELECT FIELDS(ALL) FROM Account LIMIT 5")).Records.Count);
        var standard = (await org.QueryAsync("SELECT FIELDS(STANDARD) FROM Account")).Records[0];
        Assert.False(standard.TryGetProperty("Ext__c", out _));
        Assert.True(standard.TryGetProperty("BillingAddress", out _));
    }

    [Fact]
    public async Task Late_writes_are_late_where_records_are_looked_for_and_there_where_their_ids_are_named()
    {
        await using var org = await SalesforceCalls.StartAsync();
        org.Crm.Control(new LagControl(TimeSpan.FromSeconds(30)) { Endpoint = "query" });
        var id = org.Create("Account", ("Name", "Late"));

        Assert.Empty((await org.QueryAsync("SELECT Id FROM Account WHERE Name = 'Late'")).Records);
        Assert.Single((await org.QueryAsync($"SELECT Id FROM Account WHERE Id IN ('{id}') AND IsDeleted = FALSE")).Records);

        org.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Single((await org.QueryAsync("SELECT Id FROM Account WHERE Name = 'Late'")).Records);
    }

    [Fact]
    public async Task A_query_may_ask_what_its_columns_are()
    {
        await using var org = await SalesforceCalls.StartAsync();

        var answer = await org.GetAsync($"/query?q={Uri.EscapeDataString("SELECT Id, Account.Name FROM Contact")}&columns=true");

        var columns = answer.Json.GetProperty("columnMetadata");
        Assert.Equal(("Contact", "003", true), (answer.Json.GetProperty("entityName").GetString(), answer.Json.GetProperty("keyPrefix").GetString(), answer.Json.GetProperty("idSelected").GetBoolean()));
        Assert.Equal(("Id", "Account", "Name"), (columns[0].GetProperty("columnName").GetString(), columns[1].GetProperty("columnName").GetString(),
            columns[1].GetProperty("joinColumns")[0].GetProperty("columnName").GetString()));
    }

    [Fact]
    public async Task Addresses_and_queries_have_their_longest()
    {
        await using var org = await SalesforceCalls.StartAsync();
        string In(int ids) => $"SELECT Id FROM Account WHERE Id IN ('{string.Join("','", Enumerable.Repeat("0015e00000AAAAAAA5", ids))}')";

        var tooLong = await org.QueryAsync(In(700));
        Assert.Equal(414, tooLong.Status);
        Assert.StartsWith("text/html", tooLong.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(431, (await org.QueryAsync("SELECT Id FROM Account", ("X-Long", new string('x', 16_384)))).Status);
        Assert.Equal(200, (await org.QueryAsync(In(200))).Status);
    }
}
