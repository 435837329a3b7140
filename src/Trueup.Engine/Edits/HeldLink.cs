using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>A link that is there, as <see cref="EditItem.Before"/>, <see cref="EditItem.After"/>, <see cref="EditItem.Seen"/> and
/// <see cref="EditItem.Current"/> hold it.</summary>
/// <param name="Id">The record of the run's stream.</param>
/// <param name="Other">The record at the other end.</param>
/// <param name="Category">See <see cref="Association.Category"/>.</param>
/// <param name="TypeId">See <see cref="Association.TypeId"/>.</param>
/// <param name="Label">See <see cref="Association.Label"/>.</param>
internal sealed record HeldLink(string Id, string Other, string Category, string TypeId, string? Label)
{
    /// <summary>The name under which the links to a stream stand among a record's values.</summary>
    public static string NameOf(StreamName stream) => $"associations.{stream}";

    /// <summary>Whether it is of a type; labels may be renamed.</summary>
    public bool IsOf(LinkType type) => TypeId == type.TypeId && Category == type.Category;

    /// <summary>Whether it is the same link, whatever its label is called by now.</summary>
    public bool Is(HeldLink other) => (Id, Other, Category, TypeId) == (other.Id, other.Other, other.Category, other.TypeId);

    /// <summary>One JSON object with the links to one stream, in a fixed order.</summary>
    public static string Write(StreamName stream, IEnumerable<HeldLink> links) => JsonSerializer.Serialize(
        new Dictionary<string, IEnumerable<HeldLink>>
        {
            [NameOf(stream)] = links.OrderBy(link => link.Id, StringComparer.Ordinal).ThenBy(link => link.Other, StringComparer.Ordinal)
                .ThenBy(link => link.Category, StringComparer.Ordinal).ThenBy(link => link.TypeId, StringComparer.Ordinal),
        },
        JsonSerializerOptions.Web);

    /// <summary>The links to a stream that <see cref="Write"/> wrote; empty for null.</summary>
    public static IReadOnlyList<HeldLink> Read(StreamName stream, string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<Dictionary<string, List<HeldLink>>>(json, JsonSerializerOptions.Web)!.GetValueOrDefault(NameOf(stream)) ?? [];
}
