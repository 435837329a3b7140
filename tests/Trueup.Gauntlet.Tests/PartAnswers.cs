using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Answers that are right only in part: items that failed, targets without ids, the same thing twice, pages of odd sizes.</summary>
public sealed class PartAnswers
{
    [Theory]
    [InlineData("no-id", false)]
    [InlineData("partial", false)]
    [InlineData("twice", true)]
    [InlineData("pages", true)]
    public async Task No_link_is_lost_while_answers_about_links_are_right_only_in_part(string fault, bool isHarmless)
    {
        await using var account = await HubSpotAccount.OnboardedAsync(200, 1, "contacts", "companies", "deals");
        Link(account, "contacts", 0, 40);
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Nightly)).Status);
        var before = await LinksAsync(account);
        account.Crm.Control(
            fault switch
            {
                "no-id" => new NoIdControl { Endpoint = "associations", Share = 0.1 },
                "partial" => new PartialControl { Endpoint = "associations", Share = 0.1 },
                "twice" => new TwiceControl { Endpoint = "associations", Share = 0.5 },
                _ => new PagesControl([0, 2, 1]) { Endpoint = "associations" },
            },
            // So that there is a next page on which a target can come again.
            new PagesControl([5]) { Endpoint = "associations" });
        Link(account, "contacts", 40, 20);
        account.Crm.Mutate(new EditRecords("contacts", [.. account.Ids("contacts").Take(60)], new Dictionary<string, string?> { ["city"] = "Kiel" }));

        SyncStatus[] statuses = [(await account.SyncAsync(SyncKind.Hourly)).Status, (await account.SyncAsync(SyncKind.Nightly)).Status];

        Assert.All(statuses, status => Assert.Equal(isHarmless, status == SyncStatus.Verified));
        Assert.Superset(before, await LinksAsync(account));
        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Hourly)).Status);
        await account.AssertEqualAsync();
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    public async Task No_record_is_buried_because_a_batch_failed_for_it_and_the_causes_are_right(double share)
    {
        await using var account = await HubSpotAccount.OnboardedAsync(300, 1, "contacts");
        var ids = account.Ids("contacts");
        account.Crm.Control(new PartialControl { Endpoint = "batch-read", Share = share });
        account.Crm.Mutate(
            new DeleteRecords("contacts", [.. ids.Take(10)]), new PurgeRecords("contacts", [.. ids.Skip(10).Take(5)]),
            new MergeRecords("contacts", ids[20], [ids[21]]),
            new EditRecords("contacts", [.. ids.Skip(30).Take(50)], new Dictionary<string, string?> { ["city"] = "Kiel" }));

        await account.SyncAsync(SyncKind.Records, "contacts", [.. ids.Take(100)]);
        await account.SyncAsync(SyncKind.Nightly);

        Assert.Superset(account.Ids("contacts").Intersect(ids).ToHashSet(), (await account.MirroredIdsAsync("contacts")).ToHashSet());
        account.Crm.ClearControls();
        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Nightly)).Status);
        await account.AssertEqualAsync();
        var gone = await account.Mirror.LoadAsync(new("contacts"), [.. ids.Take(15).Select(id => new RecordId(id))], CancellationToken.None);
        Assert.Equal(
            ids.Take(15).Select((id, index) => $"{id} {(index < 10 ? GoneCause.Archived : GoneCause.Deleted)}").Order(),
            gone.Select(record => $"{record.Id} {record.Gone?.Cause}").Order());
    }

    [Fact]
    public async Task Records_whose_fields_do_not_fit_into_an_address_are_all_loaded_though_batches_fail_in_part()
    {
        await using var account = await HubSpotAccount.StartAsync(500, 1, "contacts");
        for (var index = 0; index < 200; index++)
            account.Crm.Mutate(new AddField("contacts", new EmulatedField($"a_field_with_a_rather_long_name_{index:000}")));
        account.Crm.Control(new PartialControl { Endpoint = "batch-read", Skip = 150, Times = 2 });

        Assert.Equal(SyncStatus.Verified, (await account.SyncAsync(SyncKind.Onboarding)).Status);

        await account.AssertEqualAsync();
    }

    private static void Link(HubSpotAccount account, string stream, int first, int count)
    {
        var (sources, companies) = (account.Ids(stream), account.Ids("companies"));
        for (var index = first; index < first + count; index++)
            account.Crm.Mutate(
                new AssociateRecords(new(stream, sources[index]), new("companies", companies[index % 3])),
                new AssociateRecords(new(stream, sources[index]), new("companies", companies[(index % 3) + 3]), "Reseller"));
    }

    private static async Task<HashSet<string>> LinksAsync(HubSpotAccount account)
    {
        var links = new HashSet<string>();
        foreach (var stream in new[] { "contacts", "companies", "deals" })
        {
            foreach (var id in await account.MirroredIdsAsync(stream))
            {
                foreach (var link in await account.Mirror.LinksAsync(new(stream), new RecordId(id), CancellationToken.None))
                    links.Add($"{stream} {id} {link.OtherStream} {link.Link.Target} {link.Link.TypeId}");
            }
        }

        return links;
    }
}
