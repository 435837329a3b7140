namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Where each value of a record lies in its body, so that columns may come in any order. One of them serves row after row.</summary>
internal sealed class BodyPositions
{
    private int[] starts = [];
    private int[] lengths = [];
    private byte[] body = [];

    /// <summary>Goes to a body.</summary>
    /// <param name="fields">How many fields the object has.</param>
    public void Read(byte[] next, int fields)
    {
        if (starts.Length < fields)
            (starts, lengths) = (new int[fields], new int[fields]);
        Array.Clear(lengths);
        body = next;
        var values = new ValueBody.BodyReader(next);
        while (values.MoveNext())
            (starts[values.Ordinal], lengths[values.Ordinal]) = (values.Start, values.Value.Length);
    }

    /// <summary>A value as it stands in JSON; empty where it is unset.</summary>
    public ReadOnlySpan<byte> this[int ordinal] => lengths[ordinal] > 0 ? body.AsSpan(starts[ordinal], lengths[ordinal]) : default;
}
