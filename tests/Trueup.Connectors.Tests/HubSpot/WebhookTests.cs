using System.Globalization;
using System.Text;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class WebhookTests
{
    private const string Secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_300_000);

    // Computed with HubSpot's own Node client. Source: hubspot.md §10.2, 2026-09.
    [Theory]
    [InlineData("1693657560000", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=")]
    [InlineData("1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=")]
    public void A_signature_is_what_hubspots_client_makes(string stamp, string signature)
    {
        var delivery = new WebhookDelivery("POST", "https://www.example.com/webhook_uri", _ => null, Encoding.UTF8.GetBytes("{'example_field':'example_value'}"));

        Assert.Equal(signature, Convert.ToBase64String(WebhookSignature.Of(delivery, Secret, stamp)));
    }

    [Fact]
    public void Escapes_that_hubspot_undoes_are_undone()
    {
        var plain = new WebhookDelivery("POST", "https://example.com/a:b@c?d=(1)", _ => null, default);
        var escaped = plain with { Address = "https://example.com/a%3Ab%40c?d=%281%29" };

        Assert.Equal(WebhookSignature.Of(plain, Secret, "1"), WebhookSignature.Of(escaped, Secret, "1"));
    }

    [Fact]
    public void What_is_not_signed_just_now_by_this_app_about_this_portal_is_refused()
    {
        const string body = """[{"subscriptionType":"contact.creation","portalId":123,"objectId":1}]""";

        Assert.IsType<WebhookReading.Accepted>(Read(body));
        Assert.IsType<WebhookReading.Refused>(Read(body, signedWith: "another secret"));
        Assert.IsType<WebhookReading.Refused>(Read(body, age: TimeSpan.FromMinutes(6)));
        Assert.IsType<WebhookReading.Refused>(Read(body, age: TimeSpan.FromMinutes(-6)));
        Assert.IsType<WebhookReading.Refused>(Read(body, secret: null));
        Assert.IsType<WebhookReading.Refused>(Read(body.Replace("123", "124", StringComparison.Ordinal)));
        Assert.IsType<WebhookReading.Refused>(Read("{}"));
        Assert.IsType<WebhookReading.Refused>(Read("[{"));
    }

    [Theory]
    [InlineData("""{"subscriptionType":"deal.propertyChange","objectId":90211,"propertyName":"amount"}""", "0-3 90211")]
    [InlineData("""{"eventType":"contact.deletion","objectId":"7"}""", "0-1 7")]
    [InlineData("""{"subscriptionType":"contact.privacyDeletion","objectId":7}""", "0-1 7")]
    [InlineData("""{"subscriptionType":"object.creation","objectTypeId":"2-77","objectId":5}""", "2-77 5 links")]
    [InlineData("""{"subscriptionType":"contact.restore","objectId":7}""", "0-1 7 links")]
    [InlineData("""{"subscriptionType":"contact.merge","objectId":13,"primaryObjectId":11,"mergedObjectIds":[12],"newObjectId":13}""",
        "0-1 13 links,0-1 11 links,0-1 12 links")]
    [InlineData("""{"subscriptionType":"contact.associationChange","associationType":"CONTACT_TO_COMPANY","fromObjectId":13,"toObjectId":7001}""",
        "0-1 13 links,0-2 7001 links")]
    [InlineData("""{"subscriptionType":"object.associationChange","associationType":"MACHINE_TO_CALL","fromObjectTypeId":"2-77","toObjectTypeId":"0-48","fromObjectId":1,"toObjectId":2}""",
        "2-77 1 links,0-48 2 links")]
    [InlineData("""{"subscriptionType":"conversation.newMessage","objectId":1}""", "")]
    [InlineData("""{"subscriptionType":"contact.somethingNew","objectId":1}""", "")]
    [InlineData("""{"subscriptionType":7,"objectId":[]}""", "")]
    public void An_event_hints_at_the_records_it_concerns(string happened, string hints)
    {
        var accepted = Assert.IsType<WebhookReading.Accepted>(Read($"[{happened},{happened}]"));

        Assert.Equal(hints, string.Join(',', accepted.Hints.Select(hint => $"{hint.TypeId} {hint.Id}{(hint.Links ? " links" : "")}")));
    }

    private static WebhookReading Read(string body, TimeSpan age = default, string? secret = Secret, string signedWith = Secret)
    {
        using var factory = new HubSpotConnectorFactory();
        var stamp = (Now - age).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var delivery = new WebhookDelivery("POST", "https://trueup.example.com/api/v1/webhooks/hubspot/1", _ => null, Encoding.UTF8.GetBytes(body));
        var headers = new Dictionary<string, string>
        {
            ["X-HubSpot-Signature-v3"] = Convert.ToBase64String(WebhookSignature.Of(delivery, signedWith, stamp)),
            ["X-HubSpot-Request-Timestamp"] = stamp,
        };
        return factory.ReadWebhook(
            delivery with { Header = headers.GetValueOrDefault }, new Credentials { AccessToken = "pat", ClientSecret = secret }, "portal 123", Now);
    }
}
