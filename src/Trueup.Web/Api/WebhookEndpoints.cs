using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Trueup.Contract;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Where apps deliver webhooks. No token opens it: the signature of each delivery does.</summary>
internal static class WebhookEndpoints
{
    internal const string Limit = "webhooks";

    /// <summary>A hundred events of an app are far below it.</summary>
    private const int MostBodyBytes = 1 << 20;

    /// <summary>Deliveries of one account a minute; an app tries again later what is refused.</summary>
    private const int DeliveriesPerMinute = 1_200;

    internal static void MapWebhooks(this RouteGroupBuilder api) =>
        api.MapPost("/webhooks/{app}/{connectionId}", ReceiveAsync).AllowAnonymous().RequireRateLimiting(Limit)
            .WithSummary("The app's webhooks, signature checked: hints which records to read.");

    internal static RateLimitPartition<string> LimitOf(HttpContext context) => RateLimitPartition.GetFixedWindowLimiter(
        $"{context.Connection.RemoteIpAddress} {context.Request.RouteValues["connectionId"]}",
        _ => new FixedWindowRateLimiterOptions { PermitLimit = DeliveriesPerMinute, Window = TimeSpan.FromMinutes(1) });

    private static async Task<IResult> ReceiveAsync(
        string app, string connectionId, HttpContext context, Webhooks webhooks, PublicAddress address, CancellationToken cancellationToken)
    {
        var request = context.Request;
        if (await BodyAsync(request, cancellationToken) is not { } body)
            throw new ProblemException(new Problem("too-large", 413, "Too large", $"A delivery may hold {MostBodyBytes >> 20} MB at most."));
        var delivery = new WebhookDelivery(
            request.Method, address.Of(request) + context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            name => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null, body);
        return await webhooks.ReceiveAsync(app, connectionId, delivery, cancellationToken)
            ? TypedResults.NoContent()
            : throw new ProblemException(new Problem("webhook-refused", 401, "Refused", "There is no such account, or the delivery is not signed by its app."));
    }

    /// <summary>The whole body; null where it is too large.</summary>
    private static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16_384];
        while (await request.Body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (body.Length + read > MostBodyBytes)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}

/// <summary>How the server is reached from outside.</summary>
/// <param name="Url">As the operator set it, without trailing slash; null where requests say it.</param>
public sealed record PublicAddress(string? Url)
{
    /// <summary>Scheme and host as whoever sent a request sees them.</summary>
    internal string Of(HttpRequest request) => Url ?? $"{request.Scheme}://{request.Host.Value}";
}
