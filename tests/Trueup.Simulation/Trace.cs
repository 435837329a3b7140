using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Trueup.Simulation;

/// <summary>What happened in a world, line by line. The same seed and options give the same lines, byte for byte.</summary>
/// <param name="time">The world's time.</param>
/// <param name="sink">Where to write every line as well; null for nowhere.</param>
public sealed class Trace(TimeProvider time, TextWriter? sink)
{
    /// <summary>Lines kept: a sync with its retries, and what went before.</summary>
    private const int Kept = 400;

    private readonly Queue<string> last = new();
    private readonly XxHash128 hash = new();

    /// <summary>Lines so far.</summary>
    public long Lines { get; private set; }

    /// <summary>The hash of all lines so far, in hexadecimal.</summary>
    public string Digest => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>The newest lines, oldest first.</summary>
    public IReadOnlyCollection<string> Last => last;

    /// <summary>Writes a line.</summary>
    public void Say(string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {what}");
        hash.Append(Encoding.UTF8.GetBytes(line));
        hash.Append("\n"u8);
        Lines++;
        if (last.Count == Kept)
            last.Dequeue();
        last.Enqueue(line);
        sink?.WriteLine(line);
    }
}

/// <summary>Tells what happens in one part of a world.</summary>
/// <param name="trace">The world's trace.</param>
/// <param name="prefix">What its lines begin with; empty where there is only one part.</param>
public sealed class Voice(Trace trace, string prefix)
{
    /// <summary>Writes a line.</summary>
    public void Say(string what) => trace.Say(prefix + what);
}
