using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using PersistentStateAttribute = Microsoft.AspNetCore.Components.PersistentStateAttribute;

namespace Trueup.Web.Components;

/// <summary>What the reader's browser told us by cookies: time zone and palette. One per request, handed on to the circuit.</summary>
public sealed class Visitor
{
    /// <summary>Makes it from the request; in a circuit, which has none, the values handed on are set afterwards.</summary>
    public Visitor(IHttpContextAccessor accessor)
    {
        var cookies = accessor.HttpContext?.Request.Cookies;
        Theme = cookies?["trueup.theme"] is "light" or "dark" ? cookies["trueup.theme"] : null;
        ZoneName = cookies?["trueup.zone"];
    }

    /// <summary><c>light</c> or <c>dark</c>; null where the system's preference holds.</summary>
    public string? Theme { get; }

    /// <summary>The IANA name of the reader's zone; null before the browser has told us.</summary>
    [PersistentState]
    public string? ZoneName { get; set; }

    /// <summary>The reader's zone; UTC where unknown.</summary>
    public TimeZoneInfo Zone =>
        ZoneName is { Length: > 0 and < 64 } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>The media attribute of a palette's style sheets.</summary>
    public string MediaOf(string palette) => Theme is null ? $"(prefers-color-scheme: {palette})" : Theme == palette ? "all" : "not all";
}
