using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Salesforce;

namespace Trueup.Connectors.Tests.Salesforce;

/// <summary>Which choices of a picklist may be made depends on another field, and Salesforce tells so in bits.</summary>
public sealed class DependentPicklistTests : IDisposable
{
    private readonly SalesforceConnectorFactory factory = new(seed: 1);

    public void Dispose() => factory.Dispose();

    [Fact]
    public async Task Choices_know_with_which_values_of_the_controlling_picklist_they_may_be_made()
    {
        var region = await DescribedAsync("Region__c");

        Assert.Equal("Country__c", region.Controller);
        Assert.Equal(["Bavaria: Germany", "Holstein: Germany", "Ticino: Switzerland"], region.Options.Select(Told));
    }

    [Fact]
    public async Task A_checkbox_controls_by_false_and_true()
    {
        var reason = await DescribedAsync("Reason__c", new AddField("Contact", new EmulatedField("Reason__c", "Reason", "picklist",
            [new("Asked", "Asked", ["true"]), new("Never asked", "Never asked", ["false"]), new("Other", "Other", ["false", "true"])], Controller: "HasOptedOutOfEmail")));

        Assert.Equal("HasOptedOutOfEmail", reason.Controller);
        Assert.Equal(["Asked: true", "Never asked: false", "Other: false, true"], reason.Options.Select(Told));
    }

    [Fact]
    public async Task A_controlling_picklist_may_have_more_values_than_one_byte_has_bits()
    {
        EmulatedOption[] countries = [.. Enumerable.Range(0, 60).Select(at => new EmulatedOption($"C{at}", $"Country {at}"))];

        var city = await DescribedAsync("City__c",
            new EditField("Contact", new EmulatedField("Country__c", Options: countries)),
            new AddField("Contact", new EmulatedField("City__c", "City", "picklist",
                [new("First", "First", ["C0", "C7", "C8"]), new("Last", "Last", ["C59"]), new("None", "None", [])], Controller: "Country__c")));

        Assert.Equal(["First: C0, C7, C8", "Last: C59", "None: "], city.Options.Select(Told));
    }

    [Fact]
    public async Task A_controlling_field_that_may_not_be_seen_is_named_and_nothing_is_claimed_of_its_values()
    {
        var region = await DescribedAsync("Region__c", new HideField("Contact", "Country__c"));

        Assert.Equal("Country__c", region.Controller);
        Assert.All(region.Options, option => Assert.Null(option.ValidFor));
    }

    [Fact]
    public async Task Other_picklists_have_no_controlling_field()
    {
        var country = await DescribedAsync("Country__c");

        Assert.Null(country.Controller);
        Assert.All(country.Options, option => Assert.Null(option.ValidFor));
    }

    [Fact]
    public async Task A_choice_that_is_allowed_with_another_value_is_a_changed_description()
    {
        var before = await DescribedAsync("Region__c");

        var after = await DescribedAsync("Region__c", new EditField("Contact", new EmulatedField("Region__c", Options:
            [new("Bavaria", "Bavaria", ["Germany"]), new("Holstein", "Holstein", ["Germany"]), new("Ticino", "Ticino", ["Germany", "Switzerland"])])));

        Assert.NotEqual(before, after);
        Assert.Equal(before, await DescribedAsync("Region__c"));
    }

    [Theory]
    [InlineData("gAAA", "a")]
    [InlineData("QAAA", "retired")]
    [InlineData("IAAA", "c")]
    [InlineData("4A==", "a, retired, c")]
    [InlineData("AAAA", "")]
    [InlineData("", "")]
    [InlineData("no base64!", null)]
    public void Bits_are_counted_from_the_highest_of_the_first_byte_and_by_inactive_values_too(string validFor, string? told)
    {
        var shape = ShapeReading.Read(JsonDocument.Parse($$"""
            {"name":"X__c","labelPlural":"Xs","fields":[{"name":"Id","type":"id"},
             {"name":"A__c","type":"picklist","picklistValues":[{"value":"a","active":true},{"value":"retired","active":false},{"value":"c","active":true}]},
             {"name":"B__c","type":"picklist","dependentPicklist":true,"controllerName":"A__c","picklistValues":[{"value":"b","active":true,"validFor":"{{validFor}}"}]}]}
            """).RootElement);

        var option = Assert.Single(shape.Schema.Fields.Single(field => field.Name == "B__c").Options);
        Assert.Equal(told, option.ValidFor is { } values ? string.Join(", ", values) : null);
    }

    private static string Told(FieldOption option) => $"{option.Value}: {string.Join(", ", option.ValidFor!)}";

    private async Task<Field> DescribedAsync(string field, params Mutation[] changes)
    {
        await using var crm = await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = 20 });
        crm.Mutate(changes);
        await using var connector = factory.Create(new ConnectorSetup(
            crm.Url, MemoryCredentials.Static("00D!test"), 0.8, TimeProvider.System, NullLogger.Instance));
        var stream = (await connector.DiscoverAsync(isThorough: true, CancellationToken.None)).Single(found => found.Name.Value == "contact");
        return (await connector.DescribeAsync(stream, CancellationToken.None)).Fields.Single(found => found.Name == field);
    }
}
