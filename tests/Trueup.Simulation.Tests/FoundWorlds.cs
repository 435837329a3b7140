namespace Trueup.Simulation.Tests;

/// <summary>Worlds that once failed. Each is kept with all its options, so that it stays the same when the drawing of worlds changes.</summary>
public sealed class FoundWorlds : Worlds
{
    [Theory]
    [InlineData("A record without an id in a search held no watermark",
        "--seed 2 --records 450 --days 1.3805632459840567 --start 2026-09-14T09:30:00Z --life 60 --restlessness 0.1 --hourly 01:00:00 --at-once 2 --streams contacts,companies,deals,machine --shuffled yes --skew 00:20:00 --faults cap,disk-slow,error,forbid,no-id,twice,wrong-content --faults-a-day 6 --deaths-a-day 1")]
    [InlineData("A list left a record out that the mirror did not know yet",
        "--seed 36 --records 250 --days 1.5925414785708027 --start 2026-10-24T05:00:00Z --life 10 --restlessness 0.02 --hourly 03:00:00 --at-once 3 --streams contacts,companies --shuffled no --skew 00:00:00 --faults forbid,no-id,stall --faults-a-day 12 --deaths-a-day 0")]
    [InlineData("Two survivors named the same loser",
        "--seed 59 --records 250 --days 1.969311119229212 --start 2026-09-14T09:30:00Z --life 30 --restlessness 0.02 --hourly 02:00:00 --at-once 3 --streams contacts,companies,deals,machine --shuffled no --skew 00:00:45 --faults cut,lag-beyond,order,pages,truncate --faults-a-day 6 --deaths-a-day 0")]
    [InlineData("The links of a company that came back and went again stayed",
        "--seed 75 --records 450 --days 2.1394163707920426 --start 2026-12-30T22:15:00Z --life 60 --restlessness 0.1 --hourly 02:00:00 --at-once 1 --streams contacts,companies,deals --shuffled yes --skew 00:00:00 --faults cap,clock,cut,disk-full,disk-slow,error,expired-cursor,forbid,lag,lag-beyond,no-id,order,outage,pages,quota,repeat,revoked,stall,truncate,twice,wrong-content --faults-a-day 12 --deaths-a-day 0")]
    [InlineData("An empty answer passed for a list of nothing",
        "--seed 79 --records 250 --days 1.389056640578926 --start 2026-09-14T09:30:00Z --life 30 --restlessness 0.005 --hourly 03:00:00 --at-once 1 --streams contacts,companies,deals,machine --shuffled yes --skew 00:00:00 --faults wrong-content --faults-a-day 12 --deaths-a-day 1")]
    [InlineData("Equal counts blessed a stream of which a record had been set aside",
        "--seed 128 --records 250 --days 1.4188968827104647 --start 2026-12-30T22:15:00Z --life 30 --restlessness 0.1 --hourly 01:00:00 --at-once 2 --streams companies,deals,notes --shuffled yes --skew 00:00:00 --faults no-id --faults-a-day 12 --deaths-a-day 0")]
    [InlineData("A deal kept a link to a company that was gone",
        "--seed 207 --records 250 --days 1.5136445215501098 --start 2026-09-14T09:30:00Z --life 60 --restlessness 0.02 --hourly 01:00:00 --at-once 2 --streams contacts,companies,deals,machine --shuffled no --skew 00:00:00 --faults cap,clock,cut,disk-full,disk-slow,error,expired-cursor,forbid,lag,lag-beyond,no-id,order,outage,pages,quota,repeat,revoked,stall,truncate,twice,wrong-content --faults-a-day 6 --deaths-a-day 0")]
    [InlineData("The emulator fell over an empty page of a list whose token repeats",
        "--seed 3012 --records 250 --days 1.6523416661901127 --start 2026-10-24T05:00:00Z --life 10 --restlessness 0.05 --hourly 02:00:00 --at-once 3 --streams contacts,companies,deals,machine --shuffled yes --skew 00:00:45 --faults cap,clock,cut,disk-full,disk-slow,error,expired-cursor,forbid,lag,lag-beyond,no-id,order,outage,pages,quota,repeat,revoked,stall,truncate,twice,wrong-content --faults-a-day 16 --deaths-a-day 6")]
    [InlineData("A few shuffled rows stood in order by chance and hid those between them",
        "--seed 513 --records 120 --days 1.468922735130844 --start 2026-10-24T05:00:00Z --life 2 --restlessness 0.005 --hourly 01:00:00 --at-once 1 --streams contacts,companies --shuffled yes --skew -01:06:40 --faults forbid,order,pages --faults-a-day 12 --deaths-a-day 0")]
    [InlineData("A 403 at the token endpoint was taken for a withdrawn consent",
        "--seed 54 --records 250 --days 1.515965454706906 --start 2026-12-30T22:15:00Z --life 10 --restlessness 0.02 --hourly 01:00:00 --at-once 2 --streams contacts,companies,deals --shuffled no --skew 00:20:00 --faults error --faults-a-day 12 --deaths-a-day 4 --accounts 1 --oauth yes --pipelines yes")]
    [InlineData("A question whether to bury most of a large stream was taken for a checkpoint that grows",
        "--seed 7 --records 10000 --days 0.25 --start 2027-03-27T05:00:00Z --life 2 --restlessness 0.005 --hourly 01:00:00 --at-once 1 --streams contacts,companies,deals --shuffled yes --skew -00:01:30 --faults cap --faults-a-day 12 --deaths-a-day 0 --accounts 1 --oauth yes --pipelines yes")]
    [InlineData("A record whose making was not heard of was looked for by a clock that was ahead, and called not made",
        "--seed 1 --app salesforce --records 120 --days 2.071761959452071 --start 2027-03-27T05:00:00Z --life 10 --restlessness 0 --hourly 01:00:00 --at-once 3 --streams Account,Contact,Machine__c --shuffled no --skew 00:20:00 --faults forbid --faults-a-day 6 --deaths-a-day 1 --accounts 1 --oauth yes --pipelines yes --edits 4")]
    [InlineData("A deletion that was not heard of was sent again although the record had changed since",
        "--seed 9 --records 250 --days 1.7671460850011305 --start 2026-12-30T22:15:00Z --life 2 --restlessness 0.005 --hourly 01:00:00 --at-once 2 --streams contacts,companies --shuffled no --skew -01:06:40 --faults lag-beyond,partial,repeat,twice,wrong-content --faults-a-day 2 --deaths-a-day 1 --accounts 2 --oauth no --pipelines yes --edits 4")]
    [InlineData("What was found to be done after a full disk never came into the mirror",
        "--seed 3 --app salesforce --records 120 --days 1.5621927976432222 --start 2026-12-30T22:15:00Z --life 10 --restlessness 0.1 --hourly 03:00:00 --at-once 3 --streams Account,Contact,Opportunity --shuffled yes --skew 00:20:00 --faults cap,clock,cut,disk-full,disk-slow,error,expire,expired-cursor,forbid,lag,lag-beyond,no-id,odd-links,order,outage,pages,partial,quota,repeat,revoked,stall,truncate,twice,wrong-content --faults-a-day 6 --deaths-a-day 0 --accounts 1 --oauth no --pipelines yes --edits 4")]
    public void What_was_found_once_stays_right(string what, string world)
    {
        Assert.NotEmpty(what);
        Run(WorldOptions.Parse(world));
    }
}
