namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    private static Field Text(string name) => new(name, name, FieldType.Text);

    private async Task<IReadOnlyList<MirroredField>> FieldsAsync(StreamName stream) => (await TotalsAsync(stream)).Fields;

    [Fact]
    public async Task A_stream_is_known_by_its_type_and_keeps_its_name_and_records()
    {
        await PutAsync(Contacts, Put("1", "{}"));

        await CommitAsync(commit => commit with
        {
            Streams = [new StreamDescription(new StreamName("people"), "People", "0-1", new StreamTraits { Counts = true }, "no scope")],
        });

        var stream = await TotalsAsync(Contacts);
        Assert.Equal(new StreamDescription(Contacts, "People", "0-1", new StreamTraits { Counts = true }, "no scope"), stream.Description);
        Assert.Equal((1, 3), (stream.Live, (await Mirror.StreamsAsync(default)).Count));
    }

    [Fact]
    public async Task Another_type_with_a_name_that_is_taken_gets_a_name_of_its_own()
    {
        await CommitAsync(commit => commit with { Streams = [Stream(Contacts, "2-4711")] });

        var stream = (await Mirror.StreamsAsync(default)).Single(each => each.Description.TypeId == "2-4711");
        Assert.Equal("contacts_2_4711", stream.Name.Value);
        await PutAsync(stream.Name, Put("1", "{}"));
        Assert.Equal((0, 1), ((await TotalsAsync(Contacts)).Live, (await TotalsAsync(stream.Name)).Live));
    }

    [Fact]
    public async Task A_stream_that_the_crm_no_longer_lists_keeps_its_records_and_may_come_back()
    {
        await PutAsync(Contacts, Put("1", "{}"));

        await CommitAsync(commit => commit with { StreamsGone = [Contacts] });
        Assert.Equal((Monday, 1), ((await TotalsAsync(Contacts)).GoneAt, (await TotalsAsync(Contacts)).Live));

        await CommitAsync(commit => commit with { Streams = [Stream(Contacts, "0-1")] });
        Assert.Null((await TotalsAsync(Contacts)).GoneAt);
    }

    [Fact]
    public async Task Fields_and_pipelines_come_back_as_described()
    {
        var stage = new Field("stage", "Stage", FieldType.Enumeration)
        {
            VendorType = "enumeration/select", Options = [new FieldOption("new", "Neu"), new FieldOption("won", "Gewonnen", Hidden: true) { ValidFor = ["DE", "AT"] }],
            Controller = "country", Required = true, ReadOnly = true, Calculated = true, Unique = true, References = "owners",
        };
        var pipeline = new Pipeline("default", "Sales", [new PipelineStage("new", "Neu", false), new PipelineStage("won", "Won", true), new PipelineStage("x", "X", null)]);

        await CommitAsync(commit => commit with { Schemas = [new StreamSchemaUpdate(Deals, new StreamSchema([Text("name"), stage], [pipeline]))] });

        var deals = await TotalsAsync(Deals);
        Assert.Equal([Text("name"), stage], deals.Fields.Select(field => field.Definition));
        Assert.All(deals.Fields, field => Assert.Equal((Monday, null, true, false), (field.SeenAt, field.RetiredAt, field.Included, field.Personal)));
        Assert.Equal([pipeline], deals.Pipelines);
    }

    [Fact]
    public async Task A_field_that_is_missing_is_retired_and_one_that_returns_is_not()
    {
        await DescribeAsync(Contacts, Text("a"), Text("b"));
        await DescribeAsync(Contacts, Text("a"));
        Assert.Equal([("a", null), ("b", (DateTimeOffset?)Monday)], (await FieldsAsync(Contacts)).Select(field => (field.Definition.Name, field.RetiredAt)));

        await DescribeAsync(Contacts, new Field("b", "B again", FieldType.Number), Text("a"));

        Assert.Equal([("a", "a", null), ("b", "B again", (DateTimeOffset?)null)],
            (await FieldsAsync(Contacts)).Select(field => (field.Definition.Name, field.Definition.Label, field.RetiredAt)));
    }

    [Fact]
    public async Task Columns_are_safe_unique_short_and_for_ever()
    {
        var long1 = "hs_" + new string('x', 70) + "1";
        var long2 = "hs_" + new string('x', 70) + "2";
        await DescribeAsync(Contacts, Text("Email"), Text("email"), Text("id"), Text("E-Mail"), Text("e_mail"), Text("2nd"), Text("größe"), Text(long1), Text(long2));
        var columns = (await FieldsAsync(Contacts)).ToDictionary(field => field.Definition.Name, field => field.Column);

        await DescribeAsync(Contacts, Text("email"), Text("EMAIL"));

        var after = (await FieldsAsync(Contacts)).ToDictionary(field => field.Definition.Name, field => field.Column);
        Assert.Equal(("email", "email_2", "id_2", "e_mail", "e_mail_2", "_2nd", "gr__e", "email_3"),
            (after["Email"], after["email"], after["id"], after["E-Mail"], after["e_mail"], after["2nd"], after["größe"], after["EMAIL"]));
        Assert.All(columns, column => Assert.Equal(column.Value, after[column.Key]));
        Assert.All(after.Values, column => Assert.InRange(column.Length, 1, 63));
        Assert.Equal(after.Count, after.Values.Distinct().Count());
    }

    [Fact]
    public async Task What_people_decide_about_a_field_outlives_new_descriptions()
    {
        await DescribeAsync(Contacts, Text("email"));
        await CommitAsync(commit => commit with { FieldChoices = [new FieldChoice(Contacts, "email", Included: false, Personal: null)] });
        await CommitAsync(commit => commit with { FieldChoices = [new FieldChoice(Contacts, "email", Included: null, Personal: true)] });

        await DescribeAsync(Contacts, new Field("email", "E-mail", FieldType.Text));

        var field = Assert.Single(await FieldsAsync(Contacts));
        Assert.Equal((false, true, "E-mail"), (field.Included, field.Personal, field.Definition.Label));
    }
}
