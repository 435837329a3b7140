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
}
