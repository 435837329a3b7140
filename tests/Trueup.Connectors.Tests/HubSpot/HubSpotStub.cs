using Microsoft.Extensions.Logging.Abstractions;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.HubSpot;

/// <summary>A connector on a stub that plays HubSpot by a script, on a clock without waits.</summary>
public sealed class HubSpotStub : IAsyncDisposable
{
    public static readonly StreamDescription Contacts = new(new StreamName("contacts"), "Contacts", "0-1", new StreamTraits { ReadsModified = true });
    public static readonly StreamDescription Deals = new(new StreamName("deals"), "Deals", "0-3", new StreamTraits { ReadsModified = true });
    public static readonly StreamDescription Owners = new(new StreamName("owners"), "Owners", "owners", new StreamTraits());

    private readonly HubSpotConnectorFactory factory = new(seed: 1);

    private HubSpotStub(StubServer server, ICredentialSource credentials)
    {
        Server = server;
        Connector = factory.Create(new ConnectorSetup(server.Url, credentials, 0.8, Clock, NullLogger.Instance));
    }

    public StubServer Server { get; }

    public QuickClock Clock { get; } = new(new DateTimeOffset(2026, 9, 10, 8, 0, 0, TimeSpan.Zero));

    public IConnector Connector { get; }

    public IReadOnlyList<StubRequest> Requests => Server.Requests;

    public static async Task<HubSpotStub> StartAsync(Func<StubRequest, StubAnswer> script, ICredentialSource? credentials = null) =>
        new(await StubServer.StartAsync(script), credentials ?? MemoryCredentials.Static());

    public static string Record(long id, string properties = "{}", string updatedAt = "2026-09-10T07:00:00Z") =>
        $$"""{"id":"{{id}}","properties":{{properties}},"createdAt":"2026-01-01T00:00:00Z","updatedAt":"{{updatedAt}}","archived":false}""";

    public static StubAnswer Page(IEnumerable<string> records, string? after = null, long? total = null)
    {
        var counted = total is null ? "" : $"\"total\":{total},";
        var paging = after is null ? "" : $",\"paging\":{{\"next\":{{\"after\":\"{after}\",\"link\":\"http://elsewhere.example/x\"}}}}";
        return StubAnswer.Ok($"{{{counted}\"results\":[{string.Join(',', records)}]{paging}}}");
    }

    public async Task<List<(string Id, long Modified, string Properties)>> ReadAllAsync(FullRead request) =>
        await CollectAsync(Connector.ReadAllAsync(request, CancellationToken.None));

    public static async Task<List<(string Id, long Modified, string Properties)>> CollectAsync(IAsyncEnumerable<RecordPage> pages)
    {
        var records = new List<(string, long, string)>();
        await foreach (var page in pages)
        {
            using (page)
            {
                foreach (var slice in page.Records)
                    records.Add((page.RecordIdOf(slice).Value, slice.ModifiedMilliseconds, System.Text.Encoding.UTF8.GetString(page.PropertiesOf(slice).Span)));
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
