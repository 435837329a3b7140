using Trueup.Simulation.Soak;

return Commands.Run(args, Console.Out, Console.Error);
