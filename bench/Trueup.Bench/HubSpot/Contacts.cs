using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Trueup.Bench.HubSpot;

/// <summary>The records of the benchmark: contacts of 60 properties, about 2 KB each, the same for the same index.</summary>
internal sealed class Contacts(int records) : IRecords
{
    public const int RecordsPerPage = 100;
    private const long FirstId = 100_000_000_000;
    private static readonly string[] Stages = ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist", "other"];
    private static readonly string[] Cities = ["Kiel", "Lübeck", "Aarhus", "Göteborg", "Łódź", "São Paulo", "Tōkyō", "Reykjavík", "Zürich", "Cork"];
    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How many records there are.</summary>
    public int Count { get; } = records;

    /// <summary>The names of the properties, in the order in which they are sent.</summary>
    public static IReadOnlyList<string> PropertyNames { get; } =
    [
        .. new[] { "city", "createdate", "email", "firstname", "hs_merged_object_ids", "hs_object_id", "lastmodifieddate", "lastname", "lifecyclestage", "score" }
            .Concat(Enumerable.Range(0, 50).Select(index => $"text_{index:00}")).Order(StringComparer.Ordinal),
    ];

    /// <summary>The id of a record.</summary>
    public static long IdOf(int index) => FirstId + index;

    /// <summary>The index of an id.</summary>
    public static int IndexOf(long id) => (int)(id - FirstId);

    /// <summary>When a record was first stamped.</summary>
    public static DateTimeOffset StampOf(int index) => Epoch.AddSeconds(index);

    /// <summary>Writes the properties of a record.</summary>
    public static void WriteProperties(Utf8JsonWriter json, int index, DateTimeOffset modified)
    {
        json.WriteStartObject();
        foreach (var name in PropertyNames)
            json.WriteString(name, Value(name, index, modified));
        json.WriteEndObject();
    }

    /// <summary>Writes a record as the CRM sends it.</summary>
    public static void Write(Utf8JsonWriter json, int index, DateTimeOffset modified)
    {
        json.WriteStartObject();
        json.WriteString("id", IdOf(index).ToString(CultureInfo.InvariantCulture));
        json.WritePropertyName("properties");
        WriteProperties(json, index, modified);
        json.WriteString("createdAt", Iso(StampOf(index)));
        json.WriteString("updatedAt", Iso(modified));
        json.WriteBoolean("archived", false);
        json.WriteEndObject();
    }

    /// <summary>Renders one page of the list.</summary>
    public byte[] RenderPage(int page, Func<int, DateTimeOffset> stamp)
    {
        var output = new ArrayBufferWriter<byte>(256 * 1024);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartArray("results");
            var first = page * RecordsPerPage;
            var last = Math.Min(first + RecordsPerPage, Count);
            for (var index = first; index < last; index++)
                Write(json, index, stamp(index));
            json.WriteEndArray();
            if (last < Count)
            {
                json.WriteStartObject("paging");
                json.WriteStartObject("next");
                json.WriteString("after", IdOf(last).ToString(CultureInfo.InvariantCulture));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    string IRecords.IdOf(int index) => IdOf(index).ToString(CultureInfo.InvariantCulture);

    DateTimeOffset IRecords.StampOf(int index) => StampOf(index);

    byte[] IRecords.PropertiesOf(int index)
    {
        var output = new ArrayBufferWriter<byte>(4_096);
        using (var json = new Utf8JsonWriter(output))
            WriteProperties(json, index, StampOf(index));
        return output.WrittenSpan.ToArray();
    }

    private static string Iso(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string? Value(string name, int index, DateTimeOffset modified) => name switch
    {
        "city" => Cities[(int)((uint)index * 2654435761L % 10)],
        "createdate" => Iso(StampOf(index)),
        "email" => $"person{index}@example.com",
        "firstname" => $"First {index % 5_003}",
        "lastname" => $"Last {index % 7_919}",
        "hs_merged_object_ids" => null,
        "hs_object_id" => IdOf(index).ToString(CultureInfo.InvariantCulture),
        "lastmodifieddate" => Iso(modified),
        "lifecyclestage" => Stages[(int)((uint)index * 40503L % 8)],
        "score" => (index * 7919L % 1000 / 10.0).ToString(CultureInfo.InvariantCulture),
        _ => $"{name} of {index} {(uint)(index * 31 + name[^1]) * 2654435761L % 1_000_000}",
    };
}
