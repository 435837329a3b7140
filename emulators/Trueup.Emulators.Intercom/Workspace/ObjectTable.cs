using System.Globalization;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>All records of one kind.</summary>
/// <param name="name">The stream.</param>
/// <param name="type">The value of their <c>type</c>.</param>
/// <param name="idPrefix">The first eight digits of ids with 24; null where ids are decimal numbers.</param>
/// <param name="attributesMember">The member that holds what people defined; null where they define nothing.</param>
internal sealed class ObjectTable(string name, string type, string? idPrefix, string? attributesMember = null) : RecordTable
{
    private const int HexDigits = 24;

    private readonly Dictionary<int, ValueIndex> indexes = [];

    public string Name => name;

    public string Type => type;

    public FieldTable Fields { get; } = new(attributesMember);

    /// <summary>What a record shows, in the order of answers.</summary>
    public List<Member> Shape { get; } = [];

    /// <summary>The id as the API has it.</summary>
    public string IdText(long id) => idPrefix is null ? id.ToString(CultureInfo.InvariantCulture) : $"{idPrefix}{id:x16}";

    public string IdOf(Record record) => IdText(record.Id);

    /// <summary>The record of an id, whatever became of it; null where there never was one.</summary>
    public Record? Find(string? id) => id is not null && NumberOf(id) is > 0 and var number && TryGet(number, out var record) ? record : null;

    public Record? FindLive(string? id) => Find(id) is { Now.Life: RecordLife.Live } record ? record : null;

    /// <summary>The records that are not gone and have a value in an indexed field.</summary>
    public IReadOnlyList<Record> FindBy(FieldDefinition field, string value) => indexes[field.Ordinal].Find(value);

    public void Index(FieldDefinition field) => indexes.Add(field.Ordinal, new ValueIndex(field.Ordinal));

    /// <summary>The value of a field as it stands in JSON; empty while it is unset.</summary>
    public static ReadOnlySpan<byte> Value(RecordVersion version, FieldDefinition field) => ValueBody.Find(version.Body, field.Ordinal);

    /// <summary>The text of a standard field; null while it is unset.</summary>
    public string? Text(RecordVersion version, string field) => Stored.Read(Value(version, Fields[field]));

    /// <inheritdoc/>
    protected override void Changed(Record record, RecordVersion before, RecordVersion after)
    {
        foreach (var index in indexes.Values)
            index.Move(record, before, after);
    }

    private long NumberOf(string text) =>
        idPrefix is null ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
        : text.Length == HexDigits && text.StartsWith(idPrefix, StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(idPrefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digits) ? digits : 0;
}
