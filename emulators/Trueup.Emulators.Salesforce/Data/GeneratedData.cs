using System.Buffers;
using System.Globalization;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Data;

/// <summary>Generates an org from a seed: contacts as many as asked for, every other object in proportion, every awkward value somewhere.</summary>
internal sealed class GeneratedData
{
    private const int Variants = 64;
    private const int LongestEvery = 2_000;
    private const int Second = 1_000;
    private static readonly DateTimeOffset LastStamp = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);

    // Values are drawn from these; an empty text is none, which the vendor keeps as null.
    private static readonly string[] Awkward = [.. Words.Awkward.Where(text => text.Length > 0)];

    private readonly SalesforceOrg org;
    // What the benchmarks read has 40 fields without these and the compounds.
    private static readonly string[] LeftOut =
    [
        "Account_Rating__c", "LastActivityDate", "LastReferencedDate", "LastViewedDate", "MailingAddress", "MailingGeocodeAccuracy", "OtherAddress",
        "OtherGeocodeAccuracy", "OtherLatitude", "OtherLongitude", "Region__c", "Remarks__c", "Tax_Number__c",
    ];

    private readonly int count;
    private readonly bool plain;
    private readonly Random random;
    private readonly long since;
    private readonly long until;
    private readonly ArrayBufferWriter<byte> writer = new(64 * 1024);

    public GeneratedData(SalesforceOrg org, SalesforceEmulatorOptions options)
    {
        this.org = org;
        count = options.Records;
        plain = options.BenchmarkData;
        random = new Random(unchecked((int)Chance.Mix(options.Seed ^ 0x5F)));
        until = Math.Min(LastStamp.ToUnixTimeMilliseconds(), org.Now - 86_400_000);
        since = until - (long)TimeSpan.FromDays(2_000).TotalMilliseconds;
    }

    public void Generate()
    {
        if (plain)
        {
            var contacts = org["Contact"];
            foreach (var name in LeftOut)
                contacts.Fields.Find(name)!.Removed = true;
            Fill(contacts, count);
            return;
        }
        foreach (var (name, share) in new[]
        {
            ("Account", 5), ("Contact", 1), ("Lead", 4), ("Campaign", 200), ("Opportunity", 4), ("Case", 8), ("Machine__c", 20), ("Task", 10), ("Event", 20),
            ("CampaignMember", 10), ("Survey__c", 200),
        })
            Fill(org[name], share == 1 ? count : Math.Max(5, count / share));
        DeleteSome();
        MergeSome();
    }

    private void Fill(SObjectTable table, int records)
    {
        var fields = table.Fields.All.Where(field => field is { IsStored: true, Ordinal: >= FieldDefinition.FirstStored, Removed: false }
            && field.Name is not "LastActivityDate" and not "LastViewedDate" and not "LastReferencedDate" and not "IsConverted"
            && !field.Name.StartsWith("Converted", StringComparison.Ordinal)).ToArray();
        var pools = fields.Select(field => field.IsReference || field.ExternalId || field.AutoNumber ? [] : Pool(field)).ToArray();
        var remarks = table.Fields.Find("Remarks__c")?.Ordinal ?? -1;
        var id = table.LastId;
        for (var i = 0; i < records; i++)
        {
            id += 1 + random.Next(3);
            writer.ResetWrittenCount();
            for (var f = 0; f < fields.Length; f++)
                if (Value(table, fields[f], pools[f], i, remarks) is { } value)
                    ValueBody.Append(writer, fields[f].Ordinal, value);
            var created = Whole(since + random.NextInt64(until - since));
            var modified = Whole(created + random.NextInt64(until - created + 1));
            // Every tenth was last touched by an automated process, which people's date does not show.
            table.Add(id, created, new RecordVersion(writer.WrittenSpan.ToArray(), modified, modified, RecordLife.Live, 0)
            {
                ModifiedByPerson = i % 10 == 7 ? created : modified,
            });
        }
    }

    /// <summary>The value of one field of the i-th record; null leaves it unset.</summary>
    private byte[]? Value(SObjectTable table, FieldDefinition field, byte[]?[] pool, int i, int remarks)
    {
        if (field.AutoNumber)
            return StoredValue.Text(string.Create(CultureInfo.InvariantCulture, $"{i + 1:00000000}"));
        if (field.ExternalId)
            return i % 7 == 6 ? null : StoredValue.Text(string.Create(CultureInfo.InvariantCulture, $"{table.Type.Prefix}-{i:0000000}"));
        if (field.IsReference)
            return Reference(field, i);
        if (field.Ordinal == remarks)
            return i % LongestEvery == 3 ? StoredValue.Text(Words.Longest($"Über {table.Name} {i} 🚀"))
                : i < 10 * Awkward.Length || i % 20 == 0 ? StoredValue.Text(Awkward[i % Awkward.Length])
                : null;
        return pool[random.Next(Variants)];
    }

    private byte[]? Reference(FieldDefinition field, int i)
    {
        if (field.Nillable && field.Name != "OwnerId" && random.Next(4) == 0)
            return null;
        var target = field.Name == "OwnerId" ? org[random.Next(10) == 0 ? "Group" : "User"]
            : org[field.ReferenceTo[i % field.ReferenceTo.Count]];
        return target.Records.Count == 0 ? null : StoredValue.Text(target.IdOf(target.Records[random.Next(target.Records.Count)]));
    }

    /// <summary>Values from which the records of a field draw, as they stand in JSON; null leaves it unset.</summary>
    private byte[]?[] Pool(FieldDefinition field)
    {
        var pool = new byte[]?[Variants];
        for (var i = 0; i < Variants; i++)
            pool[i] = Draw(field, i) is { } text ? field.Type == "boolean" || field.IsNumber ? StoredValue.Raw(text) : StoredValue.Text(text) : null;
        return pool;
    }

    private string? Draw(FieldDefinition field, int variant) => variant switch
    {
        _ when plain => Plain(field, variant),
        < 8 when field.Nillable => null,
        8 when field is { Type: "picklist", Restricted: false } => "A value long gone",
        9 when field is { Type: "string", Custom: true } or { Type: "textarea" } => Awkward[random.Next(Awkward.Length)] is var text && text.Length <= Math.Max(field.Length, 1) ? text : null,
        _ => Plain(field, variant),
    };

    private string? Plain(FieldDefinition field, int variant) => field.Type switch
    {
        "picklist" => Active(field) is { Count: > 0 } choices ? choices[variant % choices.Count] : null,
        "multipicklist" => string.Join(';', Active(field).Take(1 + variant % 3)),
        "boolean" => variant % 2 == 0 ? "true" : "false",
        "int" => random.Next(100_000).ToString(CultureInfo.InvariantCulture),
        "percent" => (variant % 101).ToString(CultureInfo.InvariantCulture) + ".5",
        "double" or "currency" => Number(field, variant),
        "date" => variant < 24 ? Words.Days[variant % Words.Days.Length] : DateTime.UnixEpoch.AddDays(random.Next(20_000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "datetime" => StoredValue.InstantText(variant < 32 ? StoredValue.ParseInstant(Words.Instants[variant % Words.Instants.Length])!.Value : Whole(since + random.NextInt64(until - since))),
        "time" => string.Create(CultureInfo.InvariantCulture, $"{variant % 24:00}:{variant % 60:00}:00.000Z"),
        "email" => string.Create(CultureInfo.InvariantCulture, $"person.{random.Next(100_000)}@example.com"),
        "phone" => $"+41 44 {random.Next(100, 999)} {random.Next(10, 99)} {random.Next(10, 99)}",
        "url" => $"https://{Pick(Words.Companies).ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal)}.example",
        "encryptedstring" => string.Create(CultureInfo.InvariantCulture, $"********{random.Next(1000, 9999)}"),
        _ => Word(field),
    };

    // Numbers that may have a fraction are written with one, as queries do.
    private string Number(FieldDefinition field, int variant) => field.Scale == 0
        ? (variant % 8 == 0 ? "9007199254740993" : random.Next(1_000_000).ToString(CultureInfo.InvariantCulture)) + ".0"
        : (variant % 8) switch
        {
            0 => "9007199254740993.0",
            1 => "0.1",
            2 => "12500.50",
            3 => "-0.00000012",
            4 => "1E-7",
            5 => "0.0",
            _ => random.Next(100_000).ToString(CultureInfo.InvariantCulture) + ".25",
        };

    private string Word(FieldDefinition field) => field.Name switch
    {
        "FirstName" => Pick(Words.FirstNames),
        "LastName" => Pick(Words.LastNames),
        "SuppliedName" => $"{Pick(Words.FirstNames)} {Pick(Words.LastNames)}",
        "Company" => $"{Pick(Words.Companies)} {Pick(Words.CompanyForms)}",
        "Title" => Pick(Words.Titles),
        "Serial__c" => $"SN-{random.Next():X8}",
        _ when field.Name.EndsWith("City", StringComparison.Ordinal) => Pick(Words.Cities),
        _ when field.Name.EndsWith("PostalCode", StringComparison.Ordinal) => random.Next(1000, 99_999).ToString("00000", CultureInfo.InvariantCulture),
        _ when field.Name.EndsWith("Country", StringComparison.Ordinal) => "Germany",
        _ when field.Name.EndsWith("Street", StringComparison.Ordinal) => $"Hafenstr. {random.Next(1, 200)}\nHaus {random.Next(1, 9)}",
        _ when field.NameField => $"{Pick(Words.Companies)} {Pick(Words.CompanyForms)} {random.Next(10_000)}",
        _ => $"{Pick(Words.Subjects)} {random.Next(10_000)}",
    };

    private static List<string> Active(FieldDefinition field) => [.. field.Picklist.Where(choice => choice.Active).Select(choice => choice.Value)];

    private static long Whole(long milliseconds) => milliseconds / Second * Second;

    private string Pick(string[] words) => words[random.Next(words.Length)];

    private void DeleteSome()
    {
        foreach (var name in new[] { "Contact", "Lead", "Opportunity", "Case", "Task", "Survey__c" })
            for (var i = 10; i < org[name].Records.Count; i += 100)
                org.Delete(org[name], org[name].Records[i]);
    }

    private void MergeSome()
    {
        foreach (var name in new[] { "Account", "Contact", "Lead" })
            for (var i = 20; i + 1 < Math.Min(org[name].Records.Count, 620); i += 200)
                if (org[name].Records[i].Now.Life == RecordLife.Live && org[name].Records[i + 1].Now.Life == RecordLife.Live)
                    org.Merge(org[name], org[name].Records[i], org[name].Records[i + 1]);
    }
}
