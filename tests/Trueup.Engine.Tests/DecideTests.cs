using System.Text;
using System.Text.Json;
using CsCheck;
using Trueup.Contract;
using Trueup.Engine.Deciding;

namespace Trueup.Engine.Tests;

public sealed class DecideTests
{
    [Fact]
    public void A_record_never_seen_is_created()
    {
        var change = Decide.Between(null, 10, Json("""{"a":"1"}"""), Means.Modified);

        Assert.Equal(PutKind.Create, Assert.IsType<Change.Put>(change).Kind);
    }

    [Fact]
    public void A_newer_version_replaces_the_stored_one_and_its_old_values_become_history()
    {
        var change = Assert.IsType<Change.Put>(Decide.Between(Stored(10, """{"a":"1","b":"x"}"""), 11, Json("""{"a":"2","b":"x"}"""), Means.Modified));

        Assert.Equal(PutKind.Change, change.Kind);
        Assert.Equal("""{"a":"1"}""", Text(change.Before));
        Assert.Equal("""{"a":"2","b":"x"}""", Text(change.Properties));
    }

    [Fact]
    public void An_older_version_from_a_lagging_index_never_overwrites_a_newer_one() =>
        Assert.IsType<Change.None>(Decide.Between(Stored(10, """{"a":"2"}"""), 9, Json("""{"a":"1"}"""), Means.Modified));

    [Fact]
    public void Equal_stamps_with_different_content_are_settled_by_reading_the_record_by_id()
    {
        var stored = Stored(10, """{"a":"1"}""");

        Assert.IsType<Change.Doubt>(Decide.Between(stored, 10, Json("""{"a":"2"}"""), Means.Modified));
        Assert.IsType<Change.Doubt>(Decide.Between(stored, 10, Json("""{"a":"2"}"""), Means.Full));
        Assert.IsType<Change.Put>(Decide.Between(stored, 10, Json("""{"a":"2"}"""), Means.ById));
    }

    [Fact]
    public void A_list_that_is_behind_the_mirror_is_not_believed_without_asking_for_the_record() =>
        Assert.IsType<Change.Doubt>(Decide.Between(Stored(10, """{"a":"2"}"""), 9, Json("""{"a":"1"}"""), Means.Full));

    [Fact]
    public void A_buried_record_comes_back_only_when_the_record_itself_says_so()
    {
        var buried = Stored(10, """{"a":"1"}""") with { IsLive = false, Gone = new GoneRecord(new("7"), GoneCause.Archived) };

        Assert.IsType<Change.Doubt>(Decide.Between(buried, 11, Json("""{"a":"1"}"""), Means.Modified));
        Assert.Equal(PutKind.Restore, Assert.IsType<Change.Put>(Decide.Between(buried, 10, Json("""{"a":"1"}"""), Means.ById)).Kind);
    }

    [Theory]
    [InlineData("100", "100.0")]
    [InlineData("3.5E8", "350000000")]
    [InlineData("-0.50", "-0.5")]
    public void The_same_number_written_in_another_way_is_no_change(string stored, string incoming) =>
        Assert.IsType<Change.None>(Decide.Between(Stored(10, $"{{\"a\":{stored}}}"), 10, Json($"{{\"a\":{incoming}}}"), Means.Full));

    [Theory]
    [InlineData("100", "\"100\"")]
    [InlineData("1234567890123456789012345678.1", "1234567890123456789012345678.2")]
    [InlineData("1.5E-28", "2E-28")]
    [InlineData("0", "false")]
    public void Different_values_are_a_change_however_alike_they_look(string stored, string incoming) =>
        Assert.IsType<Change.Doubt>(Decide.Between(Stored(10, $"{{\"a\":{stored}}}"), 10, Json($"{{\"a\":{incoming}}}"), Means.Full));

    [Fact]
    public void The_same_properties_in_another_order_are_no_change() =>
        Assert.IsType<Change.None>(Decide.Between(Stored(10, """{"a":"1","b":"2"}"""), 10, Json("""{"b":"2","a":"1"}"""), Means.Full));

    [Fact]
    public void The_same_text_escaped_in_another_way_is_no_change() =>
        Assert.IsType<Change.None>(Decide.Between(Stored(10, """{"a":"\u00e9"}"""), 10, Json("""{"a":"é"}"""), Means.Full));

    [Fact]
    public void Null_empty_text_zero_and_false_are_four_different_values()
    {
        string[] values = ["null", "\"\"", "\"0\"", "0", "false", "\"false\"", "\"N/A\""];
        foreach (var left in values)
        {
            foreach (var right in values.Where(value => value != left))
            {
                var difference = PropertyDifference.Between(Json($$"""{"a":{{left}}}"""), Json($$"""{"a":{{right}}}"""));
                Assert.True(difference.Contradicts, $"{left} and {right} were taken as equal");
            }
        }
    }

    [Fact]
    public void A_field_that_appeared_is_filled_in_without_a_doubt_although_no_stamp_moved()
    {
        var change = Assert.IsType<Change.Put>(Decide.Between(Stored(10, """{"a":"1"}"""), 10, Json("""{"a":"1","b":"2"}"""), Means.Full));

        Assert.Equal(PutKind.Change, change.Kind);
        Assert.Equal("{}", Text(change.Before));
    }

    [Fact]
    public void A_field_that_appeared_without_a_value_is_no_change_of_the_record() =>
        Assert.Equal(PutKind.Refresh, Assert.IsType<Change.Put>(
            Decide.Between(Stored(10, """{"a":"1"}"""), 10, Json("""{"a":"1","b":null}"""), Means.Full)).Kind);

    [Fact]
    public void Values_of_a_field_that_the_crm_no_longer_speaks_of_are_kept()
    {
        var change = Assert.IsType<Change.Put>(Decide.Between(Stored(10, """{"a":"1","old":"kept"}"""), 11, Json("""{"a":"2"}"""), Means.Modified));

        using var merged = JsonDocument.Parse(change.Properties);
        Assert.Equal("2", merged.RootElement.GetProperty("a").GetString());
        Assert.Equal("kept", merged.RootElement.GetProperty("old").GetString());
    }

    [Fact]
    public void Whatever_the_properties_a_merge_holds_every_incoming_value_and_every_stored_value_not_spoken_of() =>
        Gen.Select(GenProperties, GenProperties).Sample((stored, incoming) =>
        {
            var difference = PropertyDifference.Between(Bytes(stored), Bytes(incoming));
            using var merged = JsonDocument.Parse(difference.Merged());
            var expected = new Dictionary<string, string?>(stored);
            foreach (var (name, value) in incoming)
                expected[name] = value;
            var actual = merged.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString());
            var contradicts = stored.Any(was => incoming.TryGetValue(was.Key, out var now) && now != was.Value);
            return expected.Count == actual.Count && expected.All(pair => actual[pair.Key] == pair.Value) && contradicts == difference.Contradicts;
        });

    private static Gen<Dictionary<string, string?>> GenProperties =>
        Gen.Dictionary(Gen.String[Gen.Char["abé\"\\\n\u0000😀"[..7]], 1, 3], Gen.OneOf(Gen.String[0, 5].Select(text => (string?)text), Gen.Const((string?)null)))[0, 8];

    private static ReadOnlyMemory<byte> Bytes(Dictionary<string, string?> properties) => JsonSerializer.SerializeToUtf8Bytes(properties);

    private static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    private static StoredRecord Stored(long modified, string json) =>
        new(new RecordId("7"), true, modified, 0, DateTimeOffset.UnixEpoch, Json(json), null, DateTimeOffset.UnixEpoch, "test");
}
