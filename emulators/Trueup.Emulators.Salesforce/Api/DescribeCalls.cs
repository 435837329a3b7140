using System.Globalization;
using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Api;

/// <summary>What objects and fields there are (facts, section 6). Used under the org's lock.</summary>
internal sealed class DescribeCalls(SalesforceOrg org)
{
    public Answer Global(Call call, string version)
    {
        var tables = org.Tables.Where(table => !table.Concealed).ToList();
        return Conditional(call, tables.Max(table => table.DescribedAt), () => new JsonObject
        {
            ["encoding"] = "UTF-8",
            ["maxBatchSize"] = 200,
            ["sobjects"] = new JsonArray([.. tables.Select(table => Summary(table, version))]),
        });
    }

    public Answer Describe(Call call, string version, SObjectTable table) => Conditional(call, table.DescribedAt, () =>
    {
        var json = Summary(table, version);
        json["actionOverrides"] = new JsonArray();
        json["childRelationships"] = new JsonArray([.. org.ReferencesTo(table).Where(each => !each.Table.Concealed && each.Field.Visible).Select(Child)]);
        json["compactLayoutable"] = true;
        json["defaultImplementation"] = null;
        json["fields"] = new JsonArray([.. table.Fields.Visible.Select(field => FieldDescription.Of(table, field))]);
        json["listviewable"] = null;
        json["lookupLayoutable"] = null;
        json["namedLayoutInfos"] = new JsonArray();
        json["networkScopeFieldName"] = null;
        json["recordTypeInfos"] = RecordTypes(table, version);
        json["searchLayoutable"] = true;
        json["sobjectDescribeOption"] = "FULL";
        json["supportedScopes"] = new JsonArray(new JsonObject { ["label"] = $"All {table.Type.LabelPlural}", ["name"] = "everything" });
        return json;
    });

    /// <summary>The object's summary and what was used last, as the resource itself answers.</summary>
    public static Answer Basic(string version, SObjectTable table) =>
        Reply.Json(200, new JsonObject { ["objectDescribe"] = Summary(table, version), ["recentItems"] = new JsonArray() });

    // A conditional read of what has not changed since is answered with nothing (facts, section 6.3).
    private static Answer Conditional(Call call, long describedAt, Func<JsonObject> describe)
    {
        var stamp = Conditions.HttpDate(describedAt);
        var answer = Conditions.IsUnmodified(call, describedAt) ? new Answer(304, ReadOnlyMemory<byte>.Empty, null) : Reply.Json(200, describe());
        return answer with { Headers = [new("Last-Modified", stamp)] };
    }

    private static JsonObject Child((SObjectTable Table, FieldDefinition Field) each) => new()
    {
        ["cascadeDelete"] = each.Field.CascadeDelete,
        ["childSObject"] = each.Table.Name,
        ["deprecatedAndHidden"] = false,
        ["field"] = each.Field.Name,
        ["junctionIdListNames"] = new JsonArray(),
        ["junctionReferenceTo"] = new JsonArray(),
        ["relationshipName"] = each.Field.ChildrenName,
        ["restrictedDelete"] = false,
    };

    private static JsonArray RecordTypes(SObjectTable table, string version) => new([.. table.RecordTypes
        .Select(type => RecordType(table, version, type.Id, type.Label, type.DeveloperName, type.Default, master: false))
        .Append(RecordType(table, version, "012000000000000AAA", "Master", "Master", table.RecordTypes.TrueForAll(type => !type.Default), master: true))]);

    private static JsonObject RecordType(SObjectTable table, string version, string id, string label, string name, bool isDefault, bool master) => new()
    {
        ["active"] = true,
        ["available"] = true,
        ["defaultRecordTypeMapping"] = isDefault,
        ["developerName"] = name,
        ["master"] = master,
        ["name"] = label,
        ["recordTypeId"] = id,
        ["urls"] = new JsonObject { ["layout"] = $"/services/data/{version}/sobjects/{table.Name}/describe/layouts/{id}" },
    };

    private static JsonObject Summary(SObjectTable table, string version)
    {
        var type = table.Type;
        var url = string.Create(CultureInfo.InvariantCulture, $"/services/data/{version}/sobjects/{table.Name}");
        return new JsonObject
        {
            ["activateable"] = false,
            ["associateEntityType"] = null,
            ["associateParentEntity"] = null,
            ["createable"] = type.Createable,
            ["custom"] = type.Custom,
            ["customSetting"] = false,
            ["deepCloneable"] = false,
            ["deletable"] = type.Deletable,
            ["deprecatedAndHidden"] = false,
            ["feedEnabled"] = false,
            ["hasSubtypes"] = false,
            ["isInterface"] = false,
            ["isSubtype"] = false,
            ["keyPrefix"] = type.Prefix,
            ["label"] = type.Label,
            ["labelPlural"] = type.LabelPlural,
            ["layoutable"] = true,
            ["mergeable"] = type.Mergeable,
            ["mruEnabled"] = true,
            ["name"] = table.Name,
            ["queryable"] = true,
            ["replicateable"] = type.Replicateable,
            ["retrieveable"] = true,
            ["searchable"] = true,
            ["triggerable"] = true,
            ["undeletable"] = type.Undeletable,
            ["updateable"] = type.Updateable,
            ["urls"] = new JsonObject { ["rowTemplate"] = $"{url}/{{ID}}", ["describe"] = $"{url}/describe", ["sobject"] = url },
        };
    }
}
