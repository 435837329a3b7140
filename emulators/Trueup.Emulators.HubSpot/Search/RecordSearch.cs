using System.Globalization;
using System.Text.Json;
using Trueup.Emulators.HubSpot.Api;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Search;

/// <summary>Search (facts, section 3.5): filters, sorts and counts on an index that may lag, and shows the records as they are now.</summary>
internal sealed class RecordSearch(HubSpotPortal portal, Difficulties difficulties)
{
    private const string Endpoint = "search";
    private const int Ceiling = 10_000;
    private const int MostPerPage = 200;
    private const int MostGroups = 5;
    private const int MostFiltersInGroup = 6;
    private const int MostFilters = 18;
    private const int MostQueryCharacters = 3_000;

    private readonly record struct Hit(Record Record, RecordVersion Version);

    public Answer Search(Call call, ObjectTable table)
    {
        var body = Body.Parse(call);
        var limit = Limit(body);
        var offset = Offset(body, limit);
        var groups = Groups(table, body);
        var view = difficulties.View(Endpoint, table.Stream, portal.Clock.Milliseconds);
        var selection = RecordWriter.Select(table, body.Texts("properties"));
        limit = difficulties.PageSize(Endpoint, table.Stream, limit);

        var (total, page) = Hits(table, body, groups, view, offset, limit);
        var next = offset + limit < total ? offset + limit : (int?)null;
        if (limit == 0)
            next = offset;
        var headers = Array.Empty<KeyValuePair<string, string>>();
        if (difficulties.Cap(Endpoint, table.Stream) is { } cap && offset + limit >= cap.Limit && next is not null)
        {
            if (cap.Manner == CapManner.Error && offset >= cap.Limit)
                throw Refusal.Invalid($"Paging past {cap.Limit} results is not supported.");
            if (cap.Manner != CapManner.Error)
                next = null;
            if (cap.Manner == CapManner.Header)
                headers = [new("Warning", "199 - \"results are capped\"")];
        }
        if (next is not null && difficulties.Any && difficulties.Repeats(Endpoint, table.Stream))
            next = offset;
        return Render(table, total, page, selection, next) with { Headers = headers };
    }

    private Answer Render(ObjectTable table, int total, List<Record> page, Selection selection, int? next)
    {
        var json = new JsonBytes(256 + page.Count * 1024);
        json.Raw("{\"total\":"u8).Number(total).Raw(",\"results\":["u8);
        for (var i = 0; i < page.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            RecordWriter.Write(json, portal, table, page[i], page[i].Now, selection,
                difficulties.Any && difficulties.WithoutId(Endpoint, table.Stream, page[i].Id));
        }
        json.Raw("]"u8);
        if (next is { } after)
            json.Raw(",\"paging\":{\"next\":{\"after\":\""u8).Number(after).Raw("\",\"link\":\"?after="u8).Number(after).Raw("\"}}"u8);
        json.Raw("}"u8);
        return Reply.Json(200, json);
    }

    private (int Total, List<Record> Page) Hits(
        ObjectTable table, JsonElement body, List<List<ISearchCondition>> groups, RecordView view, int offset, int limit)
    {
        var words = body.Text("query");
        if (words?.Length > MostQueryCharacters)
            throw Refusal.Invalid($"The query is longer than {MostQueryCharacters} characters.");
        var order = Order(table, body);
        if (groups.Count == 0 && string.IsNullOrEmpty(words) && order is null && view.IsCurrent && !difficulties.Any)
            return (table.LiveCount,
                [.. table.Records.Where(record => record.Now.Life == RecordLife.Live).Skip(offset).Take(limit)]);

        var hits = Candidates(table, groups, view)
            .Where(hit => (groups.Count == 0 || groups.Exists(group => group.TrueForAll(filter => filter.Matches(hit.Record, hit.Version))))
                && (string.IsNullOrEmpty(words) || HasWords(table, hit, words)))
            .ToList();
        hits.Sort(ById);
        if (order is not null)
            hits = [.. hits.Order(Comparer<Hit>.Create(order))];
        difficulties.Disturb(Endpoint, table.Stream, hits, order);
        // What is shown is the record as it is now: an archived one leaves the page short.
        return (hits.Count, [.. hits.Skip(offset).Take(limit).Select(hit => hit.Record).Where(record => record.Now.Life == RecordLife.Live)]);
    }

    private static IEnumerable<Hit> Candidates(ObjectTable table, List<List<ISearchCondition>> groups, RecordView view)
    {
        var only = groups.Count == 1 ? groups[0] : [];
        if (only.Select(filter => filter.Ids).FirstOrDefault(ids => ids is not null) is { } named)
            return Visible(named.Distinct().Select(id => table.TryGet(id, out var record) ? record : null).OfType<Record>(), view);

        var (since, until) = Meet(only.Select(filter => filter.ModifiedWindow));
        var (least, most) = Meet(only.Select(filter => filter.IdRange));
        var first = table.PositionOf(least);
        if ((since != long.MinValue || until != long.MaxValue)
            && table.CountModifiedBetween(since, until) * 2 < table.Records.Count - first)
            return table.ModifiedBetween(since, until)
                .Where(each => view.See(each.Record) is { Life: RecordLife.Live } version && version.Modified == each.Stamp)
                .Select(each => each.Record).Distinct()
                .Select(record => new Hit(record, view.See(record)!));
        return Visible(Between(table, first, most), view);
    }

