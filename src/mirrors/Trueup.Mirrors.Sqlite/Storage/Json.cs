using System.Text.Json;

namespace Trueup.Mirrors.Sqlite;

/// <summary>How values of the contract are kept in text columns.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new();

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize<T>(utf8, Options) ?? throw new JsonException($"A stored {typeof(T).Name} is null.");
}
