using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class DiscoveryTests
{
    private const string Property = """{"name":"email","label":"E-mail","type":"string","fieldType":"text"}""";

    [Fact]
    public async Task Every_kind_of_record_is_found_and_custom_objects_get_names_of_their_own()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Path.Contains("schemas", StringComparison.Ordinal)
            ? HubSpotStub.Page(
            [
                """{"objectTypeId":"2-1","fullyQualifiedName":"p48_machine","name":"machine","labels":{"plural":"Machines"}}""",
                """{"objectTypeId":"2-2","fullyQualifiedName":"p48_contacts","name":"contacts","labels":{"plural":"Contacts"}}""",
                """{"objectTypeId":"2-3","fullyQualifiedName":"p48_Bürö x","name":"b","labels":{"plural":"B"}}""",
                """{"objectTypeId":"2-4","fullyQualifiedName":"p48_Bäro x","name":"b","labels":{"plural":"B"}}""",
                """{"objectTypeId":"2-5","fullyQualifiedName":"p48_Machine","name":"Machine","labels":{"plural":"M"}}""",
            ])
            : Portal(request));

        var streams = await hubspot.Connector.DiscoverAsync(isThorough: true, CancellationToken.None);

        Assert.Equal(
            ["contacts", "companies", "deals", "tickets", "products", "line_items", "calls", "emails", "meetings", "notes", "tasks", "owners",
             "p48_machine", "p48_contacts", "p48_b_r__x_2-3", "p48_b_ro_x_2-4", "p48_machine_2-5"],
            streams.Select(stream => stream.Name.Value));
        Assert.All(streams, stream => Assert.Null(stream.Refusal));
        Assert.Equal("2-1", streams.Single(stream => stream.Label == "Machines").TypeId);
    }

    [Fact]
    public async Task A_stream_that_may_not_be_read_says_why_and_the_others_go_on()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Path == "/crm/v3/objects/deals"
            ? new StubAnswer(403, """{"message":"This app hasn't been granted all required scopes to make this call.","category":"MISSING_SCOPES","errors":[{"context":{"requiredGranularScopes":["crm.objects.deals.read"]}}]}""")
            : Portal(request));

        var streams = await hubspot.Connector.DiscoverAsync(isThorough: true, CancellationToken.None);

        Assert.Equal("deals", Assert.Single(streams, stream => stream.Refusal is not null).Name.Value);
        Assert.Contains("crm.objects.deals.read", streams.Single(stream => stream.Name.Value == "deals").Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_portal_without_custom_objects_is_no_failure()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Path.Contains("schemas", StringComparison.Ordinal)
            ? new StubAnswer(403, """{"category":"MISSING_SCOPES"}""")
            : Portal(request));

        Assert.Equal(12, (await hubspot.Connector.DiscoverAsync(isThorough: true, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task What_discovery_has_read_need_not_be_read_again()
    {
        await using var hubspot = await HubSpotStub.StartAsync(Portal);
        var streams = await hubspot.Connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        var calls = hubspot.Requests.Count;

        foreach (var stream in streams)
            await hubspot.Connector.DescribeAsync(stream, CancellationToken.None);
        Assert.Equal(calls, hubspot.Requests.Count);

        await hubspot.Connector.DescribeAsync(streams[0], CancellationToken.None);
        Assert.Equal(calls + 1, hubspot.Requests.Count);
    }

    [Fact]
    public async Task A_stream_with_more_properties_than_fit_an_address_costs_two_calls_a_page()
    {
        var many = string.Join(',', Enumerable.Range(0, 400).Select(i => $$"""{"name":"property_number_{{i}}","label":"P","type":"string"}"""));
        await using var hubspot = await HubSpotStub.StartAsync(request =>
            request.Path == "/crm/v3/properties/contacts" ? HubSpotStub.Page([many]) : Portal(request));

        var streams = await hubspot.Connector.DiscoverAsync(isThorough: true, CancellationToken.None);

        Assert.Equal(2, streams[0].Traits.CallsPerFullPage);
        Assert.Equal(1, streams[1].Traits.CallsPerFullPage);
    }

    [Theory]
    [InlineData(200, "<html>Welcome</html>", "text/html")]
    [InlineData(404, """{"error":"no such route"}""", "application/json")]
    [InlineData(200, """{"hello":"world"}""", "application/json")]
    public async Task An_address_that_is_no_hubspot_is_named_with_what_to_do(int status, string body, string type)
    {
        await using var hubspot = await HubSpotStub.StartAsync(_ => new StubAnswer(status, body) { ContentType = type });

        var error = await Assert.ThrowsAsync<CrmContractException>(() => hubspot.Connector.IdentifyAsync(CancellationToken.None));

        Assert.Contains($"{hubspot.Server.Url.Authority} does not answer as HubSpot's API does; check the base URL", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_to_records_lead_to_hubspot_and_nowhere_else()
    {
        var domain = "app-eu1.hubspot.com";
        await using var hubspot = await HubSpotStub.StartAsync(_ => StubAnswer.Ok($$"""{"portalId":48,"timeZone":"Europe/Zurich","uiDomain":"{{domain}}"}"""));
        Assert.Null(hubspot.Connector.LinkTo(HubSpotStub.Deals, new("7")));

        var account = await hubspot.Connector.IdentifyAsync(CancellationToken.None);
        Assert.Equal(("portal 48", "Europe/Zurich"), (account.ExternalId, account.TimeZone));
        Assert.Equal(new Uri("https://app-eu1.hubspot.com/contacts/48/record/0-3/7"), hubspot.Connector.LinkTo(HubSpotStub.Deals, new("7")));

        domain = "evil.example/#.hubspot.com";
        await hubspot.Connector.IdentifyAsync(CancellationToken.None);
        Assert.Null(hubspot.Connector.LinkTo(HubSpotStub.Deals, new("7")));
    }

    [Fact]
    public async Task Each_pair_of_kinds_is_named_once_and_always_in_the_same_direction()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => request.Path.Contains("schemas", StringComparison.Ordinal)
            ? HubSpotStub.Page(["""{"objectTypeId":"2-1","fullyQualifiedName":"p48_machine","labels":{"plural":"M"},"associations":[{"fromObjectTypeId":"2-1","toObjectTypeId":"0-1"},{"fromObjectTypeId":"0-1","toObjectTypeId":"2-1"},{"fromObjectTypeId":"2-1","toObjectTypeId":"2-1"}]}"""])
            : Portal(request));
        var streams = await hubspot.Connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        var connector = (IReadsAssociations)hubspot.Connector;

        var pairs = connector.PairsOf(streams).ToList();

        Assert.Equal(pairs, connector.PairsOf([.. streams.Reverse()]));
        Assert.Equal(pairs.Count, pairs.Select(pair => string.Join('|', new[] { pair.From.Value, pair.To.Value }.Order())).Distinct().Count());
        Assert.Contains(new AssociationPair(new("contacts"), new("contacts")), pairs);
        Assert.Contains(new AssociationPair(new("contacts"), new("companies")), pairs);
        Assert.Contains(new AssociationPair(new("deals"), new("line_items")), pairs);
        Assert.Contains(new AssociationPair(new("contacts"), new("p48_machine")), pairs);
        Assert.Contains(new AssociationPair(new("p48_machine"), new("p48_machine")), pairs);
        Assert.DoesNotContain(pairs, pair => pair.From.Value is "owners" or "products" || pair.To.Value is "owners" or "products");
    }

    private static StubAnswer Portal(StubRequest request) => request.Path switch
    {
        var path when path.StartsWith("/crm/v3/properties/", StringComparison.Ordinal) => HubSpotStub.Page([Property]),
        var path when path.StartsWith("/crm/v3/objects/", StringComparison.Ordinal) => HubSpotStub.Page([HubSpotStub.Record(1)], after: "2"),
        _ => HubSpotStub.Page([]),
    };
}
