using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trueup.Bench.Salesforce;

/// <summary>The records of the benchmark: contacts of 40 fields, about 0.8 KB each in a bulk result and 1.2 KB in a mirror, the same for the same index.</summary>
internal sealed class Contacts(int records) : IRecords
{
    private const int IdDigits = 12;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    private static readonly string[] Salutations = ["Ms.", "Mr.", "Mx.", "Dr.", "Prof."];
    private static readonly string[] Titles = ["Buyer", "Head of Purchasing", "Engineer", "Managing Director", "Accountant", "Captain"];
    private static readonly string[] Departments = ["Purchasing", "Engineering", "Finance", "Operations"];
    private static readonly string[] Sources = ["Web", "Trade Show", "Partner Referral", "Purchased List", "Word of mouth", "Other"];
    private static readonly string[] Cities = ["Kiel", "Lübeck", "Aarhus", "Göteborg", "Łódź", "São Paulo", "Tōkyō", "Reykjavík", "Zürich", "Cork"];
    private static readonly string[] Countries = ["Germany", "Denmark", "Sweden", "Poland", "Brazil", "Japan", "Iceland", "Switzerland", "Ireland"];
    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Content as the CRM sends it, whose letters are not escaped.
    private static readonly JsonWriterOptions AsSent = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public int Count { get; } = records;

    /// <summary>The fields, in the order in which the connector selects them.</summary>
    public static IReadOnlyList<Column> Columns { get; } =
    [
        new("Id", "id", (index, _) => Id("003", index)),
        new("SystemModstamp", "datetime", (_, modified) => Column.Instant(modified)),
        new("IsDeleted", "boolean", (_, _) => "false"),
        new("MasterRecordId", "reference", (_, _) => null),
        new("AccountId", "reference", (index, _) => Id("001", index / 7)),
        new("OwnerId", "reference", (index, _) => Id("005", Mixed(index, 1) % 50)),
        new("CreatedById", "reference", (index, _) => Id("005", Mixed(index, 2) % 50)),
        new("LastModifiedById", "reference", (index, _) => Id("005", Mixed(index, 3) % 50)),
        new("CreatedDate", "datetime", (index, _) => Column.Instant(Stamp(index))),
        new("LastModifiedDate", "datetime", (_, modified) => Column.Instant(modified)),
        new("LastActivityDate", "date", (index, _) => index % 3 == 0 ? Day(index) : null),
        new("Salutation", "picklist", (index, _) => One(Salutations, index, 4)),
        new("FirstName", "string", (index, _) => FirstName(index)),
        new("LastName", "string", (index, _) => LastName(index)),
        new("Name", "string", (index, _) => $"{FirstName(index)} {LastName(index)}"),
        new("Email", "email", (index, _) => $"person{index}@example.com"),
        new("Phone", "phone", (index, _) => $"+49 431 {Mixed(index, 5) % 10_000_000:0000000}"),
        new("MobilePhone", "phone", (index, _) => index % 3 == 0 ? $"+49 170 {Mixed(index, 6) % 10_000_000:0000000}" : null),
        new("Fax", "phone", (_, _) => null),
        new("Title", "string", (index, _) => One(Titles, index, 7)),
        new("Department", "string", (index, _) => One(Departments, index, 8)),
        new("LeadSource", "picklist", (index, _) => One(Sources, index, 9)),
        new("Birthdate", "date", (index, _) => index % 2 == 0 ? Day(-7 * (int)(Mixed(index, 10) % 3_000)) : null),
        new("MailingStreet", "textarea", (index, _) => $"Hafenstraße {Mixed(index, 11) % 200}\nHinterhaus {index % 9}"),
        new("MailingCity", "string", (index, _) => One(Cities, index, 12)),
        new("MailingState", "string", (_, _) => null),
        new("MailingPostalCode", "string", (index, _) => $"{Mixed(index, 13) % 100_000:00000}"),
        new("MailingCountry", "string", (index, _) => One(Countries, index, 14)),
        new("Description", "textarea", (index, _) =>
            $"Met at the \"{One(Sources, index, 15)}\", wants {Mixed(index, 16) % 1_000} pieces by spring, and asks for an offer of {Mixed(index, 17) % 100_000} in all; call back after number {index}."),
        new("HasOptedOutOfEmail", "boolean", (index, _) => index % 11 == 0 ? "true" : "false"),
        new("DoNotCall", "boolean", (index, _) => index % 13 == 0 ? "true" : "false"),
        new("EmailBouncedReason", "string", (_, _) => null),
        new("EmailBouncedDate", "datetime", (_, _) => null),
        new("Score__c", "double", (index, _) => (Mixed(index, 18) % 1_000 / 10.0).ToString("0.0", CultureInfo.InvariantCulture)),
        new("Revenue__c", "currency", (index, _) => (Mixed(index, 19) % 10_000_000 / 100.0).ToString("0.0#", CultureInfo.InvariantCulture)),
        new("Visits__c", "double", (index, _) => index % 4 == 0 ? $"{Mixed(index, 20) % 50}.0" : null),
        new("Region__c", "picklist", (index, _) => $"Region {index % 16}"),
        new("Interests__c", "multipicklist", (index, _) => $"Interest {index % 5};Interest {5 + index % 7}"),
        new("External__c", "string", (index, _) => $"ERP-{index:0000000000}"),
        new("Notes__c", "textarea", (index, _) => $"Note {Mixed(index, 21) % 1_000_000} of {index}, kept since the move to the new system in year {2010 + index % 15}"),
    ];

