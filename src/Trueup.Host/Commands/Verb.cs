namespace Trueup.Host.Commands;

/// <summary>One command.</summary>
/// <param name="Name">What people type.</param>
/// <param name="Synopsis">What comes after it.</param>
/// <param name="Does">One sentence.</param>
/// <param name="RunAsync">Runs it and answers the exit status.</param>
internal sealed record Verb(string Name, string Synopsis, string Does, Func<Verb, Arguments, CancellationToken, Task<int>> RunAsync)
{
    /// <summary>Options with a value.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Options without one.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Whether every setting is an option.</summary>
    public bool TakesSettings { get; init; }

    /// <summary>More about it, for <c>--help</c>.</summary>
    public string Details { get; init; } = "";
}
