using System.Text;

namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    private async Task<(IReadOnlyList<string> Columns, List<IReadOnlyList<object?>> Rows)> SqlAsync(string statement)
    {
        IReadOnlyList<string> columns = [];
        var rows = await AllOf(Mirror.SqlAsync(statement, names => columns = names, default));
        return (columns, rows);
    }

    [Fact]
    public async Task People_select_from_streams_by_the_names_of_fields()
    {
        await DescribeAsync(Contacts, Text("email"), Text("lifecyclestage"));
        await PutAsync(Contacts, Put("1", """{"email":"ada@example.org","lifecyclestage":"lead"}"""), Put("2", """{"email":"","lifecyclestage":null}"""));
        await BuryAsync(Contacts, new GoneRecord(new RecordId("9"), GoneCause.Deleted));

        var (columns, rows) = await SqlAsync("SELECT email, lifecyclestage FROM contacts ORDER BY id");

        Assert.Equal(["email", "lifecyclestage"], columns);
        Assert.Equal([["ada@example.org", "lead"], ["", null]], rows);
    }

    [Fact]
    public async Task A_retired_field_keeps_its_column_and_values()
    {
        await DescribeAsync(Contacts, Text("email"), Text("tier"));
        await PutAsync(Contacts, Put("1", """{"email":"a","tier":"gold"}"""));

        await DescribeAsync(Contacts, Text("email"));

        Assert.Equal([["gold"]], (await SqlAsync("SELECT tier FROM contacts")).Rows);
    }

    [Fact]
    public async Task Awkward_field_names_have_columns_too()
    {
        await DescribeAsync(Contacts, Text("it's"), Text("say \"hi\""), Text("a.b"), Text("back\\slash"));
        await PutAsync(Contacts, Put("1", """{"it's":"1","say \"hi\"":"2","a.b":"3","back\\slash":"4"}"""));

        Assert.Equal([["1", "2", "3", "4"]], (await SqlAsync("SELECT it_s, say__hi_, a_b, back_slash FROM contacts")).Rows);
    }

    [Fact]
    public async Task Links_history_aliases_and_changes_can_be_selected()
    {
        await PutAsync(Contacts, Put("1", "{}"), Put("2", "{}"));
        await LinkAsync(ContactsToCompanies, "1", Link("a", label: "Boss"));
        await BuryAsync(Contacts, Merged("2", "1"));

        Assert.Equal([["contacts", "1", "companies", "a", "Boss"]], (await SqlAsync("SELECT from_stream, from_id, to_stream, to_id, label FROM _links")).Rows);
        Assert.Equal([["contacts", "2", "1"]], (await SqlAsync("SELECT stream, id, merged_into FROM _aliases")).Rows);
        Assert.Equal([["1", "associated"], ["2", "merged"]], (await SqlAsync("SELECT id, kind FROM _history ORDER BY id")).Rows);
        Assert.Equal([[1L, "1", "created"], [2L, "2", "created"], [3L, "1", "associated"], [4L, "2", "merged"]],
            (await SqlAsync("SELECT position, id, kind FROM _changes ORDER BY position")).Rows);
    }

    [Theory]
    [InlineData("DELETE FROM contacts"), InlineData("SELECT nothing FROM contacts"), InlineData("SELECT 1; SELECT 2"), InlineData("SELEC 1"), InlineData(""), InlineData("-- only a comment")]
    [InlineData("CREATE TABLE x(y INTEGER)"), InlineData("WITH x AS (SELECT 1) SELECT * FROM y"), InlineData("COMMIT"), InlineData("BEGIN")]
    public async Task A_statement_that_is_wrong_or_would_write_is_refused_in_one_sentence(string statement)
    {
        var refusal = await Assert.ThrowsAsync<MirrorQueryException>(() => SqlAsync(statement));

        Assert.EndsWith(".", refusal.Message);
    }

    [Fact]
    public async Task A_mistake_in_sql_does_not_harm_what_comes_after()
    {
        await Assert.ThrowsAsync<MirrorQueryException>(() => SqlAsync("SELECT * FROM nowhere"));

        Assert.Equal([[1L]], (await SqlAsync("SELECT 1")).Rows);
    }

    [Fact]
    public async Task A_long_select_can_be_cancelled()
    {
        await PutAsync(Contacts, [.. Enumerable.Range(0, 1000).Select(number => Put($"{number}", "{}"))]);
        using var cancellation = new CancellationTokenSource();
        var rows = Mirror.SqlAsync("SELECT a.id FROM contacts a, contacts b, contacts c", _ => { }, cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var row in rows)
                await cancellation.CancelAsync();
        });

        Assert.Equal([[1000L]], (await SqlAsync("SELECT count(*) FROM contacts")).Rows);
    }

    [Fact]
    public async Task An_export_shows_the_mirror_as_of_its_beginning()
    {
        await PutAsync(Contacts, [.. Enumerable.Range(0, 600).Select(number => Put($"{number}", "{}"))]);
        await BuryAsync(Contacts, new GoneRecord(new RecordId("5"), GoneCause.Deleted));

        var exported = new List<string>();
        await foreach (var record in Mirror.ExportAsync(Contacts, default))
        {
            if (exported.Count == 0)
                await PutAsync(Contacts, Put("later", "{}"), Put("599", """{"changed":1}""", PutKind.Change));
            Assert.Equal("{}", Encoding.UTF8.GetString(record.Properties.Span));
            exported.Add(record.Id.Value);
        }

        Assert.Equal(Enumerable.Range(0, 600).Where(number => number != 5).Select(number => $"{number}"), exported);
    }

    [Fact]
    public async Task An_export_that_is_broken_off_leaves_the_mirror_usable()
    {
        await PutAsync(Contacts, [.. Enumerable.Range(0, 600).Select(number => Put($"{number}", "{}"))]);

        for (var time = 0; time < 20; time++)
            await foreach (var record in Mirror.ExportAsync(Contacts, default))
                break;

        await PutAsync(Contacts, Put("later", "{}"));
        Assert.Equal(601, (await AllOf(Mirror.ExportAsync(Contacts, default))).Count);
    }

    [Fact]
    public async Task A_mirror_can_be_closed_while_an_export_stands_still()
    {
        await PutAsync(Contacts, [.. Enumerable.Range(0, 2000).Select(number => Put($"{number}", "{}"))]);
        await using var export = Mirror.ExportAsync(Contacts, default).GetAsyncEnumerator();
        Assert.True(await export.MoveNextAsync());

        await Mirror.DisposeAsync();

        await Assert.ThrowsAsync<MirrorUnavailableException>(async () =>
        {
            while (await export.MoveNextAsync())
                Assert.True(export.Current.IsLive);
        });
    }

    [Fact]
    public async Task Exports_that_stand_still_keep_nobody_else_from_reading()
    {
        await PutAsync(Contacts, [.. Enumerable.Range(0, 600).Select(number => Put($"{number}", "{}"))]);
        var exports = Enumerable.Range(0, 20).Select(_ => Mirror.ExportAsync(Contacts, default).GetAsyncEnumerator()).ToList();
        foreach (var export in exports)
            Assert.True(await export.MoveNextAsync());

        Assert.Equal(600, await Mirror.CountAsync(Contacts, "id != x", default));
        await PutAsync(Contacts, Put("later", "{}"));

        foreach (var export in exports)
            await export.DisposeAsync();
    }
}
