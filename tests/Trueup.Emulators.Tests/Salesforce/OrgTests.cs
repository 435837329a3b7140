using Microsoft.Extensions.Time.Testing;
using Trueup.Emulators.Salesforce.Org;
using Record = Trueup.Emulators.Record;

namespace Trueup.Emulators.Tests.Salesforce;

public sealed class OrgTests
{
    private readonly SalesforceOrg org = new(new VirtualClock(new FakeTimeProvider(new(2026, 9, 1, 10, 0, 0, 700, TimeSpan.Zero))), 5_000_000);

    [Theory]
    [InlineData("001D000000ISUr3", "IAH")]
    [InlineData("00190000001pPvH", "AAU")]
    [InlineData("750R0000000zxr8", "IAA")]
    [InlineData("a00D0000008pQRA", "IA2")]
    public void An_id_of_fifteen_characters_has_the_checksum_that_Salesforce_gives_it(string id, string checksum)
    {
        Assert.Equal(id + checksum, SalesforceId.Normalize(id));
        Assert.Equal(id + checksum, SalesforceId.Normalize(id + checksum));
        Assert.Null(SalesforceId.Normalize(id + "ZZZ"));
    }

    [Fact]
    public void A_record_is_found_by_its_id_in_both_lengths_and_its_stamps_are_whole_seconds()
    {
        var account = Create("Account", ("Name", "Süd \"AG\""));
        var id = org["Account"].IdOf(account);

        Assert.Same(account, org.Resolve(id)!.Value.Record);
        Assert.Same(account, org["Account"].Find(id[..15]));
        Assert.Equal("2026-09-01T10:00:00.000+0000", StoredValue.InstantText(account.Now.Modified));
        Assert.Equal("Süd \"AG\"", Value("Account", account, "Name"));
    }

    [Fact]
    public void An_automated_process_moves_SystemModstamp_alone_and_a_calculated_value_moves_nothing()
    {
        var account = Create("Account", ("Name", "Nord"));
        var before = account.Now.Modified;
        org.Clock.Advance(TimeSpan.FromSeconds(5));

        org.Edit(org["Account"], account, Values(("Contact_Count__c", "9")));
        Assert.Equal(before, account.Now.Modified);
        org.Edit(org["Account"], account, [], byPerson: false);

        Assert.Equal((before + 5_000, before), (account.Now.Modified, account.Now.ModifiedByPerson));
    }

    [Fact]
    public void A_deletion_takes_children_along_clears_lookups_without_a_stamp_and_undelete_brings_both_back()
    {
        var account = Create("Account", ("Name", "Nord"));
        var id = org["Account"].IdOf(account);
        var contact = Create("Contact", ("LastName", "Voss"), ("AccountId", id));
        var problem = Create("Case", ("AccountId", id));
        var stamp = problem.Now.Modified;
        org.Clock.Advance(TimeSpan.FromMinutes(1));

        org.Delete(org["Account"], account);
        Assert.Equal((RecordLife.Archived, RecordLife.Archived), (account.Now.Life, contact.Now.Life));
        Assert.Equal((null, stamp), (Value("Case", problem, "AccountId"), problem.Now.Modified));

        org.Restore(org["Account"], account);
        Assert.Equal((RecordLife.Live, RecordLife.Live), (account.Now.Life, contact.Now.Life));
        Assert.Equal(id, Value("Case", problem, "AccountId"));
    }

    [Fact]
    public void A_merge_leaves_the_loser_with_its_winner_and_moves_its_children()
    {
        var (winner, loser) = (Create("Contact", ("LastName", "Ada")), Create("Contact", ("LastName", "Ida")));
        var task = Create("Task", ("WhoId", org["Contact"].IdOf(loser)));

        org.Merge(org["Contact"], winner, loser);

        Assert.Equal((RecordLife.Archived, winner.Id), (loser.Now.Life, loser.MergedInto));
        Assert.Equal(org["Contact"].IdOf(winner), Value("Task", task, "WhoId"));
    }

    [Fact]
    public void The_recycle_bin_keeps_fifteen_days_and_a_campaign_member_not_at_all()
    {
        var contact = Create("Contact", ("LastName", "Voss"));
        var member = Create("CampaignMember", ("ContactId", org["Contact"].IdOf(contact)));

        org.Delete(org["CampaignMember"], member);
        org.Delete(org["Contact"], contact);
        Assert.Equal((RecordLife.Gone, RecordLife.Archived), (member.Now.Life, contact.Now.Life));
        org.Clock.Advance(TimeSpan.FromDays(15));
        org.EmptyBin();

        Assert.Equal(RecordLife.Gone, contact.Now.Life);
    }

    [Fact]
    public void An_attempt_that_does_not_hold_leaves_nothing_behind()
    {
        var account = Create("Account", ("Name", "Nord"));
        var before = account.Now;

        org.Attempt(() =>
        {
            Create("Account", ("Name", "Süd"));
            org.Delete(org["Account"], account);
            return false;
        });

        Assert.Same(before, account.Now);
        Assert.Single(org["Account"].Records);
        Assert.Equal((1, 0), (org["Account"].LiveCount, org["Account"].ArchivedCount));
        Assert.Empty(org["Account"].Deletions.Between(0, long.MaxValue));
    }

    private Record Create(string name, params (string Field, string Value)[] values) => org.Create(org[name], Values(values));

    private static List<KeyValuePair<string, byte[]?>> Values(params (string Field, string Value)[] values) =>
        [.. values.Select(value => KeyValuePair.Create(value.Field, (byte[]?)StoredValue.Text(value.Value)))];

    private string? Value(string name, Record record, string field) =>
        ValueBody.Find(record.Now.Body, org[name].Fields.Find(field)!.Ordinal) is { IsEmpty: false } value ? StoredValue.Decode(value) : null;
}