    /// <summary>When a record was first stamped.</summary>
    public static DateTimeOffset Stamp(int index) => Epoch.AddSeconds(index);

    /// <inheritdoc/>
    public string IdOf(int index) => Id("003", index);

    /// <inheritdoc/>
    public DateTimeOffset StampOf(int index) => Stamp(index);

    /// <inheritdoc/>
    public byte[] PropertiesOf(int index)
    {
        var output = new ArrayBufferWriter<byte>(2_048);
        using (var json = new Utf8JsonWriter(output, AsSent))
        {
            json.WriteStartObject();
            foreach (var column in Columns)
                column.WriteMember(json, index, Stamp(index));
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes rows as a bulk result has them, without the names of the columns.</summary>
    public static string Rows(int first, int count, Func<int, DateTimeOffset> stamp)
    {
        var csv = new StringBuilder(count * 1_024);
        for (var index = first; index < first + count; index++)
        {
            foreach (var column in Columns)
            {
                csv.Append(column == Columns[0] ? "" : ",");
                column.WriteCell(csv, index, stamp(index));
            }

            csv.Append('\n');
        }

        return csv.ToString();
    }

    /// <summary>Answers a query that selects some records.</summary>
    public static byte[] Answer(IReadOnlyList<int> indices, Func<int, DateTimeOffset> stamp)
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(output, AsSent))
        {
            json.WriteStartObject();
            json.WriteNumber("totalSize", indices.Count);
            json.WriteBoolean("done", true);
            json.WriteStartArray("records");
            foreach (var index in indices)
            {
                json.WriteStartObject();
                json.WriteStartObject("attributes");
                json.WriteString("type", "Contact");
                json.WriteString("url", $"/services/data/v67.0/sobjects/Contact/{Id("003", index)}");
                json.WriteEndObject();
                foreach (var column in Columns)
                    column.WriteMember(json, index, stamp(index));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>An id of 18 characters: the prefix of its object, its number, and a checksum of the letters' case.</summary>
    private static string Id(string prefix, long number) => string.Create(18, (prefix, number), (id, parts) =>
    {
        parts.prefix.CopyTo(id);
        var rest = parts.number;
        for (var digit = 2 + IdDigits; digit > 2; digit--, rest /= Digits.Length)
            id[digit] = Digits[(int)(rest % Digits.Length)];
        for (var group = 0; group < 3; group++)
        {
            var bits = 0;
            for (var letter = 0; letter < 5; letter++)
                bits |= char.IsAsciiLetterUpper(id[group * 5 + letter]) ? 1 << letter : 0;
            id[15 + group] = Checks[bits];
        }
    });

    private static string FirstName(int index) => $"First {index % 5_003}";

    private static string LastName(int index) => $"Last {index % 7_919}";

    private static string Day(int days) => Epoch.AddDays(days % 10_000).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string One(string[] values, int index, int field) => values[Mixed(index, field) % values.Length];

    // A number that looks as if it had been drawn, another one for each field.
    private static long Mixed(int index, int field) => (uint)(index * 31 + field) * 2654435761L % 4_294_967_291L;
}
