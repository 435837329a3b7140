using System.Buffers;
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
    [InlineData("soon", nameof(ValueForm.Instant), "\"soon\"")]
    [InlineData("2026-09-01", nameof(ValueForm.Text), "\"2026-09-01\"")]
    [InlineData("10:30:00.000Z", nameof(ValueForm.Text), "\"10:30:00.000Z\"")]
    public void A_cell_takes_the_form_that_a_query_answers_with(string cell, string form, string expected) =>
        Assert.Equal(expected, Written(cell, Enum.Parse<ValueForm>(form)));

    [Fact]
    public void Any_text_is_the_same_text_in_json() =>
        Gen.Char[" \"\n\r\t\b\f\0\u001F\u007F\\/'aÄ漢<>&\u2028"].Array[1, 20].Select(c => new string(c)).Sample(
            text => JsonSerializer.Deserialize<string>(Written(text, ValueForm.Text)) == text, iter: 10_000);

    private static string Written(string value, ValueForm form)
    {
        var output = new ArrayBufferWriter<byte>();
        var cell = value.Replace("\"", "\"\"", StringComparison.Ordinal);
        RestForm.Write(output, Encoding.UTF8.GetBytes(cell), cell != value, form);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
