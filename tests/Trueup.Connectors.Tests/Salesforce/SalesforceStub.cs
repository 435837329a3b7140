using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.Salesforce;

/// <summary>A connector on a stub that plays Salesforce by a script, on a clock without waits.</summary>
public sealed class SalesforceStub : IAsyncDisposable
{
    public const string Data = "/services/data/v67.0";

    public static readonly StreamDescription Contacts = new(new StreamName("contact"), "Contacts", "Contact", new StreamTraits { ReadsModified = true });

    private readonly SalesforceConnectorFactory factory;

    private SalesforceStub(StubServer server, ICredentialSource credentials, SalesforceOptions? options)
    {
        Server = server;
        factory = new SalesforceConnectorFactory(seed: 1, options: options);
        Connector = factory.Create(new ConnectorSetup(server.Url, credentials, 0.8, Clock, NullLogger.Instance));
    }

    public StubServer Server { get; }

    public QuickClock Clock { get; } = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));

    public IConnector Connector { get; }

    public IReadOnlyList<StubRequest> Requests => Server.Requests;

    public IEnumerable<StubRequest> Queries => Requests.Where(request => request.Path.Contains("/query", StringComparison.Ordinal));

    /// <summary>Starts a stub that describes Contact by itself and leaves everything else to the script.</summary>
    public static async Task<SalesforceStub> StartAsync(
        Func<StubRequest, StubAnswer?> script, ICredentialSource? credentials = null, SalesforceOptions? options = null, string[]? fields = null) =>
        new(
            await StubServer.StartAsync(request => script(request) ?? request.Path switch
            {
                Data + "/sobjects/Contact/describe" => StubAnswer.Ok(Describe("Contact", fields ?? [Field("LastName", "string")])),
                Data + "/limits/recordCount" => StubAnswer.Ok("""{"sObjects":[{"count":3,"name":"Contact"}]}"""),
                _ => throw new InvalidOperationException($"Nobody expected {request.Method} {request.Path}{request.Query}."),
            }),
            credentials ?? MemoryCredentials.Static("00D!test"), options);

    public static string Describe(string name, IEnumerable<string> fields, bool bin = true, bool updateable = true) =>
        $$"""
        {"name":"{{name}}","labelPlural":"{{name}}s","queryable":true,"replicateable":true,"updateable":{{(updateable ? "true" : "false")}},"fields":[
        {{Field("Id", "id")}},{{(bin ? Field("IsDeleted", "boolean") + "," : "")}}{{Field("SystemModstamp", "datetime")}},{{string.Join(',', fields)}}],"recordTypeInfos":[]}
        """;

    public static string Field(string name, string type, string more = "") =>
        $$"""{"name":"{{name}}","label":"{{name}}","type":"{{type}}","filterable":true,"nillable":true{{more}}}""";

    public static string Id(int number) => SalesforceId.Long($"003000000000{number:D3}")!;

    public static string Record(int number, string members = "\"LastName\":\"Voss\"", string stamp = "2026-09-10T07:00:00.000+0000") =>
        $$"""{"attributes":{"type":"Contact","url":"{{Data}}/sobjects/Contact/{{Id(number)}}"},"Id":"{{Id(number)}}","SystemModstamp":"{{stamp}}",{{members}}}""";

    public static StubAnswer Page(IEnumerable<string> records, string? next = null, long total = 99) =>
        StubAnswer.Ok(PageJson(records, next, total));

    public static string PageJson(IEnumerable<string> records, string? next = null, long total = 99) =>
        $"{{\"totalSize\":{total},\"done\":{(next is null ? "true" : "false")},{(next is null ? "" : $"\"nextRecordsUrl\":\"/services/data/v66.0/query/{next}\",")}\"records\":[{string.Join(',', records)}]}}";

    public static StubAnswer Error(int status, string code, string message = "Something") =>
        new(status, $$"""[{"message":"{{message}}","errorCode":"{{code}}"}]""");

    public static string Soql(StubRequest request) => request.Query.Length > 3 ? request.Query[3..].Replace('+', ' ') : "";

    public Task<List<SalesforceRecord>> ReadAllAsync(IReadOnlyList<string> fields, string? resume = null) =>
        CollectAsync(Connector.ReadAllAsync(new FullRead(Contacts, fields, resume), CancellationToken.None));

    public static async Task<List<SalesforceRecord>> CollectAsync(IAsyncEnumerable<RecordPage> pages)
    {
        var records = new List<SalesforceRecord>();
        await foreach (var page in pages)
        {
            using (page)
            {
                foreach (var slice in page.Records)
                {
                    var json = Encoding.UTF8.GetString(page.PropertiesOf(slice).Span);
                    using var document = JsonDocument.Parse(json);
                    records.Add(new SalesforceRecord(page.RecordIdOf(slice).Value, slice.ModifiedMilliseconds, json, slice.Hash, page.Next));
                }
            }
        }
        return records;
    }

    public async ValueTask DisposeAsync()
    {
        await Connector.DisposeAsync();
        factory.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>A record as it was read.</summary>
public sealed record SalesforceRecord(string Id, long Modified, string Json, UInt128 Hash, string? Next);
