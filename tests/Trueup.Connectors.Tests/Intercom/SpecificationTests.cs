using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.Intercom;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Intercom;

namespace Trueup.Connectors.Tests.Intercom;

/// <summary>Holds every request that the connector sends to Intercom's own description of version 2.16, where that lies beside the repository.</summary>
public sealed class SpecificationTests
{
    // Described apart from the calls: in the pages on pagination (intercom.md, section 3).
    private static readonly HashSet<string> Elsewhere =
    [
        "GET /contacts ?per_page", "GET /contacts/{contact_id}/companies ?page", "GET /contacts/{contact_id}/companies ?per_page",
        "GET /contacts/{contact_id}/notes ?page", "GET /contacts/{contact_id}/notes ?per_page",
    ];

    private static readonly Dictionary<string, JsonElement> NoValues = [];

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["PUT /contacts/{contact_id}"] = "update_contact_request", ["POST /contacts"] = "create_contact_request",
        ["PUT /companies/{company_id}"] = "update_company_request", ["POST /companies"] = "create_or_update_company_request",
        ["PUT /conversations/{conversation_id}"] = "update_conversation_request", ["PUT /tickets/{ticket_id}"] = "update_ticket_request",
    };

    [Fact]
    public async Task Every_request_is_one_that_Intercom_describes()
    {
        if (await IntercomDescription.FindAsync() is not { } description)
        {
            Assert.Skip("../shared/specs/intercom is absent: there is no description to hold the requests against.");
            return;
        }

        Assert.True(description.Calls.Count > 150, "The description was not understood.");
        await using var crm = await EmulatedIntercom.StartAsync(new IntercomEmulatorOptions { Records = 260, Seed = 7 });
        var sent = new Recorder();

        await UseEverythingAsync(crm, sent);

        var calls = sent.Requests.Select(request => (Request: request, Call: description.CallOf(request.Method, request.Path))).ToList();
        Assert.Empty(calls.Where(call => call.Call is null).Select(call => $"{call.Request.Method} {call.Request.Path}").Distinct());
        Assert.Empty((
            from call in calls
            from parameter in call.Request.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')[0])
            where !call.Call!.Query.Contains(parameter) && !Elsewhere.Contains($"{call.Call.Name} ?{parameter}")
            select $"{call.Call.Name} ?{parameter}").Distinct());
        Assert.All(calls, call => Assert.Contains(call.Request.Version, description.ChoicesOf("intercom_version")));
        var operators = description.ChoicesOf("single_filter_search_request");
        var searches = calls.Where(call => call.Call!.Path.EndsWith("/search", StringComparison.Ordinal)).Select(call => call.Request.Body).Distinct().ToList();
        Assert.True(searches.Count >= 5, "Too few searches to prove anything.");
        Assert.All(searches, body => AssertSearch(body, operators));
        foreach (var (name, schema) in Bodies)
        {
            var bodies = calls.Where(call => call.Call!.Name == name).Select(call => MembersIn(call.Request.Body)).ToList();
            Assert.True(bodies.Count > 0, $"{name} was not sent.");
            Assert.All(bodies, members => Assert.Empty(members.Except(description.MembersOf(schema)).Select(member => $"{name}: {member}")));
        }

        Assert.True(calls.Select(call => call.Call!.Name).Distinct().Count() >= 34, "Too little was sent to prove anything.");
    }

    private static List<string> MembersIn(string body)
    {
        using var document = JsonDocument.Parse(body);
        return [.. document.RootElement.EnumerateObject().Select(member => member.Name)];
    }

    private static async Task UseEverythingAsync(EmulatedIntercom crm, Recorder recorder)
    {
        using var factory = new IntercomConnectorFactory(recorder, seed: 1);
        await using var connector = factory.Create(new ConnectorSetup(crm.Url, MemoryCredentials.Static(), 0.8, TimeProvider.System, NullLogger.Instance));
        await connector.IdentifyAsync(CancellationToken.None);
        var streams = await connector.DiscoverAsync(isThorough: true, CancellationToken.None);
        await ((ICounts)connector).EstimateAsync(streams, CancellationToken.None);
        foreach (var stream in streams)
        {
            string[] fields = [.. (await connector.DescribeAsync(stream, CancellationToken.None)).Fields.Select(field => field.Name)];
            await ReadAsync(connector.ReadAllAsync(new FullRead(stream, fields, null), CancellationToken.None));
            if (stream.Traits.ReadsModified)
                await ReadAsync(((IReadsModified)connector).ReadModifiedAsync(new ModifiedRead(stream, fields, DateTimeOffset.UnixEpoch, connector.Now, null), CancellationToken.None));
            if (stream.Traits.Counts)
                await ((ICounts)connector).CountAsync(stream, CancellationToken.None);
            RecordId[] ids = [.. crm.State(stream.Name.Value).Streams[stream.Name.Value].Take(5).Select(record => new RecordId(record.Id))];
            using var found = await ((IReadsByIds)connector).ReadByIdsAsync(stream, fields, ids, CancellationToken.None);
            if (stream.Traits.ReportsDeletions)
                await foreach (var page in ((IReportsDeletions)connector).ReadDeletionsAsync(stream, DateTimeOffset.UnixEpoch, CancellationToken.None))
                    Assert.NotEmpty(page.Deletions);
        }

        foreach (var stream in streams)
            await WriteAsync(connector, stream, crm.State(stream.Name.Value).Streams[stream.Name.Value].Last(record => record.Deleted is null).Id);
        await LinkAsync(connector, streams, crm);
    }

    // Everything that can be set, at once. Whether it is taken is another test's.
    private static async Task WriteAsync(IConnector connector, StreamDescription stream, string id)
    {
        var writes = (IWrites)connector;
        var traits = writes.WritesOf(stream);
        var fields = (await connector.DescribeAsync(stream, CancellationToken.None)).Fields.Where(field => field is { ReadOnly: false, Calculated: false }).Select(field => field.Name).ToList();
        var values = fields.ToDictionary(field => field, _ => JsonElement.Parse("null"));
        if (traits.Creates)
            await SendAsync(WriteKind.Create, new RecordWrite(default, values));
        // Companies keep both for good.
        values.Remove("company_id");
        values.Remove("remote_created_at");
        if (traits.Updates)
            await SendAsync(WriteKind.Update, new RecordWrite(new RecordId(id), values));
        if (stream.Name.Value == "contacts")
            await ((IFindsByUniqueValue)connector).FindAsync(stream, "external_id", ["u-1"], CancellationToken.None);
        if (traits.Deletes)
            await SendAsync(WriteKind.Delete, new RecordWrite(new RecordId(id), NoValues));
        if (traits.Restores)
            await SendAsync(WriteKind.Restore, new RecordWrite(new RecordId(id), NoValues));

        async Task SendAsync(WriteKind kind, RecordWrite record) => Assert.Single(await writes.WriteAsync(new WriteBatch(stream, kind, [record]), CancellationToken.None));
    }

    private static async Task LinkAsync(IConnector connector, IReadOnlyList<StreamDescription> streams, EmulatedIntercom crm)
    {
        var links = (IWritesLinks)connector;
        var contacts = streams.Single(stream => stream.Name.Value == "contacts");
        foreach (var to in streams.Where(stream => stream.Name.Value is "companies" or "tags"))
        {
            var type = Assert.Single(await links.LinkTypesAsync(contacts, to, CancellationToken.None));
            var link = new LinkWrite(new RecordId(FirstLive(crm, "contacts")), new RecordId(FirstLive(crm, to.Name.Value)), type);
            foreach (var removes in new[] { false, true })
                Assert.IsType<WriteOutcome.Written>(Assert.Single(await links.WriteLinksAsync(new LinkBatch(contacts, to, removes, [link]), CancellationToken.None)));
        }
    }

    private static string FirstLive(EmulatedIntercom crm, string stream) => crm.State(stream).Streams[stream].First(record => record.Deleted is null).Id;

    private static async Task ReadAsync(IAsyncEnumerable<RecordPage> pages)
    {
        await foreach (var page in pages)
            page.Dispose();
    }

    // One filter with an operator of the description, an order, and a page of at most 150 (intercom.md, sections 3 and 4).
    private static void AssertSearch(string body, IReadOnlyCollection<string> operators)
    {
        using var document = JsonDocument.Parse(body);
        Assert.Equal(["query", "sort", "pagination"], document.RootElement.EnumerateObject().Select(member => member.Name));
        var query = document.RootElement.GetProperty("query");
        Assert.Equal(["field", "operator", "value"], query.EnumerateObject().Select(member => member.Name));
        Assert.Contains(query.GetProperty("operator").GetString()!, operators);
        Assert.Contains(document.RootElement.GetProperty("sort").GetProperty("order").GetString(), new[] { "ascending", "descending" });
        var pagination = document.RootElement.GetProperty("pagination");
        Assert.Empty(pagination.EnumerateObject().Select(member => member.Name).Except(["per_page", "starting_after"]));
        Assert.InRange(pagination.GetProperty("per_page").GetInt32(), 1, 150);
    }

    /// <summary>Hands every request on, and keeps what it was.</summary>
    private sealed class Recorder() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly Lock gate = new();
        private readonly List<SentRequest> requests = [];

        public IReadOnlyList<SentRequest> Requests
        {
            get
            {
                lock (gate)
                    return [.. requests];
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            var version = request.Headers.TryGetValues("Intercom-Version", out var values) ? values.Single() : "none";
            lock (gate)
                requests.Add(new SentRequest(request.Method.Method, request.RequestUri!.AbsolutePath, request.RequestUri.Query, version, body));
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed record SentRequest(string Method, string Path, string Query, string Version, string Body);
}
