using System.Text.Json;
using Trueup.Emulators.HubSpot.Api;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Search;

/// <summary>The pseudo property <c>associations.TYPE</c>: records linked to given records of a type. Not for custom objects.</summary>
internal sealed class LinkCondition : ISearchCondition
{
    public const string Prefix = "associations.";

    private readonly HubSpotPortal portal;
    private readonly ObjectTable from;
    private readonly ObjectTable to;
    private readonly HashSet<long> ids;

    public LinkCondition(HubSpotPortal portal, ObjectTable from, JsonElement json)
    {
        this.portal = portal;
        this.from = from;
        var name = json.Text("propertyName")![Prefix.Length..];
        to = portal.Find(name) is { Type.IsCustom: false } found ? found : throw Refusal.Invalid($"Cannot filter by associations with {name}.");
        ids = json.Text("operator") switch
        {
            "EQ" => [.. new[] { Body.Id(json.Text("value")) }.OfType<long>()],
            "IN" => [.. json.Texts("values").Select(Body.Id).OfType<long>()],
            var other => throw Refusal.Invalid($"Associations can be filtered by EQ and IN, not by {other}."),
        };
    }

    /// <inheritdoc/>
    public bool Matches(Record record, RecordVersion version) =>
        portal.Links.From(from.Type, record.Id, to.Type).Any(link => ids.Contains(link.To));
}
