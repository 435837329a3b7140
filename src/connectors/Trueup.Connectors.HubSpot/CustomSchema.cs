using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>A custom object as the schemas endpoint describes it.</summary>
/// <param name="RequiredProperties">Names of the properties that a new record must have.</param>
/// <param name="LinkedTypeIds">Type ids of the other kinds of records that it can be linked to.</param>
/// <param name="LinksToItself">Whether its records can be linked to each other.</param>
internal sealed record CustomSchema(
    string TypeId, string FullyQualifiedName, string Label, IReadOnlyList<string> RequiredProperties, IReadOnlyList<string> LinkedTypeIds,
    bool LinksToItself)
{
    /// <summary>Reads one; null where it cannot be addressed.</summary>
    public static CustomSchema? From(JsonElement schema)
    {
        if (schema.Text("objectTypeId") is not { Length: > 0 } typeId || schema.IsTrue("archived"))
            return null;
        var name = schema.Text("fullyQualifiedName") ?? schema.Text("name") ?? typeId;
        var links = schema.Items("associations").Select(link => (From: link.Text("fromObjectTypeId"), To: link.Text("toObjectTypeId"))).ToArray();
        return new CustomSchema(
            typeId, name, schema.Member("labels").Text("plural") ?? schema.Text("name") ?? name,
            [.. schema.Items("requiredProperties").Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString() ?? "")],
            [.. links.SelectMany(link => new[] { link.From, link.To }).OfType<string>().Where(linked => linked != typeId).Distinct()],
            links.Any(link => link.From == typeId && link.To == typeId));
    }
}
