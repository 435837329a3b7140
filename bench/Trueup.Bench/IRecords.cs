namespace Trueup.Bench;

/// <summary>The records of a benchmark's one large stream, the same for the same index.</summary>
internal interface IRecords
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>The id of a record.</summary>
    string IdOf(int index);

    /// <summary>When a record was first stamped.</summary>
    DateTimeOffset StampOf(int index);

    /// <summary>The properties of a record as a mirror holds them.</summary>
    byte[] PropertiesOf(int index);
}
