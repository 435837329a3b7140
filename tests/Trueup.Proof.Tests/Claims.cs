using System.Text.Json;
using System.Text.RegularExpressions;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>What the tests of trouble claim at their ends.</summary>
internal static partial class Claims
{
    private const int LongestSentence = 500;

    /// <summary>The mirror holds exactly what the CRM holds.</summary>
    public static async Task EqualAsync(EmulatedCrm crm, TrueupServer server, string connection, int atLeast, params string[] streams)
    {
        var (differences, compared) = await Equality.CompareAsync(crm, server, connection, streams);
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.True(compared >= atLeast, $"Only {compared} records were compared.");
    }

    /// <summary>A full sync ends verified, and the mirror holds exactly what the CRM holds.</summary>
    public static async Task VerifiedAndEqualAsync(EmulatedCrm crm, TrueupServer server, string connection, int atLeast, params string[] streams)
    {
        var sync = await server.SyncAsync(connection, "full");
        Assert.True(sync.GetProperty("status").GetString() == "verified", $"{sync}");
        await EqualAsync(crm, server, connection, atLeast, streams);
    }

    /// <summary>A text is a plain sentence for people: no exception, no markup, no second line.</summary>
    public static string Sentence(JsonElement text)
    {
        Assert.True(text.ValueKind == JsonValueKind.String, $"There is no sentence, but {text.GetRawText()}.");
        var sentence = text.GetString()!;
        Assert.InRange(sentence.Length, 20, LongestSentence);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        Assert.DoesNotMatch(NotForPeople(), sentence);
        return sentence;
    }

    /// <summary>The server printed no stack trace and none of the secrets.</summary>
    public static void Discreet(TrueupServer server, params string[] secrets)
    {
        foreach (var secret in secrets.Append(TrueupServer.Token).Append("pat-na1-test"))
            Assert.DoesNotContain(secret, server.Program.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Program.Said, StringComparison.Ordinal);
    }

    [GeneratedRegex("Exception|   at |[\\r\\n<>{}]")]
    private static partial Regex NotForPeople();
}
