using System.Globalization;
using CsCheck;

namespace Trueup.Mirrors.Tests;

public abstract partial class MirrorContract
{
    /// <summary>A deal as the model knows it. Null: empty.</summary>
    private sealed record Deal(string Id, string? City, string? Amount);

    private static readonly string?[] SomeCities = [null, "", "Kiel", "kiel", "Bonn", "Bonn und Köln"];
    private static readonly string?[] SomeAmounts = [null, "", "1", "1.0", "10", "9", "-2.5", "many"];
    private static readonly string?[] SomeFilters = [null, "city != Kiel", "city contains on", "amount >= 1", "amount is-empty", "city > Bonn and amount != 9"];
    private static readonly string?[] SomeSorts = [null, "city", "-city", "amount", "-amount", "id", "-id"];

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static readonly Gen<(string? City, string? Amount)[]> GenDeals = Gen.Select(OneOf(SomeCities), OneOf(SomeAmounts)).Array[0, 40];

    [Fact]
    public Task Pages_show_what_filtering_and_sorting_a_list_would_show() =>
        Gen.Select(GenDeals, OneOf(SomeFilters), OneOf(SomeSorts), Gen.Int[1, 12], Gen.Int[0, 15]).SampleAsync(
            async (drawn, filter, sort, limit, skip) =>
            {
                await Store.DeleteAsync("deals", default);
                await using var mirror = await Store.OpenAsync("deals", default);
                var deals = drawn.Select((each, index) => new Deal($"{index}", each.City, each.Amount)).ToList();
                await FillAsync(mirror, deals);
                var expected = Sorted(deals.Where(deal => Matches(deal, filter)), sort).Select(deal => deal.Id).ToList();

                Assert.Equal(expected, await WalkAsync(mirror, new RecordQuery(Deals, filter, sort, limit, null)));
                var jumped = await mirror.QueryAsync(new RecordQuery(Deals, filter, sort, limit, null, skip), default);
                Assert.Equal(expected.Skip(skip).Take(limit), jumped.Records.Select(record => record.Id.Value));
                Assert.Equal(expected.Count, await mirror.CountAsync(Deals, filter, default));
            },
            iter: 150, threads: 1);

    private static async Task FillAsync(IMirror mirror, List<Deal> deals)
    {
        var fence = await mirror.TakeFenceAsync(default);
        await mirror.CommitAsync(new MirrorCommit(fence, Monday, "x")
        {
            Streams = [Stream(Deals, "0-3")],
            Schemas = [new StreamSchemaUpdate(Deals, new StreamSchema([Text("city"), Amount], []))],
            Puts = [new StreamPuts(Deals, [.. deals.Select(deal => Put(deal.Id, $$"""{"city":{{Json(deal.City)}},"amount":{{Json(deal.Amount)}}}"""))])],
        }, default);
    }

    private static string Json(string? value) => value is null ? "null" : $"\"{value}\"";

    private static async Task<List<string>> WalkAsync(IMirror mirror, RecordQuery query)
    {
        var walked = new List<string>();
        string? cursor = null;
        do
        {
            var page = await mirror.QueryAsync(query with { Cursor = cursor }, default);
            walked.AddRange(page.Records.Select(record => record.Id.Value));
            cursor = page.Next;
        }
        while (cursor is not null);
        return walked;
    }

    private static bool Matches(Deal deal, string? filter) => filter switch
    {
        "city != Kiel" => deal.City != "Kiel",
        "city contains on" => deal.City?.Contains("on", StringComparison.OrdinalIgnoreCase) ?? false,
        "amount >= 1" => NumberIn(deal.Amount) >= 1,
        "amount is-empty" => string.IsNullOrEmpty(deal.Amount),
        "city > Bonn and amount != 9" => string.CompareOrdinal(deal.City ?? "", "Bonn") > 0 && NumberIn(deal.Amount) != 9,
        _ => true,
    };

    private static double? NumberIn(string? amount) => double.TryParse(amount, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<Deal> Sorted(IEnumerable<Deal> deals, string? sort)
    {
        if (sort is null)
            return deals;
        Comparison<Deal> order = sort.TrimStart('-') switch
        {
            "city" => (left, right) => string.CompareOrdinal(left.City ?? "", right.City ?? ""),
            "amount" => (left, right) => Rank(left.Amount).CompareTo(Rank(right.Amount)),
            _ => (left, right) => string.CompareOrdinal(left.Id, right.Id),
        };
        var comparer = Comparer<Deal>.Create(order);
        return (sort[0] == '-' ? deals.OrderDescending(comparer) : deals.Order(comparer)).ThenBy(deal => deal.Id, StringComparer.Ordinal);
    }

    /// <summary>Empty, then numbers, then text.</summary>
    private static (int, double, string) Rank(string? amount) => string.IsNullOrEmpty(amount)
        ? (0, 0, "")
        : NumberIn(amount) is { } number ? (1, number, "") : (2, 0, amount);
}
