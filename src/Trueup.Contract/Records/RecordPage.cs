using System.Buffers;
using System.Text;

namespace Trueup.Contract;

/// <summary>Where one record lies within the buffer of its <see cref="RecordPage"/>.</summary>
/// <param name="IdStart">Offset of the id, in bytes.</param>
/// <param name="IdLength">Length of the id, in bytes.</param>
/// <param name="ModifiedMilliseconds">The CRM's modified stamp, in milliseconds since 1970 UTC; 0 where the CRM has none.</param>
/// <param name="PropertiesStart">Offset of the properties: one JSON object, exactly as received.</param>
/// <param name="PropertiesLength">Length of the properties, in bytes.</param>
/// <param name="Hash">See <see cref="Fingerprint.OfRecord"/>.</param>
public readonly record struct RecordSlice(
    int IdStart, int IdLength, long ModifiedMilliseconds, int PropertiesStart, int PropertiesLength, UInt128 Hash);

/// <summary>A record that a page held but that cannot be mirrored, such as one without an id.</summary>
/// <param name="Id">Its id where it has one.</param>
/// <param name="Reason">One sentence without personal data.</param>
public sealed record SetAside(RecordId? Id, string Reason);

/// <summary>One bounded answer with records. The records are slices of one pooled buffer, so nothing is allocated for each of them.</summary>
/// <remarks>
/// <para>Whoever receives a page disposes of it; slices are invalid afterwards.</para>
/// <para>Not for concurrent use.</para>
/// </remarks>
public sealed class RecordPage : IDisposable
{
    private byte[]? buffer;
    private readonly List<RecordSlice> records;
    private List<SetAside>? setAside;

    /// <summary>Makes a page around a buffer rented from <see cref="ArrayPool{T}.Shared"/>, which the page owns from now on.</summary>
    /// <param name="pooledBuffer">The answer's bytes.</param>
    /// <param name="expectedRecords">A guess, to size the list.</param>
    public RecordPage(byte[] pooledBuffer, int expectedRecords = 100)
    {
        buffer = pooledBuffer;
        records = new List<RecordSlice>(expectedRecords);
    }

    /// <summary>Bytes of memory that the page holds on to until it is disposed of.</summary>
    public int BufferBytes => buffer?.Length ?? 0;

    /// <summary>The records, in the CRM's order. The same id may come twice.</summary>
    public IReadOnlyList<RecordSlice> Records => records;

    /// <summary>Records that could not be translated.</summary>
    public IReadOnlyList<SetAside> SetAside => setAside ?? (IReadOnlyList<SetAside>)[];

    /// <summary>The CRM's token for the rest; null only where the CRM said that this is the end.</summary>
    public string? Next { get; set; }

    /// <summary>How many live records the CRM says the whole stream has, where the answer tells that as well; null where it does not. Saves a call
    /// (<see cref="ICounts"/>) where it came after everything that a sync had to read.</summary>
    public long? LiveCount { get; set; }

    /// <summary>Adds a record that lies in the buffer.</summary>
    public void Add(int idStart, int idLength, long modifiedMilliseconds, int propertiesStart, int propertiesLength) =>
        records.Add(new RecordSlice(idStart, idLength, modifiedMilliseconds, propertiesStart, propertiesLength,
            Fingerprint.OfRecord(modifiedMilliseconds, Buffer.AsSpan(propertiesStart, propertiesLength))));

    /// <summary>Drops the records whose ids do not satisfy a condition, which is asked once for each record, in order.</summary>
    public void KeepOnly(Predicate<RecordId> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        records.RemoveAll(record => !isWanted(RecordIdOf(record)));
    }

    /// <summary>Reports a record that cannot be mirrored.</summary>
    public void Refuse(SetAside refused) => (setAside ??= []).Add(refused);

    /// <summary>The id of a record, UTF-8.</summary>
    public ReadOnlyMemory<byte> IdOf(in RecordSlice slice) => Buffer.AsMemory(slice.IdStart, slice.IdLength);

    /// <summary>The id of a record.</summary>
    public RecordId RecordIdOf(in RecordSlice slice) => new(Encoding.UTF8.GetString(Buffer, slice.IdStart, slice.IdLength));

    /// <summary>The properties of a record: one JSON object, UTF-8, exactly as received.</summary>
    public ReadOnlyMemory<byte> PropertiesOf(in RecordSlice slice) => Buffer.AsMemory(slice.PropertiesStart, slice.PropertiesLength);

    private byte[] Buffer => buffer ?? throw new ObjectDisposedException(nameof(RecordPage));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
