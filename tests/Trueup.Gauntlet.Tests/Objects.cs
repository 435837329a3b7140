using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet, sections 16 and 20: fields and objects that come, go, change and share names.</summary>
public sealed class Objects
{
    [Fact]
    public async Task G79_fields_added_changed_and_removed_cost_no_record_and_no_other_value()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "contacts");
        var records = account.Ids("contacts").Count;
        foreach (var change in new Mutation[]
        {
            new AddField("contacts", new EmulatedField("tier", "Tier", "number")),
            new EditField("contacts", new EmulatedField("tier", "Level", "string")),
            new RemoveField("contacts", "remarks"),
            new HideField("contacts", "city"),
            new ShowField("contacts", "city"),
        })
        {
            account.Crm.Mutate(change);
            await account.SyncAsync(SyncKind.Hourly);
            Assert.Equal(records, (await account.MirroredIdsAsync("contacts")).Count);
        }

        await account.SyncAsync(SyncKind.Full);
        Assert.Equal(records, (await account.MirroredIdsAsync("contacts")).Count);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G79_a_field_that_is_made_anew_with_another_type_has_the_new_type_and_the_new_values()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(50, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Mutate(new AddField("contacts", new EmulatedField("tier", "Tier", "number")));
        account.Crm.Mutate(new EditRecords("contacts", ids, new Dictionary<string, string?> { ["tier"] = "7" }));
        await account.SyncAsync(SyncKind.Hourly);
        await account.CallAsync(HttpMethod.Delete, "/crm/v3/properties/contacts/tier");
        await account.SyncAsync(SyncKind.Hourly);
        await account.CallAsync(HttpMethod.Post, "/crm/v3/properties/contacts",
            """{"name":"tier","label":"Tier","type":"string","fieldType":"text","groupName":"contactinformation"}""");
        account.Crm.Mutate(new EditRecords("contacts", [ids[0]], new Dictionary<string, string?> { ["tier"] = "gold" }));

        await account.SyncAsync(SyncKind.Hourly);

        var field = (await account.Mirror.StreamsAsync(CancellationToken.None)).Single(stream => stream.Name.Value == "contacts")
            .Fields.Single(field => field.Definition.Name == "tier");
        Assert.Equal((FieldType.Text, null), (field.Definition.Type, field.RetiredAt));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G146_a_field_that_becomes_readable_is_filled_for_records_nobody_touched()
    {
        await using var account = await HubSpotAccount.StartAsync(400, 1, "contacts");
        account.Crm.Mutate(new HideField("contacts", "remarks"));
        await account.SyncAsync(SyncKind.Onboarding);
        account.Crm.Mutate(new ShowField("contacts", "remarks"));

        await account.SyncAsync(SyncKind.Hourly);

        Assert.Contains(account.Crm.State("contacts").Streams.Values.Single(), record => !string.IsNullOrEmpty(record.Properties.GetValueOrDefault("remarks")));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G166_custom_objects_that_are_called_like_built_in_ones_have_streams_of_their_own()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(40);
        var before = await NamesAsync(account);
        foreach (var name in new[] { "contacts", "owners", "Deals" })
        {
            var type = await MakeAsync(account, name);
            account.Crm.Mutate(new CreateRecord(type, new Dictionary<string, string?> { ["serial"] = $"of {name}" }));
        }

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);

        var after = await NamesAsync(account);
        Assert.Subset(after.ToHashSet(), before.ToHashSet());
        Assert.Equal((before.Count + 3, after.Count), (after.Count, after.Select(name => name.ToLowerInvariant()).Distinct().Count()));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G167_an_object_made_anew_under_the_same_name_is_not_mixed_with_the_old_one()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(40);
        var first = await MakeAsync(account, "asset");
        var old = account.Crm.Mutate(new CreateRecord(first, new Dictionary<string, string?> { ["serial"] = "old" }))[0].Id!;
        await account.SyncAsync(SyncKind.Full);
        account.Crm.Mutate(new DeleteRecords(first, [old]));
        await account.CallAsync(HttpMethod.Delete, $"/crm-object-schemas/v3/schemas/{first}");
        var second = await MakeAsync(account, "asset");
        var fresh = account.Crm.Mutate(new CreateRecord(second, new Dictionary<string, string?> { ["serial"] = "new" }))[0].Id!;

        Assert.NotEqual(first, second);
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Full)).Status);

        var streams = await account.Mirror.StreamsAsync(CancellationToken.None);
        var (gone, live) = (streams.Single(stream => stream.Description.TypeId == first), streams.Single(stream => stream.Description.TypeId == second));
        Assert.NotNull(gone.GoneAt);
        Assert.NotEqual(gone.Name, live.Name);
        Assert.Equal([fresh], await account.MirroredIdsAsync(live.Name.Value));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G106_line_breaks_quotes_and_separators_survive_every_way_of_reading()
    {
        await using var account = await HubSpotAccount.OnboardedAsync(80, 1, "contacts");
        string[] texts = ["a\nb", "a\r\nb", "a\rb", "\"quoted\"", "a,b;c", "\"\"", "a\u2028b", "a\u0000b", "ends with \\", "😀\n"];
        var ids = account.Ids("contacts");
        for (var index = 0; index < texts.Length; index++)
            account.Crm.Mutate(new EditRecords("contacts", [ids[index]], new Dictionary<string, string?> { ["remarks"] = texts[index] }));
        account.Crm.Control(new CutControl(2_500) { Endpoint = "search", Times = 2 });

        await account.SyncAsync(SyncKind.LastHour);
        await account.AssertEqualAsync();
        await account.SyncAsync(SyncKind.Records, "contacts", [.. ids.Take(texts.Length)]);
        await account.AssertEqualAsync();
        await account.SyncAsync(SyncKind.Full);

        await account.AssertEqualAsync();
    }

    private static async Task<string> MakeAsync(HubSpotAccount account, string name) =>
        (await account.CallAsync(HttpMethod.Post, "/crm-object-schemas/v3/schemas", JsonSerializer.Serialize(new
        {
            name, labels = new { singular = name, plural = name + "s" }, primaryDisplayProperty = "serial",
            properties = new[] { new { name = "serial", label = "Serial", type = "string", fieldType = "text" } },
        }))).GetProperty("objectTypeId").GetString()!;

    private static async Task<List<string>> NamesAsync(HubSpotAccount account) =>
        [.. (await account.Mirror.StreamsAsync(CancellationToken.None)).Select(stream => stream.Name.Value)];
}
