using System.Text.Json;
using System.Xml;
using Trueup.BlackBox;

namespace Trueup.Host.Tests;

/// <summary>What a server tells of the fields of an emulated Salesforce org: how old calculated values may be, and which choices depend on which.</summary>
public sealed class FieldTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-fields-").FullName;

    [Fact]
    public async Task Calculated_fields_tell_as_of_when_they_are_right_and_only_a_full_sync_makes_them_younger()
    {
        await using var crm = await EmulatedCrm.StartAppAsync("salesforce", "--records", "60");
        string connection;
        DateTimeOffset first;
        await using (var server = await StartAsync(crm))
        {
            connection = await ConnectAsync(server);
            var rating = await FieldAsync(server, connection, "Account_Rating__c");
            Assert.True(rating.GetProperty("calculated").GetBoolean());
            first = rating.GetProperty("calculatedAsOf").GetDateTimeOffset();
            Assert.InRange(first, TimeProvider.System.GetUtcNow().AddMinutes(-10), TimeProvider.System.GetUtcNow().AddMinutes(1));
            Assert.InRange(XmlConvert.ToTimeSpan(rating.GetProperty("age").GetString()!), TimeSpan.Zero, TimeSpan.FromMinutes(10));
            Assert.Equal(first, await StreamAsOfAsync(server, connection));
            var title = await FieldAsync(server, connection, "Title");
            Assert.Equal((false, JsonValueKind.Null), (title.GetProperty("calculated").GetBoolean(), title.GetProperty("calculatedAsOf").ValueKind));
            Assert.True(XmlConvert.ToTimeSpan(title.GetProperty("age").GetString()!) >= TimeSpan.FromMinutes(10), "The watermark stays ten minutes behind.");
        }

        await using var again = await StartAsync(crm);
        Assert.Equal("verified", (await again.SyncAsync(connection, "last-hour")).GetProperty("status").GetString());
        Assert.Equal(first, (await FieldAsync(again, connection, "Account_Rating__c")).GetProperty("calculatedAsOf").GetDateTimeOffset());
        await crm.AdvanceAsync("PT1H");
        Assert.Equal("verified", (await again.SyncAsync(connection, "full")).GetProperty("status").GetString());

        var renewed = (await FieldAsync(again, connection, "Account_Rating__c")).GetProperty("calculatedAsOf").GetDateTimeOffset();
        Assert.True(renewed >= first.AddMinutes(59), $"{first:O} {renewed:O}");
        Assert.Equal(renewed, await StreamAsOfAsync(again, connection));
        Assert.Contains($"{renewed.UtcDateTime:yyyy-MM-dd HH:mm:ss}", await SaidAsync(again, "streams", "Acme", "contact"), StringComparison.Ordinal);
        Assert.Contains($"{renewed.UtcDateTime:yyyy-MM-dd HH:mm:ss}", await SaidAsync(again, "streams", "Acme"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_options_of_a_dependent_picklist_say_with_which_values_they_may_be_chosen_and_a_change_of_that_arrives_within_the_hour()
    {
        await using var crm = await EmulatedCrm.StartAppAsync("salesforce", "--records", "20");
        await crm.MutateAsync(new
        {
            op = "add-field", stream = "Contact", field = new
            {
                name = "Reason__c", type = "picklist", controller = "HasOptedOutOfEmail",
                options = new[] { new { value = "Asked", validFor = new[] { "true" } }, new { value = "Never asked", validFor = new[] { "false", "true" } } },
            },
        });
        await using var server = await StartAsync(crm);
        var connection = await ConnectAsync(server);

        var region = await FieldAsync(server, connection, "Region__c");
        Assert.Equal(("Country__c", "Bavaria: Germany; Holstein: Germany; Ticino: Switzerland"), (region.GetProperty("controller").GetString(), Told(region)));
        var reason = await FieldAsync(server, connection, "Reason__c");
        Assert.Equal(("HasOptedOutOfEmail", "Asked: true; Never asked: false true"), (reason.GetProperty("controller").GetString(), Told(reason)));
        var country = await FieldAsync(server, connection, "Country__c");
        Assert.Equal(JsonValueKind.Null, country.GetProperty("controller").ValueKind);
        Assert.All(country.GetProperty("options").EnumerateArray(), option => Assert.Equal(JsonValueKind.Null, option.GetProperty("validFor").ValueKind));

        await crm.AdvanceAsync("PT1H");
        await crm.MutateAsync(new
        {
            op = "edit-field", stream = "Contact",
            field = new { name = "Region__c", options = new[] { new { value = "Ticino", validFor = new[] { "Germany", "Switzerland" } } } },
        });
        var sync = await server.SyncAsync(connection, "last-day");

        Assert.Contains(sync.GetProperty("metadataChanges").EnumerateArray(), change => change.GetProperty("field").GetString() == "Region__c");
        Assert.Equal("Ticino: Germany Switzerland", Told(await FieldAsync(server, connection, "Region__c")));
    }

    private static string Told(JsonElement field) => string.Join("; ", field.GetProperty("options").EnumerateArray().Select(option =>
        $"{option.GetProperty("value").GetString()}: {string.Join(' ', option.GetProperty("validFor").EnumerateArray().Select(value => value.GetString()))}"));

    private static async Task<JsonElement> FieldAsync(TrueupServer server, string connection, string field)
    {
        using var fields = await server.GetAsync($"/api/v1/connections/{connection}/streams/contact/fields?limit=500");
        return fields.RootElement.GetProperty("items").EnumerateArray().Single(each => each.GetProperty("name").GetString() == field).Clone();
    }

    private static async Task<DateTimeOffset> StreamAsOfAsync(TrueupServer server, string connection)
    {
        using var streams = await server.GetAsync($"/api/v1/connections/{connection}/streams");
        var contact = streams.RootElement.GetProperty("items").EnumerateArray().Single(stream => stream.GetProperty("name").GetString() == "contact");
        Assert.True(contact.GetProperty("calculatedFields").GetInt32() >= 1);
        return contact.GetProperty("calculatedAsOf").GetDateTimeOffset();
    }

    private async Task<string> SaidAsync(TrueupServer server, params string[] words)
    {
        await using var program = HostProgram.Start(
            words, new Dictionary<string, string> { ["TRUEUP_URL"] = server.Url.ToString().TrimEnd('/'), ["TRUEUP_TOKEN"] = TrueupServer.Token }, folder);
        Assert.Equal(0, await program.EndAsync());
        return program.Said;
    }

    private static async Task<string> ConnectAsync(TrueupServer server)
    {
        using var connected = await server.PostAsync("/api/v1/connections", new
        {
            app = "salesforce", name = "Acme", credentials = new { clientId = "consumer-key", clientSecret = "consumer-secret" }, streams = new[] { "contact" },
        });
        var connection = connected.RootElement.GetProperty("id").GetString()!;
        await server.WaitUntilLiveAsync(connection);
        return connection;
    }

    private Task<TrueupServer> StartAsync(EmulatedCrm crm) => TrueupServer.StartAsync(folder, crm.Url, new Dictionary<string, string>
    {
        ["TRUEUP_APPS__SALESFORCE__BASEURL"] = crm.Url.ToString().TrimEnd('/'),
    });

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
