using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads Salesforce's descriptions of objects.</summary>
/// <remarks>Source: developer.salesforce.com REST API, "sObject Describe" and "Field Types", read on 2026-09.</remarks>
internal static class ShapeReading
{
    private const int RowsPerPage = 2_000;

    // Two or more custom long texts make pages small. Source: developer.salesforce.com, "Changing the Batch Size in Queries".
    private const int RowsPerPageWithLongTexts = 200;
    private const int ShortTextCharacters = 255;

    // Who looked at a record last is another value for each user, and moves no stamp.
    private static readonly HashSet<string> PerUser = ["LastViewedDate", "LastReferencedDate"];

    // Shared by most records of an org, and not locked with them.
    private static readonly HashSet<string> NoParents = ["OwnerId", "CreatedById", "LastModifiedById", "RecordTypeId"];

    // Salesforce keeps it up to date from tasks and events without touching the record.
    private const string RolledUp = "LastActivityDate";

    // In the order in which they are believed. A user may set LastModifiedDate on import, and automation does not move it; the last
    // two never move, so they serve only where records cannot be changed.
    private static readonly string[] Moving = ["SystemModstamp", "LastModifiedDate"];
    private static readonly string[] Fixed = ["CreatedDate", "LoginTime"];

    public static ObjectShape Read(JsonElement described)
    {
        if (described.Text("name") is not { Length: > 0 } name)
            throw new CrmContractException("The description of an object has no name.");
        var fields = described.Items("fields").Where(field => field.Text("name") is not null).DistinctBy(field => field.Text("name")).ToList();
        var kept = fields.Where(IsMirrored).ToList();
        if (!kept.Exists(field => field.Text("name") == "Id"))
            throw new CrmContractException($"Salesforce says that {name} has no id, which cannot be; try again later.");
        var byName = fields.DistinctBy(field => field.Text("name")).ToDictionary(field => field.Text("name")!);
        var longTexts = kept.Count(field => field.IsTrue("custom") && field.Text("type") == "textarea" && field.Number("length") > ShortTextCharacters);
        return new ObjectShape(
            name, described.Text("labelPlural") is { Length: > 0 } plural ? plural : name,
            new StreamSchema([.. kept.Select(field => FieldFrom(field, byName))], []),
            kept.ToDictionary(field => field.Text("name")!, field => FormOf(field.Text("type"))),
            StampOf(fields, described.IsTrue("updateable")),
            HasBin: byName.ContainsKey("IsDeleted"), IsMergeable: byName.ContainsKey("MasterRecordId"), HasArchive: byName.ContainsKey("IsArchived") && name is "Task" or "Event",
            IsReplicateable: described.IsTrue("replicateable"), longTexts >= 2 ? RowsPerPageWithLongTexts : RowsPerPage)
        {
            IsCreateable = described.IsTrue("createable"), IsUpdateable = described.IsTrue("updateable"), IsDeletable = described.IsTrue("deletable"),
            Parents = [.. kept.Where(field => field.Text("type") == "reference" && !NoParents.Contains(field.Text("name")!)).Select(field => field.Text("name")!)],
        };
    }

    /// <summary>Compounds only repeat their components and cannot be read in bulk; files are no records.</summary>
    private static bool IsMirrored(JsonElement field) =>
        field.Text("type") is not ("address" or "location" or "base64" or "complexvalue") && !field.IsTrue("deprecatedAndHidden") && !PerUser.Contains(field.Text("name")!);

    private static string? StampOf(List<JsonElement> fields, bool canChange) =>
        (canChange ? Moving : [.. Moving, .. Fixed]).FirstOrDefault(name => fields.Exists(field =>
            field.Text("name") == name && field.Text("type") == "datetime" && field.IsTrue("filterable")));

    private static Field FieldFrom(JsonElement field, Dictionary<string, JsonElement> all)
    {
        var name = field.Text("name")!;
        var type = field.Text("type") ?? "";
        string[] targets = [.. field.Items("referenceTo").Where(target => target.ValueKind == JsonValueKind.String).Select(target => target.GetString()!)];
        return new Field(name, field.Text("label") is { Length: > 0 } label ? label : name, TypeOf(type))
        {
            VendorType = targets.Length > 0 ? $"{type}({string.Join(',', targets)})" : type,
            Options = PicklistReading.OptionsOf(field, all),
            Controller = PicklistReading.ControllerOf(field),
            Required = field.IsTrue("createable") && !field.IsTrue("nillable") && !field.IsTrue("defaultedOnCreate"),
            ReadOnly = !field.IsTrue("updateable"),
            Calculated = field.IsTrue("calculated") || name == RolledUp,
            MostCharacters = TypeOf(type) == FieldType.Text && field.Number("length") is > 0 and <= int.MaxValue and var most ? (int)most : null,
            TakesOtherValues = type is "picklist" or "multipicklist" or "combobox" && !field.IsTrue("restrictedPicklist"),
            Unique = field.IsTrue("unique") || type == "id",
            // Ids that lead to several objects say by themselves to which: by their first three characters.
            References = targets is [var only] ? ObjectChoice.NameOf(only).Value : null,
        };
    }

    private static FieldType TypeOf(string type) => type switch
    {
        "int" or "long" or "double" or "currency" or "percent" => FieldType.Number,
        "boolean" => FieldType.Boolean,
        "picklist" or "combobox" => FieldType.Enumeration,
        "multipicklist" => FieldType.MultiEnumeration,
        "date" => FieldType.Date,
        "datetime" => FieldType.DateTime,
        _ => FieldType.Text,
    };

    private static ValueForm FormOf(string? type) => type switch
    {
        "int" or "long" => ValueForm.Integer,
        "double" or "currency" or "percent" => ValueForm.Decimal,
        "boolean" => ValueForm.Boolean,
        "datetime" => ValueForm.Instant,
        _ => ValueForm.Text,
    };
}
