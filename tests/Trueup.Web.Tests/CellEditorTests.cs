using Trueup.Contract;
using Trueup.Web.Application;
using Trueup.Web.Components;

namespace Trueup.Web.Tests;

public sealed class CellEditorTests
{
    private static readonly FieldView City = new(
        "City__c", "City", FieldType.Enumeration,
        [new("Kiel", "Kiel") { ValidFor = ["DE"] }, new("Graz", "Graz") { ValidFor = ["AT"] }, new("Anywhere", "Anywhere"), new("Old", "Old", Hidden: true), new("Nowhere", "Nowhere") { ValidFor = [] }],
        "Country__c", false, false, false, null, null, true, false, false, 1, "city");

    [Theory]
    [InlineData("DE", "Kiel, Anywhere")]
    [InlineData("AT", "Graz, Anywhere")]
    [InlineData("", "Anywhere")]
    [InlineData(null, "Kiel, Graz, Anywhere, Nowhere")]
    public void Options_that_the_controlling_field_rules_out_are_not_offered_where_its_value_is_known(string? country, string offered)
    {
        Assert.Equal(offered, string.Join(", ", CellEditing.Offered(City, country).Select(option => option.Value)));
        Assert.Equal("[[\"Anywhere\",\"Anywhere\"]]", CellEditing.ChoicesOf(City, ""));
    }

    [Fact]
    public void Where_no_field_decides_every_option_is_offered_that_is_not_hidden() =>
        Assert.Equal(["Kiel", "Graz", "Anywhere", "Nowhere"], CellEditing.Offered(City with { Controller = null }, "DE").Select(option => option.Value));
}
