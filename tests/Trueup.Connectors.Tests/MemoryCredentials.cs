using Trueup.Contract;

namespace Trueup.Connectors.Tests;

/// <summary>Credentials kept in memory, with every save remembered.</summary>
public sealed class MemoryCredentials(Credentials first) : ICredentialSource
{
    private readonly Lock gate = new();
    private Credentials current = first;

    public List<Credentials> Saved { get; } = [];

    public static MemoryCredentials Static(string token = "pat-test") => new(new Credentials { AccessToken = token });

    /// <summary>What another process saved.</summary>
    public void Replace(Credentials others)
    {
        lock (gate)
            current = others;
    }

    public ValueTask<Credentials> LoadAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            return new(current);
    }

    public ValueTask SaveAsync(Credentials credentials, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            current = credentials;
            Saved.Add(credentials);
        }
        return ValueTask.CompletedTask;
    }
}
