using Trueup.Host.Commands;

return await CommandLine.RunAsync(args);
