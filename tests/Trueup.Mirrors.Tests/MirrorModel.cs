using System.Text;

namespace Trueup.Mirrors.Tests;

/// <summary>What a mirror should hold, in dictionaries: the simplest thing that could be right.</summary>
internal sealed class MirrorModel
{
    internal sealed record Known(bool IsLive, string Properties, GoneCause? Cause);

    public Dictionary<(StreamName Stream, string Id), Known> Records { get; } = [];

    public Dictionary<(StreamName Stream, string Id), string> Winners { get; } = [];

    public Dictionary<(StreamName Stream, string Id), HashSet<Association>> Links { get; } = [];

    public Dictionary<string, string> Documents { get; } = [];

    public void Apply(MirrorCommit commit, StreamName linkTarget)
    {
        foreach (var puts in commit.Puts)
            foreach (var put in puts.Records)
                Put(puts.Stream, Encoding.UTF8.GetString(put.Id.Span), Encoding.UTF8.GetString(put.Properties.Span));
        foreach (var bury in commit.Buries)
            Bury(bury.Stream, bury.Gone, linkTarget);
        foreach (var link in commit.Links)
            Links[(link.Pair.From, link.Associations.Source.Value)] = [.. link.Associations.Links];
        foreach (var (key, value) in commit.Documents)
            if (value is null)
                Documents.Remove(key);
            else
                Documents[key] = value;
    }

    private void Put(StreamName stream, string id, string properties)
    {
        if (Records.GetValueOrDefault((stream, id)) is { IsLive: false })
            Winners.Remove((stream, id));
        Records[(stream, id)] = new Known(true, properties, null);
    }

    private void Bury(StreamName stream, GoneRecord gone, StreamName linkTarget)
    {
        var key = (stream, gone.Id.Value);
        var known = Records.GetValueOrDefault(key);
        if (gone is { Cause: GoneCause.Merged, MergedInto: { } winner })
            Winners[key] = winner.Value;
        var isErased = gone.Cause == GoneCause.Erased;
        if (known is { IsLive: false } && ((gone.Cause != GoneCause.Merged && !isErased) || known.Cause == gone.Cause))
            return;
        Records[key] = new Known(false, isErased ? "" : known?.Properties ?? "", gone.Cause);
        if (known is null)
            return;
        Links.Remove(key);
        if (stream == linkTarget)
            foreach (var links in Links.Values)
                links.RemoveWhere(link => link.Target == gone.Id);
    }
}
