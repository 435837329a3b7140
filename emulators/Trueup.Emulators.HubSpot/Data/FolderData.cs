using System.Globalization;
using System.Text.Json;
using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Data;

/// <summary>Loads a folder of JSON lines: contacts, companies (with parents), links with labels, and offices as a custom object.
/// Each column keeps its name and its values; a missing value stays null.</summary>
internal sealed class FolderData
{
    private const int MostOptions = 25;
    private static readonly DateTimeOffset Loaded = new(2026, 6, 15, 8, 0, 0, TimeSpan.Zero);

    private readonly HubSpotPortal portal;
    private readonly long loadedAt;

    private FolderData(HubSpotPortal portal)
    {
        this.portal = portal;
        loadedAt = Math.Min(Loaded.ToUnixTimeMilliseconds(), portal.Clock.Milliseconds - 86_400_000);
    }

    public static void Load(HubSpotPortal portal, string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The data folder {folder} does not exist; give --data a folder with contacts.jsonl.");
        new FolderData(portal).Load(folder);
    }

    private void Load(string folder)
    {
        var contacts = Records(portal.Contacts, Rows(folder, "contacts.jsonl"));
        var companyRows = Rows(folder, "companies.jsonl");
        var companies = Records(portal.Find("companies")!, companyRows);
        var companyType = portal.Find("companies")!.Type;
        var parentOf = portal.Types.Find(companyType, companyType, AssociationTypes.Vendor, 13)!;
        foreach (var row in companyRows)
            if (row.TryGetValue("parent", out var parent) && companies.TryGetValue(parent, out var above))
                portal.Links.Add(parentOf, above, companies[row["key"]]);

        foreach (var row in Rows(folder, "links.jsonl"))
            portal.Links.Add(portal.Types.Labelled(portal.Contacts.Type, companyType, row["label"]), contacts[row["contact"]], companies[row["company"]]);

        var officeRows = Rows(folder, "offices.jsonl");
        if (officeRows.Count == 0)
            return;
        var officeTable = portal.Add(ObjectType.Custom(portal.PortalId, "offices", 3_812_700, "Office", "Offices", "key"), loadedAt);
        var offices = Records(officeTable, officeRows);
        foreach (var row in officeRows)
            if (contacts.TryGetValue(row["contact"], out var contact))
                portal.Links.Add(portal.Types.Unlabelled(portal.Contacts.Type, officeTable.Type), contact, offices[row["key"]]);
    }

    private Dictionary<string, long> Records(ObjectTable table, List<Dictionary<string, string>> rows)
    {
        Define(table, rows);
        var ids = new Dictionary<string, long>();
        foreach (var row in rows)
        {
            var values = row.ToDictionary(column => column.Key, column => (string?)column.Value);
            if (table == portal.Contacts)
                (values["firstname"], values["lastname"]) = (row.GetValueOrDefault("first_name"), row.GetValueOrDefault("last_name"));
            var stamp = loadedAt + ids.Count * 7;
            ids.Add(row["key"], portal.Create(table, values, stamp, stamp).Id);
        }
        return ids;
    }

    private void Define(ObjectTable table, List<Dictionary<string, string>> rows)
    {
        foreach (var column in rows.SelectMany(row => row.Keys).Distinct().ToList())
        {
            if (table.Properties.Find(column) is not null)
                continue;
            var values = rows.Select(row => row.GetValueOrDefault(column)).OfType<string>().ToList();
            var distinct = values.Distinct().Order(StringComparer.Ordinal).ToList();
            var type = TypeOf(column, values, distinct);
            StandardProperties.Custom(table, column, Label(column), type, type switch
            {
                "number" => "number", "date" => "date", "enumeration" => "select", _ => "text",
            }, loadedAt, property =>
            {
                property.Unique = column == "key";
                if (type == "enumeration")
                    property.Options = [.. distinct.Select(value => new PropertyOption(value, value))];
            });
        }
    }

    private static string TypeOf(string column, List<string> values, List<string> distinct) =>
        column is "key" or "contact" or "zip" ? "string"
        : values.TrueForAll(value => DateOnly.TryParseExact(value, "yyyy-MM-dd", out _)) ? "date"
        : values.TrueForAll(value => decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) ? "number"
        : distinct.Count <= MostOptions && values.Count >= 4 * distinct.Count ? "enumeration"
        : "string";

    private static string Label(string column) => char.ToUpperInvariant(column[0]) + column[1..].Replace('_', ' ');

    /// <summary>The rows of a file, each value as it stands there; no rows when there is no such file.</summary>
    private static List<Dictionary<string, string>> Rows(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        var rows = new List<Dictionary<string, string>>();
        if (!File.Exists(path))
            return rows;
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length == 0)
                continue;
            using var document = JsonDocument.Parse(line);
            rows.Add(document.RootElement.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null)
                .ToDictionary(member => member.Name, member => Api.Body.Scalar(member.Value)));
        }
        return rows;
    }
}
