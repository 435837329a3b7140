using System.Buffers;
using System.Globalization;
using System.Text;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Data;

/// <summary>Generates a portal from a seed: contacts as many as asked for, every other stream in proportion, every awkward value somewhere.</summary>
internal sealed class GeneratedData
{
    private const long BeyondDoubles = 9_007_199_254_740_993;
    private const int Variants = 64;
    private const int WideProperties = 600;
    private const int LongestEvery = 2_000;

    private static readonly DateTimeOffset LastStamp = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);

    private readonly HubSpotPortal portal;
    private readonly HubSpotEmulatorOptions options;
    private readonly Random random;
    private readonly long since;
    private readonly long until;
    private readonly ArrayBufferWriter<byte> writer = new(64 * 1024);

    public GeneratedData(HubSpotPortal portal, HubSpotEmulatorOptions options)
    {
        this.portal = portal;
        this.options = options;
        random = new Random(unchecked((int)Chance.Mix(options.Seed)));
        until = Math.Min(LastStamp.ToUnixTimeMilliseconds(), portal.Clock.Milliseconds - 86_400_000);
        since = until - (long)TimeSpan.FromDays(2_000).TotalMilliseconds;
    }

    public void Generate()
    {
        var count = options.Records;
        DefineContacts();
        Fill(portal.Contacts, count, 201);
        if (options.BenchmarkData)
            return;
        var machines = portal.Add(ObjectType.Custom(portal.PortalId, "machine", 3_812_734, "Machine", "Machines", "serial"), until);
        DefineMachines(machines);
        var wide = options.WideObject ? portal.Add(ObjectType.Custom(portal.PortalId, "survey", 3_812_735, "Survey", "Surveys", "title"), until) : null;
        if (wide is not null)
            DefineWide(wide);
        foreach (var (name, share, least, first) in new[]
        {
            ("companies", 5, 5, 5_001L), ("deals", 4, 5, 90_001L), ("tickets", 8, 5, 70_001L), ("products", 50, 5, 401L), ("line_items", 4, 5, 301_001L),
            ("calls", 10, 5, BeyondDoubles), ("emails", 10, 5, 41_000_000_001L), ("meetings", 20, 5, 42_000_000_001L),
            ("notes", 10, 5, BeyondDoubles + 2_000_000_000), ("tasks", 10, 5, 44_000_000_001L),
        })
            Fill(portal.Find(name)!, Math.Max(least, count / share), first);
        Fill(machines, Math.Max(5, count / 20), BeyondDoubles + 4_000_000_000);
        if (wide is not null)
            Fill(wide, Math.Max(5, count / 200), 1_001);
        new GeneratedLinks(portal, random).Generate(machines, wide);
        ArchiveSome();
        MergeSome();
    }

    private void DefineContacts()
    {
        var contacts = portal.Contacts;
        Add(contacts, "contract_value", "Contract value", "number", "number");
        Add(contacts, "external_number", "External number", "number", "number");
        Add(contacts, "renewal_risk", "Renewal risk", "enumeration", "select", "low", "medium", "high");
        Add(contacts, "interests", "Interests", "enumeration", "checkbox", "north", "south", "priority", "newsletter");
        Add(contacts, "is_vip", "VIP", "bool", "booleancheckbox");
        Add(contacts, "birthday", "Birthday", "date", "date");
        Add(contacts, "contract_start", "Contract start", "datetime", "date");
        Add(contacts, "remarks", "Remarks", "string", "textarea");
        for (var i = 1; Listed(contacts) < options.ContactProperties; i++)
            Add(contacts, $"detail_{i:00}", $"Detail {i}", "string", "text");
    }

    private void DefineMachines(ObjectTable machines)
    {
        Add(machines, "serial", "Serial", "string", "text");
        Add(machines, "hours", "Operating hours", "number", "number");
        Add(machines, "serviced_at", "Serviced", "datetime", "date");
        Add(machines, "remarks", "Remarks", "string", "textarea");
    }

    private void DefineWide(ObjectTable wide)
    {
        Add(wide, "title", "Title", "string", "text");
        for (var i = 1; Listed(wide) < WideProperties; i++)
            Add(wide, $"answer_to_question_number_{i:000}", $"Answer {i}", (i % 5) switch { 0 => "number", 1 => "date", _ => "string" }, "text");
    }

    private static int Listed(ObjectTable table) => table.Properties.All.Count(property => property is { Readable: true, Listed: true });

    private void Add(ObjectTable table, string name, string label, string type, string fieldType, params string[] choices) =>
        StandardProperties.Custom(table, name, label, type, fieldType, since,
            property => property.Options = [.. choices.Select(choice => new PropertyOption(choice, choice))]);

    private void Fill(ObjectTable table, int count, long firstId)
    {
        var properties = table.Properties.All.Where(property => property.Ordinal > ObjectTable.CreatedOrdinal
            && property is { Listed: true } && property.Name is not (StandardProperties.MergedIds or "hs_lastmodifieddate")).ToArray();
        var pools = properties.Select(Pool).ToArray();
        var remarks = table.Properties.Find("remarks")?.Ordinal ?? -1;
        var id = firstId;
        for (var i = 0; i < count; i++, id += 1 + random.Next(3))
        {
            writer.ResetWrittenCount();
            for (var p = 0; p < properties.Length; p++)
            {
                var value = Value(table, properties[p], pools[p], i, remarks);
                if (value is not null)
                    RecordBody.Append(writer, properties[p].Ordinal, value);
            }
            var created = since + random.NextInt64(until - since);
            var modified = created + random.NextInt64(until - created + 1);
            table.Add(id, created, new RecordVersion(writer.WrittenSpan.ToArray(), modified, modified, RecordLife.Live, 0));
        }
    }

    /// <summary>The value of one property of the i-th record; null leaves it unset.</summary>
    private byte[]? Value(ObjectTable table, PropertyDefinition property, byte[]?[] pool, int i, int remarks)
    {
        if (property.Unique)
            return i % 97 == 96 && !options.BenchmarkData ? null : Unique(i);
        if (property.Ordinal == remarks && !options.BenchmarkData)
            return i % LongestEvery == 3 ? RecordBody.Encode(Words.Longest($"Über {table.Type.Singular} {i} 🚀"))
                : i < 10 * Words.Awkward.Length || i % 20 == 0 ? RecordBody.Encode(Words.Awkward[i % Words.Awkward.Length])
                : null;
        return pool[random.Next(Variants)];
    }

    private byte[] Unique(int i) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"person.{i}.{random.Next(1000)}@example.com"));

    /// <summary>Encoded values from which the records of a property draw; null leaves it unset.</summary>
    private byte[]?[] Pool(PropertyDefinition property)
    {
        var pool = new byte[]?[Variants];
        for (var i = 0; i < Variants; i++)
            pool[i] = Draw(property, i) is { } text ? RecordBody.Encode(text) : null;
        return pool;
    }

    private string? Draw(PropertyDefinition property, int variant)
    {
        if (options.BenchmarkData)
            return Plain(property, variant) ?? "a plain value";
        return variant switch
        {
            < 6 => null,
            6 => "",
            _ when property is { Name: "hs_hd_ticket_ids" } => variant % 2 == 0 ? "1234;5678" : "1234",
            7 when property.Type == "enumeration" && property.Options.Count > 0 => "an option long gone",
            7 when property.Type == "number" => "N/A",
            8 when property.Type is "string" or "number" => "0",
            9 when property.Type == "string" => Words.Awkward[random.Next(Words.Awkward.Length)],
            _ => Plain(property, variant),
        };
    }

    private string? Plain(PropertyDefinition property, int variant) => property.Type switch
    {
        "enumeration" when property.Name == "hubspot_owner_id" => portal.Owners[variant % portal.Owners.Count].Id.ToString(CultureInfo.InvariantCulture),
        "enumeration" when property.FieldType == "checkbox" && property.Options.Count > 1 =>
            string.Join(';', property.Options.Take(1 + variant % property.Options.Count).Select(option => option.Value)),
        "enumeration" => property.Options.Count == 0 ? null : property.Options[variant % property.Options.Count].Value,
        "bool" => variant % 2 == 0 ? "true" : "false",
        "number" => (variant % 8) switch
        {
            0 => "9007199254740993",
            1 => "0.1",
            2 => "12500.50",
            3 => "-0.00000012",
            4 => "1E-7",
            _ => random.Next(100_000).ToString(CultureInfo.InvariantCulture),
        },
        "date" => variant < 24 ? Words.Days[variant % Words.Days.Length] : DateTime.UnixEpoch.AddDays(random.Next(20_000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "datetime" => variant == 12 ? "1789027200000" : variant < 32 ? Words.Instants[variant % Words.Instants.Length]
            : Api.Stamps.StampText(since + random.NextInt64(until - since)),
        _ => Word(property.Name),
    };

    private string Word(string name) => name switch
    {
        "firstname" => Pick(Words.FirstNames),
        "lastname" => Pick(Words.LastNames),
        "city" => Pick(Words.Cities),
        "company" or "name" => $"{Pick(Words.Companies)} {Pick(Words.CompanyForms)}",
        "domain" or "website" => $"{Pick(Words.Companies).ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal)}.example",
        "jobtitle" => Pick(Words.Titles),
        "phone" or "mobilephone" or "fax" => $"+41 44 {random.Next(100, 999)} {random.Next(10, 99)} {random.Next(10, 99)}",
        "subject" or "dealname" or "title" or "hs_task_subject" or "hs_email_subject" or "hs_call_title" or "hs_meeting_title" =>
            $"{Pick(Words.Subjects)} {random.Next(2020, 2028)}",
        "hs_note_body" or "hs_call_body" or "hs_meeting_body" or "hs_task_body" or "hs_email_html" =>
            $"<p>{Pick(Words.Subjects)} with {Pick(Words.FirstNames)}<br>\n{Pick(Words.Titles)}</p>",
        "serial" => $"SN-{random.Next():X8}",
        _ => $"{Pick(Words.Subjects)} {Pick(Words.Cities)} {random.Next(10_000)}",
    };

    private string Pick(string[] words) => words[random.Next(words.Length)];

    private void ArchiveSome()
    {
        foreach (var table in portal.Tables)
            for (var i = 10; i < table.Records.Count; i += 100)
                portal.Archive(table, table.Records[i]);
    }

    private void MergeSome()
    {
        foreach (var name in new[] { "contacts", "companies", "deals" })
        {
            var table = portal.Find(name)!;
            for (var i = 20; i + 1 < Math.Min(table.Records.Count, 620); i += 200)
                portal.Merge(table, table.Records[i], table.Records[i + 1]);
        }
    }
}
