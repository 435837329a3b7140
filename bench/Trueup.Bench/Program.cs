using System.Globalization;
using Trueup.Bench;
using Edits = Trueup.Bench.Edits;
using HubSpot = Trueup.Bench.HubSpot;
using Salesforce = Trueup.Bench.Salesforce;

if (args is ["pages", var served, var count])
{
    var records = int.Parse(count, CultureInfo.InvariantCulture);
    await (served == "salesforce" ? Salesforce.Org.ServeAsync(records) : HubSpot.Portal.ServeAsync(records));
    return 0;
}

if (args is ["edits", .. var changes])
{
    foreach (var size in changes.Length > 0 ? changes : ["10000"])
        await Edits.Benchmark.RunAsync(int.Parse(size, CultureInfo.InvariantCulture));
    return 0;
}

if (args is ["cells", .. var saves])
{
    await Edits.CellBenchmark.RunAsync(saves is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 40);
    return 0;
}

var (app, numbers) = args is ["hubspot" or "salesforce", ..] ? (args[0], args[1..]) : ("hubspot", args);
int[] sizes = numbers.Length > 0 ? [.. numbers.Select(size => int.Parse(size, CultureInfo.InvariantCulture))] : [100_000, 1_000_000];
var runs = new List<(int, Peaks)>();
foreach (var records in sizes)
    runs.Add((records, await (app == "salesforce" ? Salesforce.Benchmark.RunAsync(records) : HubSpot.Benchmark.RunAsync(records))));
Figures.SayGrowth(runs);
return 0;
