using System.Globalization;
using Trueup.Bench;
using Trueup.Bench.HubSpot;

if (args is ["pages", "hubspot", var count])
{
    await Portal.ServeAsync(int.Parse(count, CultureInfo.InvariantCulture));
    return 0;
}

int[] sizes = args.Length > 0 ? [.. args.Select(size => int.Parse(size, CultureInfo.InvariantCulture))] : [100_000, 1_000_000];
var runs = new List<(int, Peaks)>();
foreach (var records in sizes)
    runs.Add((records, await Benchmark.RunAsync(records)));
Figures.SayGrowth(runs);
return 0;
