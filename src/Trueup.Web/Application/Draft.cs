using System.Text.Json;

namespace Trueup.Web.Application;

/// <summary>What a reader has typed for one field of one record, and not sent yet.</summary>
/// <param name="Was">What they saw; null where there was no value.</param>
/// <param name="Wanted">What they want; null to clear the field.</param>
public sealed record DraftValue(string? Was, string? Wanted);

/// <summary>Changes of one stream that a reader has typed and not sent yet. Not for concurrent use.</summary>
public sealed class Draft
{
    private readonly Dictionary<string, Dictionary<string, DraftValue>> records = new(StringComparer.Ordinal);

    /// <summary>Told after anything in it has changed.</summary>
    public event Action? Changed;

    /// <summary>The preview that was made of it as it is; null where there is none.</summary>
    public string? Review { get; set; }

    /// <summary>Fields that are to be set, in all records together.</summary>
    public int Cells => records.Values.Sum(fields => fields.Count);

    /// <summary>Records that are to be changed.</summary>
    public int Records => records.Count;

    /// <summary>The changes, as a run takes them: what was seen goes with what is wanted, so that nobody's change is written over unseen.</summary>
    public IReadOnlyList<NewChange> Changes =>
        [.. records.Select(one => new NewChange(one.Key, Values(one.Value, value => value.Wanted), Values(one.Value, value => value.Was)))];

    /// <summary>What is to become of a field; null where nothing is.</summary>
    public DraftValue? Find(string record, string field) => records.GetValueOrDefault(record)?.GetValueOrDefault(field);

    /// <summary>Notes a value. One that is what was there takes the field out of the draft.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="was">What the reader sees there; what they saw first stands.</param>
    /// <param name="wanted">What they want; null or an empty text clears the field.</param>
    public void Set(string record, string field, string? was, string? wanted)
    {
        Note(record, field, was, wanted);
        Tell();
    }

    /// <summary>Notes many values at once.</summary>
    public void SetAll(IEnumerable<(string Record, string Field, string? Was, string? Wanted)> values)
    {
        foreach (var (record, field, was, wanted) in values)
            Note(record, field, was, wanted);
        Tell();
    }

    /// <summary>Takes a field out of the draft.</summary>
    public void Revert(string record, string field)
    {
        if (records.TryGetValue(record, out var fields) && fields.Remove(field) && fields.Count == 0)
            records.Remove(record);
        Tell();
    }

    /// <summary>Takes everything out of the draft.</summary>
    public void Clear()
    {
        records.Clear();
        Tell();
    }

    private void Tell()
    {
        Review = null;
        Changed?.Invoke();
    }

    private void Note(string record, string field, string? was, string? wanted)
    {
        var seen = Find(record, field) is { } before ? before.Was : was;
        if ((wanted ?? "") == (seen ?? ""))
        {
            if (records.TryGetValue(record, out var kept) && kept.Remove(field) && kept.Count == 0)
                records.Remove(record);
            return;
        }

        if (!records.TryGetValue(record, out var fields))
            records[record] = fields = new(StringComparer.Ordinal);
        fields[field] = new DraftValue(seen, string.IsNullOrEmpty(wanted) ? null : wanted);
    }

    private static Dictionary<string, JsonElement> Values(Dictionary<string, DraftValue> fields, Func<DraftValue, string?> which) =>
        fields.ToDictionary(one => one.Key, one => JsonSerializer.SerializeToElement(which(one.Value)));
}

/// <summary>The drafts of one reader, stream by stream. One per circuit, so that they outlast going from page to page.</summary>
public sealed class Drafts
{
    private readonly Dictionary<(string Connection, string Stream), Draft> drafts = [];

    private readonly Dictionary<(string Connection, string Stream), HashSet<string>> chosen = [];

    /// <summary>The records of a stream that the reader has chosen, to change them together.</summary>
    public HashSet<string> ChosenOf(string connection, string stream) =>
        chosen.TryGetValue((connection, stream), out var known) ? known : chosen[(connection, stream)] = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The draft of a stream.</summary>
    public Draft Of(string connection, string stream) =>
        drafts.TryGetValue((connection, stream), out var known) ? known : drafts[(connection, stream)] = new Draft();
}
