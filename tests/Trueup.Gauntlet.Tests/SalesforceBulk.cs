using Trueup.Contract;
using Trueup.Emulators;

namespace Trueup.Gauntlet.Tests;

/// <summary>Entries of the gauntlet that are told of bulk jobs and their results, against an org whose objects are read by them.</summary>
public sealed class SalesforceBulk
{
    private const string Results = "bulk-results";

    [Fact]
    public async Task G106_line_breaks_quotes_and_separators_survive_bulk_results_that_break_off_within_a_field()
    {
        await using var account = await SalesforceAccount.StartInBulkAsync(600, rowsPerAnswer: 200, "contact");
        string[] texts = ["a\nb", "a\r\nb", "a\rb", "\"quoted\"", "a,b;c", "\"\"", "\",\"", "\"\n\"", "a\u2028b", "a\u0000b", "ends with \\", "😀\n", "\n", " "];
        foreach (var alike in account.Ids("contact").Index().GroupBy(each => each.Index % texts.Length, each => each.Item))
            account.Crm.Mutate(new EditRecords("contact", [.. alike], new Dictionary<string, string?> { ["Remarks__c"] = texts[alike.Key] }));
        account.Crm.Control(new CsvControl(ByteOrderMark: false, OpenEnd: true) { Endpoint = Results });

        await account.OnboardAsync();
        await account.AssertEqualAsync();

        // Twenty places next to each other lie on both sides of every quotation mark and separator between them.
        for (var bytes = 20_000; bytes < 20_020; bytes++)
        {
            account.Crm.Control(new CutControl(bytes) { Endpoint = Results, Times = 1 }, new TruncateControl(bytes) { Endpoint = Results, Times = 1 });
            var report = await account.SyncAsync(SyncKind.Full);
            Assert.Equal((SyncStatus.Verified, 0L, 0L), (report.Status, account.Of(report, "contact").Updated, account.Of(report, "contact").Created));
        }

        Assert.Equal(21, account.Crm.Requests.Count("bulk-create"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G107_a_byte_order_mark_is_no_part_of_the_first_columns_name()
    {
        await using var account = await SalesforceAccount.StartInBulkAsync(600, rowsPerAnswer: 200, "contact");
        account.Crm.Control(new CsvControl(ByteOrderMark: true, OpenEnd: false) { Endpoint = Results });

        await account.OnboardAsync();

        Assert.True(account.Crm.Requests.Count(Results) >= 3);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G126_a_job_that_was_purged_while_we_were_away_is_made_anew()
    {
        await using var account = await SalesforceAccount.StartInBulkAsync(1_500, rowsPerAnswer: 200, "contact");
        await DieAmidResultsAsync(account, SyncKind.Onboarding);
        Assert.Contains("job:750", await account.Mirror.LoadDocumentAsync("checkpoint/stream/contact", CancellationToken.None), StringComparison.Ordinal);
        account.Pass(TimeSpan.FromDays(8));
        account.Crm.Requests.Clear();

        await account.OnboardAsync();

        Assert.Contains(account.Crm.Requests.All, request => request is { Endpoint: "bulk-poll", Status: 404 });
        Assert.Equal(1, account.Crm.Requests.Count("bulk-create"));
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G126_the_watermark_outlives_the_job_of_a_full_sync_that_was_killed()
    {
        await using var account = await SalesforceAccount.StartInBulkAsync(1_500, rowsPerAnswer: 200, "contact");
        await account.OnboardAsync();
        var before = account.Engine.WatermarkOf(new StreamName("contact"));
        account.Crm.Mutate(new EditRecords("contact", [.. account.Ids("contact").Take(1_400)], new Dictionary<string, string?> { ["Title"] = "Edited" }));
        await DieAmidResultsAsync(account, SyncKind.Nightly);
        account.Pass(TimeSpan.FromDays(8));
        Assert.NotNull(before);
        Assert.True(account.Engine.WatermarkOf(new StreamName("contact")) >= before);

        var report = await account.SyncAsync(SyncKind.Hourly);

        Assert.Equal(SyncStatus.Verified, report.Status);
        await account.AssertEqualAsync();
    }

    [Theory]
    [InlineData(JobEnd.Complete, null)]
    [InlineData(JobEnd.Failed, "Retried more than fifteen times")]
    [InlineData(JobEnd.Failed, null)]
    [InlineData(JobEnd.Aborted, null)]
    public async Task G164_a_job_is_waited_for_and_one_that_ends_without_a_result_leaves_no_record_out(JobEnd end, string? message)
    {
        await using var account = await SalesforceAccount.StartInBulkAsync(600, rowsPerAnswer: 200, "contact");
        account.Crm.Control(new JobControl(Delay: null, Polls: 12, end, message));

        await account.OnboardAsync();

        Assert.True(account.Crm.Requests.Count("bulk-poll") >= 12);
        Assert.All(account.Crm.Requests.All.Where(request => request.Endpoint == Results), request => Assert.Equal(200, request.Status));
        Assert.Equal(end == JobEnd.Complete, account.Crm.Requests.Count(Results) > 0);
        await account.AssertEqualAsync();
    }

    [Fact]
    public async Task G164_rows_that_a_finished_job_holds_back_are_never_taken_for_all()
    {
        await using var account = await SalesforceAccount.StartInBulkAsync(600, rowsPerAnswer: 200, "contact");
        account.Crm.Control(new CapControl(480, CapManner.End) { Endpoint = "bulk-create" });

        Assert.Equal(SyncStatus.Failed, (await account.SyncAsync(SyncKind.Onboarding)).Status);
        Assert.Null(account.Engine.WatermarkOf(new StreamName("contact")));
        account.Crm.ClearControls();
        await account.OnboardAsync();
        await account.AssertEqualAsync();

        account.Crm.Control(new CapControl(480, CapManner.End) { Endpoint = "bulk-create" });
        var full = await account.SyncAsync(SyncKind.Full);
        Assert.Equal((SyncStatus.Failed, 0L), (full.Status, account.Of(full, "contact").Buried));
        await account.AssertEqualAsync();
    }

    /// <summary>Stops once some of the result is kept, as when the process is killed, and starts again.</summary>
    private static async Task DieAmidResultsAsync(SalesforceAccount account, SyncKind kind)
    {
        // Slow enough that what was read is kept between two answers.
        account.Crm.Control(new StallControl(TimeSpan.FromMilliseconds(100)) { Endpoint = Results });
        account.Crm.Requests.Clear();
        using var dies = new CancellationTokenSource();
        var report = await account.Engine.RunAsync(new SyncRequest("dies", kind), _ =>
        {
            if (account.Crm.Requests.Count(Results) >= 3)
                dies.Cancel();
        }, dies.Token);
        Assert.Equal(SyncStatus.Stopped, report.Status);
        account.Crm.ClearControls();
        await account.RestartAsync();
    }
}
