using System.Globalization;
using System.Text.Json;
using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Search;

/// <summary>Whether a version of a record is one that is searched for.</summary>
internal delegate bool Condition(Record record, RecordVersion version);

/// <summary>Reads the <c>query</c> of a search (facts, sections 4 and 5).</summary>
internal sealed class SearchQuery(SearchFields fields, ObjectTable table, ApiVersion api, DayRule workspaceDays)
{
    private const int MostInGroup = 15;
    private const int MostLevels = 2;
    private const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    private static readonly string[] DateOperators = ["=", ">", "<"];
    private static readonly string[] NumberOperators = ["=", "!=", ">", "<", ">=", "<=", "IN", "NIN"];
    private static readonly string[] TextOperators = ["=", "!=", "IN", "NIN", "~", "!~", "^", "$"];
    private static readonly string[] IdOperators = ["=", "!=", "IN", "NIN"];
    private static readonly string[] EqualityOperators = ["=", "!="];
    private static readonly DayRule Utc = new(TimeZoneInfo.Utc);

    /// <exception cref="Refusal">The query breaks a rule.</exception>
    public Condition Read(JsonElement query) => Read(query, 1);

    private Condition Read(JsonElement query, int level)
    {
        if (query.ValueKind != JsonValueKind.Object)
            throw Refusal.Invalid("query must be an object");
        return query.Get("field") is null ? Group(query, level) : Filter(query);
    }

    private Condition Group(JsonElement group, int level)
    {
        var word = group.Text("operator");
        if (word is not ("AND" or "OR"))
            throw Refusal.Invalid("operator of a group must be AND or OR");
        if (group.Get("value") is not { ValueKind: JsonValueKind.Array } value || value.GetArrayLength() == 0)
            throw Refusal.Invalid($"value of {word} must be a list of filters");
        if (level > MostLevels)
            throw Refusal.Invalid($"filters can be nested up to {MostLevels} levels");
        if (value.GetArrayLength() > MostInGroup)
            throw Refusal.Invalid($"a group can have up to {MostInGroup} filters");
        var conditions = value.EnumerateArray().Select(each => Read(each, level + 1)).ToArray();
        return word == "AND"
            ? (record, version) => Array.TrueForAll(conditions, condition => condition(record, version))
            : (record, version) => Array.Exists(conditions, condition => condition(record, version));
    }

    private Condition Filter(JsonElement filter)
    {
        var name = filter.Required("field");
        var field = fields.Find(table, name) ?? throw new Refusal(400, "invalid_field", $"{name} is not a searchable field", "field");
        var word = filter.Required("operator");
        if (!filter.TryGetProperty("value", out var value))
            throw Refusal.Missing("value");
        return field.Kind switch
        {
            SearchKind.Ids => Ids(field, Known(word, IdOperators, name), value),
            SearchKind.IdsByEquality => Ids(field, Known(word, EqualityOperators, name), value),
            SearchKind.Flag => Flag(field, Known(word, EqualityOperators, name), value),
            SearchKind.Text => Text(field, Known(word, TextOperators, name), value),
            SearchKind.Number => Number(field, Known(word, NumberOperators, name), value),
            _ when DaysOf(field) is { } days => Day(field, Known(word, DateOperators, name), value, days),
            _ => Number(field, Known(word, NumberOperators, name), value),
        };
    }

    // Null where times are searched to the second.
    private DayRule? DaysOf(SearchField field) => (table.Name, api.Has17, field.Kind) switch
    {
        ("conversations" or "tickets", _, _) => null,
        ("companies", _, _) => Utc,
        (_, false, _) => workspaceDays,
        (_, true, SearchKind.OwnTime) => Utc,
        _ => null,
    };

    private static Condition Day(SearchField field, string word, JsonElement value, DayRule days)
    {
        if (IsNull(value))
            return word == "=" ? (record, version) => field.Read(record, version) is null : throw Refusal.Invalid($"{field.Name} cannot be compared with null");
        var second = (long)Numeric(field, value);
        var (from, until) = (days.StartOfDay(second), days.StartOfDay(second, 1));
        return word switch
        {
            "=" => (record, version) => field.Number(record, version) is { } at && at >= from && at < until,
            ">" => (record, version) => field.Number(record, version) >= until,
            _ => (record, version) => field.Number(record, version) < from,
        };
    }

