using System.Text;
using System.Text.Json;
using CsCheck;
using Trueup.Connectors.Salesforce;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class RestFormTests
{
    [Theory]
    [InlineData("", nameof(ValueForm.Text), "null")]
    [InlineData("", nameof(ValueForm.Decimal), "null")]
    [InlineData("NA", nameof(ValueForm.Text), "\"NA\"")]
    [InlineData("null", nameof(ValueForm.Text), "\"null\"")]
    [InlineData("0", nameof(ValueForm.Text), "\"0\"")]
    [InlineData("true", nameof(ValueForm.Boolean), "true")]
    [InlineData("false", nameof(ValueForm.Boolean), "false")]
    [InlineData("yes", nameof(ValueForm.Boolean), "\"yes\"")]
    [InlineData("12", nameof(ValueForm.Integer), "12")]
    [InlineData("12.0", nameof(ValueForm.Integer), "12")]
    [InlineData("-0.5", nameof(ValueForm.Integer), "-0.5")]
    [InlineData("12", nameof(ValueForm.Decimal), "12.0")]
    [InlineData("12.50", nameof(ValueForm.Decimal), "12.50")]
    [InlineData("3.5E8", nameof(ValueForm.Decimal), "3.5E8")]
    [InlineData(".5", nameof(ValueForm.Decimal), "\".5\"")]
    [InlineData("007", nameof(ValueForm.Decimal), "\"007\"")]
    [InlineData("99999999999999999999.123456789", nameof(ValueForm.Decimal), "99999999999999999999.123456789")]
    [InlineData("2026-09-01T10:00:00.000Z", nameof(ValueForm.Instant), "\"2026-09-01T10:00:00.000+0000\"")]
    [InlineData("2026-09-01T10:00:00.000+0000", nameof(ValueForm.Instant), "\"2026-09-01T10:00:00.000+0000\"")]
    [InlineData("2026-09-01T12:00:00+02:00", nameof(ValueForm.Instant), "\"2026-09-01T10:00:00.000+0000\"")]
    [InlineData("1", nameof(ValueForm.Instant), "\"1970-01-01T00:00:00.001+0000\"")]
    [InlineData("-", nameof(ValueForm.Integer), "\"-\"")]
    [InlineData("1.", nameof(ValueForm.Decimal), "\"1.\"")]
    [InlineData("1e", nameof(ValueForm.Decimal), "\"1e\"")]
    [InlineData("1E+05", nameof(ValueForm.Decimal), "1E+05")]
    [InlineData("-0", nameof(ValueForm.Integer), "-0")]
    [InlineData("1 ", nameof(ValueForm.Integer), "\"1 \"")]
    [InlineData("soon", nameof(ValueForm.Instant), "\"soon\"")]
    [InlineData("2026-09-01", nameof(ValueForm.Text), "\"2026-09-01\"")]
    [InlineData("10:30:00.000Z", nameof(ValueForm.Text), "\"10:30:00.000Z\"")]
    public void A_cell_takes_the_form_that_a_query_answers_with(string cell, string form, string expected) =>
        Assert.Equal(expected, Written(cell, Enum.Parse<ValueForm>(form)));

    [Fact]
    public void Any_text_is_the_same_text_in_json() =>
        Gen.Char[" \"\n\r\t\b\f\0\u001F\u007F\\/'aÄ漢<>&\u2028"].Array[1, 20].Select(c => new string(c)).Sample(
            text => JsonSerializer.Deserialize<string>(Written(text, ValueForm.Text)) == text, iter: 10_000);

    [Fact]
    public void A_number_is_one_where_json_says_so() =>
        Gen.Char["0123456789.eE+-"].Array[1, 8].Select(c => new string(c)).Sample(text => IsJsonNumber(text) == !Written(text, ValueForm.Decimal).StartsWith('"'), iter: 50_000);

    private static bool IsJsonNumber(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement.ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Written(string value, ValueForm form)
    {
        var text = value.Replace("\"", "\"\"", StringComparison.Ordinal);
        var cell = Encoding.UTF8.GetBytes(text);
        var output = new byte[RestForm.MostBytes(cell.Length)];
        return Encoding.UTF8.GetString(output, 0, RestForm.Write(output, cell, text != value, form));
    }
}
