using System.Text.Json;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class HubSpotWrites : WriteContract
{
    protected override (string Stream, string Name, string Field) Main => ("contacts", "contacts", "city");

    protected override (string Update, string Create, string Delete) Endpoints => ("batch-update", "batch-create", "batch-archive");

    protected override IReadOnlyDictionary<string, JsonElement> NewRecord => new Dictionary<string, JsonElement> { ["city"] = JsonElement.Parse("\"Kiel\""), ["lastname"] = JsonElement.Parse("\"New\"") };

    protected override (string Field, JsonElement Value) Refused => ("is_vip", JsonElement.Parse("\"perhaps\""));

    protected override async Task<IEmulatedCrm> StartAsync() => await EmulatedHubSpot.StartAsync(new HubSpotEmulatorOptions { Records = 260, Seed = 7 });

    protected override IConnectorFactory CreateFactory() => new HubSpotConnectorFactory(seed: 1);

    [Fact]
    public async Task G89_numbers_truths_and_nothing_go_as_the_texts_that_hubspot_holds()
    {
        var id = Ids(1)[0];

        await WriteAsync(WriteKind.Update, [new RecordWrite(new RecordId(id), new Dictionary<string, JsonElement>
        {
            ["annualrevenue"] = JsonElement.Parse("12.50"), ["is_vip"] = JsonElement.Parse("true"), ["numemployees"] = JsonElement.Parse("null"),
        })]);

        var held = State(id).Properties;
        Assert.Equal(("12.50", "true"), (held["annualrevenue"], held["is_vip"]));
        Assert.True(string.IsNullOrEmpty(held["numemployees"]));
    }

    [Fact]
    public async Task G161_a_batch_that_is_refused_whole_is_halved_until_the_bad_record_stands_alone()
    {
        var ids = Ids(100);
        Crm.Requests.Clear();

        // Twice the same id refuses the whole batch, whatever its trace ids.
        var outcomes = await WriteAsync(WriteKind.Update, ids.Select((id, place) => Update(place == 57 ? ids[56] : id, "written")));

        Assert.Equal(100, outcomes.Count(outcome => outcome is WriteOutcome.Written));
        Assert.InRange(Crm.Requests.Count("batch-update"), 3, 20);
    }

    [Fact]
    public async Task Who_changed_a_property_last_and_when_is_told_by_its_history()
    {
        var ids = Ids(60);
        Crm.Mutate(new EditRecords("contacts", ids, new Dictionary<string, string?> { ["city"] = "Theirs" }));

        var told = await ((ITellsWhoChanged)Writes).LastChangesAsync(Stream, [.. ids.Select(id => new ChangedRecord(new RecordId(id), ["city", "never_there"], default))], CancellationToken.None);

        Assert.Equal(60, told.Count);
        var change = Assert.Single(told[new RecordId(ids[0])]);
        Assert.Equal(("city", StampOf(ids[0]), "userId:71003321 (CRM_UI)"), (change.Field, change.At!.Value.ToUnixTimeMilliseconds(), change.By));
    }

    [Fact]
    public async Task A_record_is_found_at_once_by_the_value_of_a_unique_property()
    {
        var known = Crm.State("contacts").Streams["contacts"].First(record => record.Deleted is null && !string.IsNullOrEmpty(record.Properties.GetValueOrDefault("email")));

        var found = await ((IFindsByUniqueValue)Writes).FindAsync(Stream, "email", [known.Properties["email"]!, "nobody@example.com"], CancellationToken.None);

        Assert.Equal([known.Id], found.Select(id => id.Value));
    }
}