    private static Condition Number(SearchField field, string word, JsonElement value)
    {
        if (word is "IN" or "NIN")
        {
            var all = List(value).Select(each => Numeric(field, each)).ToHashSet();
            return (record, version) => (field.Number(record, version) is { } number && all.Contains(number)) == (word == "IN");
        }
        if (IsNull(value))
            return word is "=" or "!=" ? (record, version) => (field.Read(record, version) is null) == (word == "=") : throw Refusal.Invalid($"{field.Name} cannot be compared with null");
        var wanted = Numeric(field, value);
        return word switch
        {
            "=" => (record, version) => field.Number(record, version) == wanted,
            // What is unset is unequal too.
            "!=" => (record, version) => field.Number(record, version) != wanted,
            ">" => (record, version) => field.Number(record, version) > wanted,
            "<" => (record, version) => field.Number(record, version) < wanted,
            ">=" => (record, version) => field.Number(record, version) >= wanted,
            _ => (record, version) => field.Number(record, version) <= wanted,
        };
    }

    private static Condition Text(SearchField field, string word, JsonElement value)
    {
        if (word is "IN" or "NIN")
        {
            var all = List(value).Select(each => each.ToString()).ToHashSet(StringComparer.OrdinalIgnoreCase);
            return (record, version) => (field.Read(record, version) is { } text && all.Contains(text)) == (word == "IN");
        }
        if (IsNull(value))
            return word is "=" or "!=" ? (record, version) => string.IsNullOrEmpty(field.Read(record, version)) == (word == "=") : throw Refusal.Invalid($"{field.Name} cannot be compared with null");
        if (value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            throw new Refusal(400, "type_mismatch", $"{field.Name} must be compared with a text");
        var wanted = value.ToString();
        // Bodies are matched word by word.
        if (field.Name == "source.body" && word is ("=" or "~"))
        {
            var words = wanted.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (record, version) => field.Read(record, version) is { } text && Array.TrueForAll(words, each => text.Contains(each, AnyCase));
        }
        return word switch
        {
            "=" => (record, version) => string.Equals(field.Read(record, version), wanted, AnyCase),
            "!=" => (record, version) => !string.Equals(field.Read(record, version), wanted, AnyCase),
            "~" => (record, version) => field.Read(record, version)?.Contains(wanted, AnyCase) == true,
            "!~" => (record, version) => field.Read(record, version)?.Contains(wanted, AnyCase) != true,
            "^" => (record, version) => field.Read(record, version)?.StartsWith(wanted, AnyCase) == true,
            _ => (record, version) => field.Read(record, version)?.EndsWith(wanted, AnyCase) == true,
        };
    }

    private static Condition Flag(SearchField field, string word, JsonElement value)
    {
        if (IsNull(value))
            return (record, version) => (field.Read(record, version) is null) == (word == "=");
        var wanted = value.ToString().ToLowerInvariant();
        if (wanted is not ("true" or "false"))
            throw new Refusal(400, "type_mismatch", $"{field.Name} must be compared with true or false");
        return (record, version) => (field.Read(record, version) == wanted) == (word == "=");
    }

    private static Condition Ids(SearchField field, string word, JsonElement value)
    {
        if (IsNull(value))
            return (record, _) => (field.Ids!(record).Count == 0) == (word == "=");
        var wanted = word is "IN" or "NIN" ? List(value).Select(each => each.ToString()).ToHashSet() : [value.ToString()];
        return (record, _) => field.Ids!(record).Any(wanted.Contains) == (word is "=" or "IN");
    }

    private static string Known(string word, string[] known, string name) =>
        known.Contains(word) ? word : throw Refusal.Invalid($"Operator {word} is not supported on {name}; supported are {string.Join(", ", known)}", "operator");

    private static IEnumerable<JsonElement> List(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new Refusal(400, "type_mismatch", "IN and NIN need a list");

    private static double Numeric(SearchField field, JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.String && double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && (!field.IsTime || number == Math.Floor(number))
            ? number : throw new Refusal(400, "type_mismatch", $"{field.Name} must be compared with a number");

    private static bool IsNull(JsonElement value) => value.ValueKind == JsonValueKind.Null;
}
