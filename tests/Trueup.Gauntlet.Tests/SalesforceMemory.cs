using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Measures the heap of this process, so that nothing else may run in it meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Entries of the gauntlet, section 17, against Salesforce: memory.</summary>
[Collection(nameof(Alone))]
public sealed class SalesforceMemory
{
    private const int FewRecords = 6_000;
    private const int ManyRecords = 24_000;
    private const int CharactersPerRecord = 8_000;

    // What a load holds at once is bounded: pages read ahead, and two commits of 16 MB. A quarter of the larger result is more than all of it.
    private const long Spread = 24 << 20;

    [Fact]
    public async Task G152_the_live_heap_of_a_first_load_does_not_grow_with_the_number_of_rows()
    {
        var (fewPeak, fewBytes) = await LoadAsync(FewRecords);
        var (manyPeak, manyBytes) = await LoadAsync(ManyRecords);

        Assert.True(manyBytes - fewBytes > 4 * Spread, $"{manyBytes - fewBytes:N0} bytes more were read, too few to tell.");
        Assert.True(manyPeak - fewPeak < Spread, $"The heap held {fewPeak:N0} bytes more while {fewBytes:N0} were read, and {manyPeak:N0} more while {manyBytes:N0} were.");
    }

    /// <returns>What was live at most, beyond what was live before, and the bytes of the bulk result.</returns>
    private static async Task<(long PeakBytes, long ResultBytes)> LoadAsync(int records)
    {
        await using var account = await SalesforceAccount.StartInBulkAsync(records, rowsPerAnswer: 100, "contact");
        account.Crm.Control(new TieControl(records, new Dictionary<string, string?> { ["Remarks__c"] = new string('x', CharactersPerRecord) }) { Stream = "contact" });
        account.Crm.ClearControls();

        // Written long enough ago not to be read a second time as modified, in pages of another size.
        account.Pass(TimeSpan.FromHours(1));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = 0L;

        var report = await account.Engine.RunAsync(new SyncRequest("onboarding", SyncKind.Onboarding), _ =>
        {
            var live = GC.GetTotalMemory(forceFullCollection: true) - before;
            peak = Math.Max(peak, live);
        }, CancellationToken.None);

        Assert.Equal((SyncStatus.Verified, (long)account.Ids("contact").Count), (report.Status, account.Of(report, "contact").InTrueup));
        return (peak, account.Crm.Requests.All.Where(request => request.Endpoint == "bulk-results").Sum(request => request.Bytes));
    }
}
