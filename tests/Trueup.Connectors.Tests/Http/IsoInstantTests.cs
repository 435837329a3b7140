using System.Text;
using CsCheck;
using Trueup.Http;

namespace Trueup.Connectors.Tests.Http;

public sealed class IsoInstantTests
{
    [Theory]
    [InlineData("2026-09-10T08:10:22.918Z", 1789027822918)]
    [InlineData("2026-09-10T08:10:22Z", 1789027822000)]
    [InlineData("2026-09-10T08:10:22.9Z", 1789027822900)]
    [InlineData("2026-09-10T08:10:22.9189Z", 1789027822918)]
    [InlineData("2026-09-10T10:10:22.918+02:00", 1789027822918)]
    [InlineData("2026-09-10T03:10:22.918-0500", 1789027822918)]
    [InlineData("1789027822918", 1789027822918)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    public void Instants_are_read_to_the_millisecond(string text, long milliseconds)
    {
        Assert.True(IsoInstant.TryReadMilliseconds(Encoding.UTF8.GetBytes(text), out var read));
        Assert.Equal(milliseconds, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-09-10")]
    [InlineData("2026-02-30T00:00:00Z")]
    [InlineData("2026-09-10T24:00:00Z")]
    [InlineData("2026-09-10T08:10:22")]
    [InlineData("2026-09-10T08:10:22.Z")]
    [InlineData("2026-09-10T08:10:22Zx")]
    [InlineData("12345678901234567890123")]
    public void What_is_no_instant_is_not_guessed_at(string text) =>
        Assert.False(IsoInstant.TryReadMilliseconds(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Every_instant_is_read_as_the_platform_reads_it() =>
        Gen.DateTime[new DateTime(1, 1, 1), new DateTime(9999, 12, 31)].Sample(instant =>
        {
            var text = instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
            return IsoInstant.TryReadMilliseconds(Encoding.UTF8.GetBytes(text), out var read)
                && read == DateTimeOffset.Parse(text).ToUnixTimeMilliseconds();
        });
}
