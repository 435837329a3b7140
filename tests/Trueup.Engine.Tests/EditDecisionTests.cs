using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Engine.Tests;

/// <summary>The pure parts of edits: comparing values, deciding by three versions, checking against the fields, laying answers over records.</summary>
public sealed class EditDecisionTests
{
    [Theory]
    [InlineData(FieldType.Text, "null", "\"\"", true)]
    [InlineData(FieldType.Text, "\"a\"", "\"A\"", false)]
    [InlineData(FieldType.Number, "\"12.50\"", "12.5", true)]
    [InlineData(FieldType.Number, "0", "null", false)]
    [InlineData(FieldType.Number, "\"12345678901234567890123456789012\"", "\"12345678901234567890123456789013\"", false)]
    [InlineData(FieldType.Boolean, "\"TRUE\"", "true", true)]
    [InlineData(FieldType.Boolean, "false", "\"\"", false)]
    [InlineData(FieldType.DateTime, "\"2026-09-01T10:00:00Z\"", "\"2026-09-01T12:00:00.000+0200\"", true)]
    [InlineData(FieldType.DateTime, "\"1788256800000\"", "\"2026-09-01T10:00:00.000Z\"", true)]
    [InlineData(FieldType.Date, "\"2026-09-01\"", "\"2026-09-02\"", false)]
    [InlineData(FieldType.MultiEnumeration, "\"a;b\"", "\"b;a\"", true)]
    [InlineData(FieldType.Enumeration, "\"a;b\"", "\"b;a\"", false)]
    public void Values_are_the_same_where_they_mean_the_same(FieldType type, string left, string right, bool same) =>
        Assert.Equal(same, EditValues.Same(type, JsonElement.Parse(left), JsonElement.Parse(right)));

    [Theory]
    [InlineData("{\"a\":\"1\"}", "{\"a\":\"1\"}", "{\"a\":\"2\"}", "write a")]
    [InlineData("{\"a\":\"1\"}", "{\"a\":\"2\"}", "{\"a\":\"2\"}", "unmodified")]
    [InlineData("{\"a\":\"1\"}", "{\"a\":\"3\"}", "{\"a\":\"2\"}", "conflict a")]
    [InlineData("{\"a\":\"1\",\"b\":\"1\"}", "{\"a\":\"3\",\"b\":\"1\"}", "{\"a\":\"2\",\"b\":\"2\"}", "conflict a")]
    [InlineData("{\"a\":null}", "{\"a\":\"\"}", "{\"a\":\"2\"}", "write a")]
    [InlineData("{\"a\":\"1\",\"b\":\"1\"}", "{\"a\":\"2\",\"b\":\"1\"}", "{\"a\":\"2\",\"b\":\"2\"}", "write b")]
    public void Three_versions_decide(string seen, string current, string wanted, string decided) =>
        Assert.Equal(decided, Decide(seen, current, wanted, ConflictRule.Stop));

    [Fact]
    public void An_undo_writes_the_fields_that_still_hold_what_was_written() =>
        Assert.Equal("write b without a", Decide("{\"a\":\"1\",\"b\":\"1\"}", "{\"a\":\"3\",\"b\":\"1\"}", "{\"a\":\"2\",\"b\":\"2\"}", ConflictRule.WriteOthers));

    [Theory]
    [InlineData(FieldType.Number, "\"\"", "null")]
    [InlineData(FieldType.Number, "\"12.50\"", "12.50")]
    [InlineData(FieldType.Number, "7", "7")]
    [InlineData(FieldType.Text, "7", "\"7\"")]
    [InlineData(FieldType.Boolean, "\"True\"", "true")]
    [InlineData(FieldType.MultiEnumeration, "[\"a\",\"b\"]", "\"a;b\"")]
    [InlineData(FieldType.DateTime, "\"2026-09-01T12:00:00+02:00\"", "\"2026-09-01T10:00:00.000Z\"")]
    public void G89_a_value_is_sent_as_its_field_holds_it_and_an_empty_text_clears(FieldType type, string given, string sent)
    {
        var wrong = Preflight.Normalize(Field(type), JsonElement.Parse(given), out var normal);

        Assert.Null(wrong);
        Assert.Equal(sent, normal.GetRawText());
    }

    [Theory]
    [InlineData(FieldType.Number, "\"12,50\"")]
    [InlineData(FieldType.Number, "\"NaN\"")]
    [InlineData(FieldType.Boolean, "\"yes\"")]
    [InlineData(FieldType.Enumeration, "\"c\"")]
    [InlineData(FieldType.MultiEnumeration, "\"a;c\"")]
    [InlineData(FieldType.Date, "\"1.9.2026\"")]
    [InlineData(FieldType.DateTime, "\"noon\"")]
    [InlineData(FieldType.Text, "{\"a\":1}")]
    [InlineData(FieldType.Text, "\"longer than it may be\"")]
    public void A_value_that_its_field_cannot_hold_is_refused_with_the_fields_name(FieldType type, string given) =>
        Assert.Contains("Field F (f)", Preflight.Normalize(Field(type), JsonElement.Parse(given), out _), StringComparison.Ordinal);

    [Fact]
    public void A_required_field_cannot_be_cleared() =>
        Assert.Contains("required", Preflight.Normalize(Field(FieldType.Text) with { Required = true }, JsonElement.Parse("null"), out _), StringComparison.Ordinal);

    [Fact]
    public void An_answer_is_laid_over_a_record_byte_for_byte()
    {
        const string record = """{ "id":"1",  "city":"Kiel", "note":"\u00fc{\"city\":1}", "amount":12.50 }""";
        var told = new Dictionary<string, JsonElement> { ["city"] = JsonElement.Parse("\"Lübeck\""), ["amount"] = JsonElement.Parse("null"), ["other"] = JsonElement.Parse("1") };

        var laid = Encoding.UTF8.GetString(Overlay.Over(Encoding.UTF8.GetBytes(record), told).Span);

        Assert.Equal("""{ "id":"1",  "city":"Lübeck", "note":"\u00fc{\"city\":1}", "amount":null }""", laid);
    }

    private static Field Field(FieldType type) => new("f", "Field F", type)
    {
        Options = [new FieldOption("a", "A"), new FieldOption("b", "B")], MostCharacters = type == FieldType.Text ? 10 : null,
    };

    private static string Decide(string seen, string current, string wanted, ConflictRule rule) =>
        EditDecision.Between(EditValues.Read(seen), EditValues.Read(current), EditValues.Read(wanted), _ => FieldType.Text, rule) switch
        {
            EditDecision.Unmodified => "unmodified",
            EditDecision.Conflict conflict => $"conflict {string.Join(',', conflict.Fields)}",
            EditDecision.Write write => $"write {string.Join(',', write.Values.Keys)}{(write.Left.Count > 0 ? $" without {string.Join(',', write.Left)}" : "")}",
            var other => other.GetType().Name,
        };
}
