using System.Text;

namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    private static readonly Field Amount = new("amount", "Amount", FieldType.Number);
    private static readonly Field Won = new("won", "Won", FieldType.Boolean);

    private async Task<string> FoundAsync(string? filter, string? sort = null, StreamName? stream = null) => string.Join(' ',
        (await Mirror.QueryAsync(new RecordQuery(stream ?? Deals, filter, sort, 100, null), default)).Records.Select(record => record.Id.Value));

    private async Task SixDealsAsync()
    {
        await DescribeAsync(Deals, Text("city"), Amount, Won);
        await PutAsync(Deals,
            Put("1", """{"city":"Kiel","amount":"10","won":"true"}""", modified: 1_772_438_400_000),
            Put("2", """{"city":"kiel and more","amount":"9.5","won":"false"}""", modified: 1_772_438_400_001),
            Put("3", """{"city":"","amount":"","won":""}"""),
            Put("4", """{"city":null,"amount":null}"""),
            Put("5", """{"city":"100% \"A_B\" \\","amount":"1234;5678","won":true}"""),
            Put("6", """{"city":"Bonn","amount":-3,"won":false}""", modified: 0));
    }

    [Theory]
    [InlineData(null, "1 2 3 4 5 6")]
    [InlineData("", "1 2 3 4 5 6")]
    [InlineData("city = Kiel", "1")]
    [InlineData("city=\"Kiel\"", "1")]
    [InlineData("city = kiel", "")]
    [InlineData("city != Kiel", "2 3 4 5 6")]
    [InlineData("city = \"kiel and more\"", "2")]
    [InlineData("city contains IEL", "1 2")]
    [InlineData("city contains \"0% \"", "5")]
    [InlineData("city contains A_B", "5")]
    [InlineData("city contains AxB", "")]
    [InlineData("city contains \"\\\"A_B\\\" \\\\\"", "5")]
    [InlineData("city startswith ki", "1 2")]
    [InlineData("city startswith iel", "")]
    [InlineData("city is-empty", "3 4")]
    [InlineData("city = \"\"", "3 4")]
    [InlineData("city is-not-empty", "1 2 5 6")]
    [InlineData("city != \"\"", "1 2 5 6")]
    [InlineData("city > Kiel", "2")]
    [InlineData("city <= Kiel", "1 5 6")]
    [InlineData("amount = 10", "1")]
    [InlineData("amount = 10.0", "1")]
    [InlineData("amount > 9", "1 2")]
    [InlineData("amount >= 9.5", "1 2")]
    [InlineData("amount < 10", "2 6")]
    [InlineData("amount <= 10", "1 2 6")]
    [InlineData("amount = 1234;5678", "5")]
    [InlineData("amount != 10", "2 3 4 5 6")]
    [InlineData("amount is-empty", "3 4")]
    [InlineData("won = true", "1 5")]
    [InlineData("won != true", "2 3 4 6")]
    [InlineData("won = false", "2 6")]
    [InlineData("id = 2", "2")]
    [InlineData("id > 4", "5 6")]
    [InlineData("modifiedAt > 2026-03-02T08:00:00Z", "2")]
    [InlineData("modifiedAt >= 2026-03-02T09:00:00+01:00", "1 2")]
    [InlineData("modifiedAt is-empty", "6")]
    [InlineData("city contains kiel and amount > 9.7", "1")]
    [InlineData("city is-not-empty AND won = false and id != 6", "2")]
    public async Task Filters_find_what_they_say(string? filter, string expected)
    {
        await SixDealsAsync();

        Assert.Equal(expected, await FoundAsync(filter));
        Assert.Equal(expected.Length == 0 ? 0 : expected.Split(' ').Length, await Mirror.CountAsync(Deals, filter, default));
    }

    [Theory]
    [InlineData("city", "3 4 5 6 1 2")]
    [InlineData("-city", "2 1 6 5 3 4")]
    [InlineData("amount", "3 4 6 2 1 5")]
    [InlineData("-amount", "5 1 2 6 3 4")]
    [InlineData("won", "3 4 2 6 1 5")]
    [InlineData("-id", "6 5 4 3 2 1")]
    [InlineData("modifiedAt", "6 3 4 5 1 2")]
    public async Task Sorting_puts_empty_values_lowest_and_breaks_ties_by_id(string sort, string expected)
    {
        await SixDealsAsync();

        Assert.Equal(expected, await FoundAsync(null, sort));
    }

    [Theory]
    [InlineData("nowhere = 1"), InlineData("city"), InlineData("city ="), InlineData("city ~ x"), InlineData("= x"), InlineData("city = \"open")]
    [InlineData("city = a and"), InlineData("city is-empty x"), InlineData("amount > many"), InlineData("city contains \"\""), InlineData("modifiedAt > yesterday")]
    [InlineData("modifiedAt contains 2026"), InlineData("won > perhaps"), InlineData("city = \"a\" or city = b")]
    public async Task A_filter_that_is_wrong_is_refused_in_one_sentence(string filter)
    {
        await SixDealsAsync();

        var refusal = await Assert.ThrowsAsync<MirrorQueryException>(() => FoundAsync(filter));
        Assert.EndsWith(".", refusal.Message);
        await Assert.ThrowsAsync<MirrorQueryException>(() => Mirror.CountAsync(Deals, filter, default));
    }

    [Fact]
    public async Task A_page_that_cannot_be_is_refused()
    {
        await SixDealsAsync();
        var query = new RecordQuery(Deals, null, "city", 2, null);
        var next = (await Mirror.QueryAsync(query, default)).Next;

        foreach (var wrong in (RecordQuery[])
            [
                query with { Stream = new StreamName("nowhere") }, query with { Sort = "nowhere" }, query with { Limit = 0 }, query with { Limit = 1001 },
                query with { Skip = -1 }, query with { Skip = 1, Cursor = next }, query with { Cursor = "nonsense" }, query with { Cursor = "!" },
                query with { Cursor = next, Sort = "-city" }, query with { Cursor = next, Filter = "city = Kiel" }, query with { Cursor = next + "AAAA" },
            ])
            await Assert.ThrowsAsync<MirrorQueryException>(() => Mirror.QueryAsync(wrong, default));
    }

    [Theory]
    [InlineData(null), InlineData("city"), InlineData("-city"), InlineData("amount"), InlineData("-amount"), InlineData("id"), InlineData("-id"), InlineData("-modifiedAt")]
    public async Task Walking_pages_shows_every_record_once_in_the_same_order_as_one_page(string? sort)
    {
        await SixDealsAsync();
        await PutAsync(Deals, Put("7", """{"city":"Kiel","amount":"10"}"""), Put("8", """{"city":"Kiel","amount":"10.0"}"""), Put("70", """{"amount":"x"}"""));
        var whole = await FoundAsync(null, sort);

        for (var limit = 1; limit <= 10; limit++)
        {
            var walked = new List<string>();
            string? cursor = null;
            do
            {
                var page = await Mirror.QueryAsync(new RecordQuery(Deals, null, sort, limit, cursor), default);
                Assert.InRange(page.Records.Count, 1, limit);
                walked.AddRange(page.Records.Select(record => record.Id.Value));
                cursor = page.Next;
            }
            while (cursor is not null);

            Assert.Equal(whole, string.Join(' ', walked));
        }
    }

    [Fact]
    public async Task Skipping_jumps_into_the_middle()
    {
        await SixDealsAsync();

        var page = await Mirror.QueryAsync(new RecordQuery(Deals, "city != nowhere", "-id", 2, null, Skip: 3), default);

        Assert.Equal(["3", "2"], page.Records.Select(record => record.Id.Value));
        Assert.NotNull(page.Next);
        Assert.Empty((await Mirror.QueryAsync(new RecordQuery(Deals, null, "-id", 2, null, Skip: 6), default)).Records);
    }

    [Fact]
    public async Task Skipping_far_keeps_the_order_of_first_sight_and_leaves_out_the_buried()
    {
        await PutAsync(Deals, [.. Enumerable.Range(0, 3000).Select(number => Put($"{3000 - number}", "{}"))]);
        await BuryAsync(Deals, new GoneRecord(new RecordId("2999"), GoneCause.Deleted));

        var page = await Mirror.QueryAsync(new RecordQuery(Deals, null, null, 2, null, Skip: 2000), default);
        var next = await Mirror.QueryAsync(new RecordQuery(Deals, null, null, 2, page.Next), default);

        Assert.Equal(["999", "998", "997", "996"], page.Records.Concat(next.Records).Select(record => record.Id.Value));
        Assert.Equal(2999, await Mirror.CountAsync(Deals, null, default));
    }

    [Fact]
    public async Task A_page_holds_whole_records()
    {
        await SixDealsAsync();

        var record = Assert.Single((await Mirror.QueryAsync(new RecordQuery(Deals, "id = 6", "city", 10, null), default)).Records);

        Assert.Equal("""{"city":"Bonn","amount":-3,"won":false}""", Encoding.UTF8.GetString(record.Properties.Span));
        Assert.Equal((new RecordId("6"), true, "nightly 7 by list"), (record.Id, record.IsLive, record.Source));
    }

    [Fact]
    public async Task Queries_follow_every_change_after_the_first_question()
    {
        await SixDealsAsync();
        Assert.Equal("1", await FoundAsync("city = Kiel", "amount"));

        await PutAsync(Deals, Put("7", """{"city":"Kiel","amount":"5"}"""), Put("2", """{"city":"Kiel","amount":"99"}""", PutKind.Change));
        Assert.Equal("7 1 2", await FoundAsync("city = Kiel", "amount"));

        await BuryAsync(Deals, new GoneRecord(new RecordId("1"), GoneCause.Deleted));
        await PutAsync(Deals, Put("7", """{"city":"Bonn"}""", PutKind.Refresh));
        Assert.Equal("2", await FoundAsync("city = Kiel", "amount"));

        await PutAsync(Deals, Put("1", """{"city":"Kiel","amount":"100"}""", PutKind.Restore));
        Assert.Equal("2 1", await FoundAsync("city = Kiel", "amount"));
        Assert.Equal("7 6", await FoundAsync("city = Bonn", "won"));
    }

    [Fact]
    public async Task A_field_that_gets_another_type_is_compared_by_it_from_then_on()
    {
        await DescribeAsync(Deals, Text("amount"));
        await PutAsync(Deals, Put("1", """{"amount":"10"}"""), Put("2", """{"amount":"9"}"""));
        Assert.Equal("1 2", await FoundAsync(null, "amount"));

        await DescribeAsync(Deals, Amount);

        Assert.Equal("2 1", await FoundAsync(null, "amount"));
    }

    [Fact]
    public async Task Fields_with_awkward_names_can_be_asked_for_in_quotes()
    {
        await DescribeAsync(Deals, Text("it's"), Text("say \"hi\""), Text("r.props and more"));
        await PutAsync(Deals, Put("1", """{"it's":"a","say \"hi\"":"b","r.props and more":"c"}"""));

        Assert.Equal("1", await FoundAsync("""it's = a and "say \"hi\"" = b and "r.props and more" = c"""));
    }

    [Fact]
    public async Task Many_fields_can_be_asked_for_one_after_the_other()
    {
        await DescribeAsync(Deals, [.. Enumerable.Range(0, 250).Select(number => Text($"field{number}"))]);
        await PutAsync(Deals, Put("1", "{" + string.Join(',', Enumerable.Range(0, 250).Select(number => $"\"field{number}\":\"{number}\"")) + "}"), Put("2", "{}"));

        for (var number = 0; number < 250; number += 7)
            Assert.Equal("1", await FoundAsync(string.Join(" and ", Enumerable.Range(number, 7).Where(each => each < 250).Select(each => $"field{each} = {each}"))));
    }

    [Fact]
    public async Task Questions_and_commits_at_the_same_time_do_not_hurt_each_other()
    {
        await DescribeAsync(Deals, [.. Enumerable.Range(0, 8).Select(number => Text($"field{number}"))]);
        await PutAsync(Deals, [.. Enumerable.Range(0, 2000).Select(number => Put($"{number:D5}", $$"""{"field{{number % 8}}":"x"}"""))]);

        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 8).Select(number => Mirror.CountAsync(Deals, $"field{number} = x", default))),
            Task.WhenAll(Enumerable.Range(0, 20).Select(number => PutAsync(Deals, Put($"{90_000 + number}", """{"field0":"x"}""")))));

        Assert.Equal(270, await Mirror.CountAsync(Deals, "field0 = x", default));
        Assert.Equal(250, await Mirror.CountAsync(Deals, "field7 = x", default));
    }
}
