using Microsoft.Extensions.Time.Testing;
using Trueup.Mirrors.Sqlite;

namespace Trueup.Mirrors.Tests;

public sealed class SqliteMirrorContract : MirrorContract
{
    private readonly TemporaryFolder folder = new();

    protected override IMirrorStore Start() => new SqliteMirrorStore(folder.Path, new FakeTimeProvider(Monday));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    // PostgreSQL's columns hold one type each, so this promise is SQLite's own.
    [Fact]
    public async Task Values_are_typed_where_they_are_what_the_type_says_and_left_alone_where_not()
    {
        await DescribeAsync(Deals, new Field("amount", "Amount", FieldType.Number), new Field("won", "Won", FieldType.Boolean), new Field("name", "Name", FieldType.Text));
        await PutAsync(Deals,
            Put("1", """{"amount":"1.5","won":"true","name":"5"}""", modified: 1_772_438_400_123), Put("2", """{"amount":"1234;5678","won":"perhaps","name":""}"""),
            Put("3", """{"amount":"","won":"","name":null}""", modified: 0), Put("4", """{"amount":7,"won":false}"""));

        var rows = await AllOf(Mirror.SqlAsync("SELECT amount, won, name FROM deals ORDER BY id", _ => { }, default));
        var stamps = await AllOf(Mirror.SqlAsync("SELECT modified_at, first_seen_at FROM deals WHERE id IN ('1', '3') ORDER BY id", _ => { }, default));

        Assert.Equal([[1.5, 1L, "5"], ["1234;5678", "perhaps", ""], ["", "", null], [7L, 0L, null]], rows);
        Assert.Equal([["2026-03-02T08:00:00.123Z", "2026-03-02T08:00:00.000Z"], [null, "2026-03-02T08:00:00.000Z"]], stamps);
    }
}