    private static IEnumerable<Record> Between(ObjectTable table, int first, long most)
    {
        for (var i = first; i < table.Records.Count && table.Records[i].Id <= most; i++)
            yield return table.Records[i];
    }

    private static IEnumerable<Hit> Visible(IEnumerable<Record> records, RecordView view)
    {
        foreach (var record in records)
            if (view.See(record) is { Life: RecordLife.Live } version)
                yield return new Hit(record, version);
    }

    private static (long Low, long High) Meet(IEnumerable<(long Low, long High)?> ranges)
    {
        var (low, high) = (long.MinValue, long.MaxValue);
        foreach (var range in ranges.OfType<(long Low, long High)>())
            (low, high) = (Math.Max(low, range.Low), Math.Min(high, range.High));
        return (low, high);
    }

    private static int ById(Hit left, Hit right) => left.Record.Id.CompareTo(right.Record.Id);

    private static Comparison<Hit>? Order(ObjectTable table, JsonElement body)
    {
        var sorts = body.Items("sorts").ToList();
        if (sorts.Count == 0)
            return null;
        if (sorts.Count > 1)
            throw Refusal.Invalid("Only one sort is supported.");
        var text = sorts[0].ValueKind == JsonValueKind.String ? sorts[0].GetString()! : null;
        var name = text?.TrimStart('-') ?? sorts[0].Text("propertyName") ?? throw Refusal.Invalid("A sort needs a propertyName.");
        var descending = text?.StartsWith('-') ?? sorts[0].Text("direction") == "DESCENDING";
        var property = table.Properties.FindReadable(name) ?? throw Refusal.Invalid($"Cannot sort by unknown property {name}.");
        Comparison<Hit> byKey = property.Ordinal switch
        {
            ObjectTable.ObjectIdOrdinal => ById,
            ObjectTable.ModifiedOrdinal => static (left, right) => left.Version.Modified.CompareTo(right.Version.Modified),
            ObjectTable.CreatedOrdinal => static (left, right) => left.Record.Created.CompareTo(right.Record.Created),
            _ => ByValue(property),
        };
        return descending ? (left, right) => byKey(right, left) : byKey;
    }

    private static Comparison<Hit> ByValue(PropertyDefinition property)
    {
        var kind = SearchValue.KindOf(property);
        return (left, right) =>
        {
            var first = RecordBody.Find(left.Version.Body, property.Ordinal);
            var second = RecordBody.Find(right.Version.Body, property.Ordinal);
            return (string.IsNullOrEmpty(first), string.IsNullOrEmpty(second)) switch
            {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => -1,
                _ => SearchValue.Compare(kind, first!, second!) ?? string.CompareOrdinal(first, second),
            };
        };
    }

    private static bool HasWords(ObjectTable table, Hit hit, string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word =>
            table.Type.Defaults.Concat(table.Type.SearchableProperties).Any(name =>
                table.Properties.FindReadable(name) is { } property
                && RecordBody.Find(hit.Version.Body, property.Ordinal)?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));

    private static int Limit(JsonElement body)
    {
        if (body.Text("limit") is not { } text)
            return 10;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit <= MostPerPage
            ? limit
            : throw Refusal.Invalid($"The limit of a search must be between 0 and {MostPerPage}, not {text}.");
    }

    private static int Offset(JsonElement body, int limit)
    {
        if (body.Text("after") is not { Length: > 0 } text)
            return 0;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            throw Refusal.Invalid($"Invalid value '{text}' for after: it must be a whole number.");
        return offset + limit <= Ceiling
            ? offset
            : throw Refusal.Invalid($"The search cannot page past {Ceiling} results: offset {offset} with limit {limit}.");
    }

    private List<List<ISearchCondition>> Groups(ObjectTable table, JsonElement body)
    {
        var groups = body.Items("filterGroups").Select(group => group.Items("filters").ToList()).Where(group => group.Count > 0).ToList();
        if (body.Items("filters").ToList() is { Count: > 0 } bare)
            groups.Add(bare);
        if (groups.Count > MostGroups || groups.Exists(group => group.Count > MostFiltersInGroup) || groups.Sum(group => group.Count) > MostFilters)
            throw Refusal.Invalid(
                $"The search has too many filters: at most {MostGroups} groups, {MostFiltersInGroup} filters in a group and {MostFilters} in all.");
        return [.. groups.Select(group => group.Select(filter => Condition(table, filter)).ToList())];
    }

    private ISearchCondition Condition(ObjectTable table, JsonElement filter) =>
        filter.Text("propertyName")?.StartsWith(LinkCondition.Prefix, StringComparison.Ordinal) == true
            ? new LinkCondition(portal, table, filter)
            : new SearchFilter(table, filter);
}
