using Trueup.Connectors.Salesforce;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class SalesforceIdTests
{
    [Theory]
    [InlineData("001D000000ISUr3", "001D000000ISUr3IAH")]
    [InlineData("00190000001pPvH", "00190000001pPvHAAU")]
    [InlineData("750R0000000zxr8", "750R0000000zxr8IAA")]
    [InlineData("a00D0000008pQRA", "a00D0000008pQRAIA2")]
    [InlineData("a00D0000008pQRAIA2", "a00D0000008pQRAIA2")]
    public void An_id_has_one_long_form(string id, string expected) => Assert.Equal(expected, SalesforceId.Long(id));

    [Theory]
    [InlineData("987654321987")]
    [InlineData("001D000000ISU'3")]
    [InlineData("")]
    public void What_is_no_id_has_none(string text) => Assert.Null(SalesforceId.Long(text));
}
