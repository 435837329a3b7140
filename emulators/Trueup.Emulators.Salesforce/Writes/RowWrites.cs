using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Writes;

/// <summary>The one place that writes a row and tells what became of it, for single rows, collections and bulk alike. Used under the org's lock.</summary>
internal sealed class RowWrites(SalesforceOrg org)
{
    private readonly ValueRules rules = new(org);

    public WriteOutcome Create(SObjectTable table, RowInput input)
    {
        if (!table.Type.Createable)
            return WriteOutcome.Failed(new Problem("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", $"entity type cannot be inserted: {table.Type.Label}", []));
        if (input["Id"] is not null)
            return WriteOutcome.Failed(new Problem("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"]));
        var (values, problems) = Read(table, input, creates: true, self: null);
        foreach (var field in table.Fields.All.Where(field => !field.Removed && !values.ContainsKey(field.Name)))
            if (field.Name == "OwnerId")
                values[field.Name] = StoredValue.Text(SalesforceOrg.UserId);
            else if (field.Picklist.FirstOrDefault(choice => choice.Default) is { } usual)
                values[field.Name] = StoredValue.Text(usual.Value);
        var missing = table.Fields.All.Where(field => Requires(field) && values.GetValueOrDefault(field.Name) is null).Select(field => field.Name).ToList();
        if (problems.Count == 0 && missing.Count > 0)
            problems.Add(Missing(missing));
        if (problems.Count > 0)
            return WriteOutcome.Failed(problems);
        return new WriteOutcome(table.IdOf(org.Create(table, values)), true, []);
    }

    /// <param name="id">The row's id, in either length.</param>
    public WriteOutcome Update(SObjectTable table, string? id, RowInput input)
    {
        if (Find(table, id, out var record) is { } unknown)
            return WriteOutcome.Failed(unknown);
        var (values, problems) = Read(table, input, creates: false, record);
        var missing = values.Where(value => value.Value is null && table.Fields.Find(value.Key) is { } field && Requires(field)).Select(value => value.Key).ToList();
        if (problems.Count == 0 && missing.Count > 0)
            problems.Add(Missing(missing));
        if (problems.Count > 0)
            return WriteOutcome.Failed(problems);
        org.Edit(table, record!, values);
        return new WriteOutcome(table.IdOf(record!), false, []);
    }

    /// <summary>Updates the row that has the value of an external id, or creates it.</summary>
    /// <param name="key">The external id, or the id itself.</param>
    /// <param name="updateOnly">Whether nothing may be created.</param>
    public WriteOutcome Upsert(SObjectTable table, FieldDefinition key, string? value, RowInput input, bool updateOnly = false)
    {
        if (key.Ordinal == FieldDefinition.IdOrdinal)
            return string.IsNullOrEmpty(value) ? Create(table, input.Without(key.Name)) : Update(table, value, input.Without(key.Name));
        if (string.IsNullOrEmpty(value))
            return WriteOutcome.Failed(new Problem("MISSING_ARGUMENT", $"{key.Name} not specified", []));
        return table.FindKey(key, value) switch
        {
            [] when updateOnly => WriteOutcome.Failed(new Problem("NOT_FOUND", "The requested resource does not exist")),
            [] => Create(table, new RowInput([.. input.Without(key.Name).Values, new(key.Name, new InputValue(value, true))])),
            [var found] => Update(table, table.IdOf(found), input.Without(key.Name)),
            _ => WriteOutcome.Failed(new Problem("DUPLICATE_EXTERNAL_ID", $"{key.Name}: more than one record found for external id field: {value}", [key.Name])),
        };
    }

    public WriteOutcome Delete(SObjectTable table, string? id)
    {
        if (Find(table, id, out var record) is { } unknown)
            return WriteOutcome.Failed(unknown);
        if (!table.Type.Deletable)
            return Undeletable(table);
        org.Delete(table, record!);
        return new WriteOutcome(table.IdOf(record!), false, []);
    }

    /// <summary>Deletes a row for good, be it live or in the recycle bin.</summary>
    public WriteOutcome Erase(SObjectTable table, string? id)
    {
        if (Find(table, id, out var record) is { } unknown && record?.Now.Life != RecordLife.Archived)
            return WriteOutcome.Failed(unknown);
        if (!table.Type.Deletable)
            return Undeletable(table);
        org.Purge(table, record!);
        return new WriteOutcome(table.IdOf(record!), false, []);
    }

    private static WriteOutcome Undeletable(SObjectTable table) =>
        WriteOutcome.Failed(new Problem("INSUFFICIENT_ACCESS_OR_READONLY", $"entity type cannot be deleted: {table.Type.Label}", []));

    // Null where the record is there and live.
    private static Problem? Find(SObjectTable table, string? id, out Record? record)
    {
        record = null;
        if (string.IsNullOrEmpty(id))
            return new Problem("MISSING_ARGUMENT", "Id not specified in an update call", []);
        if (SalesforceId.Normalize(id) is not { } whole || !whole.StartsWith(table.Type.Prefix, StringComparison.Ordinal))
            return new Problem("MALFORMED_ID", $"{table.Type.Label} ID: id value of incorrect type: {id}", ["Id"]);
        record = table.Find(whole);
        return record?.Now.Life switch
        {
            RecordLife.Live => null,
            RecordLife.Archived => new Problem("ENTITY_IS_DELETED", "entity is deleted", []),
            _ => new Problem("NOT_FOUND", "The requested resource does not exist"),
        };
    }

    private (Dictionary<string, byte[]?> Values, List<Problem> Problems) Read(SObjectTable table, RowInput input, bool creates, Record? self)
    {
        var values = new Dictionary<string, byte[]?>();
        var problems = new List<Problem>();
        foreach (var (name, value) in input.Values)
        {
            var field = value.Parent is null ? table.Fields.FindVisible(name) : table.Fields.FindRelationship(name);
            if (field is null)
                problems.Add(new Problem("INVALID_FIELD", $"No such column '{name}' on sobject of type {table.Name}"));
            else if (!(creates ? field.Createable : field.Updateable))
                problems.Add(new Problem("INVALID_FIELD_FOR_INSERT_UPDATE",
                    $"Unable to create/update fields: {field.Name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
                    [field.Name]));
            else
            {
                var (stored, problem) = rules.Check(field, value);
                values[field.Name] = stored;
                if (problem is not null)
                    problems.Add(problem);
            }
        }
        foreach (var (name, value) in values)
            if (value is not null && table.Fields.Find(name) is { Unique: true } unique && table.FindKey(unique, StoredValue.Decode(value)).FirstOrDefault(other => other != self) is { } holder)
                problems.Add(new Problem("DUPLICATE_VALUE", $"duplicate value found: {name} duplicates value on record with id: {table.IdOf(holder)}", []));
        return (values, problems);
    }

    private static bool Requires(FieldDefinition field) =>
        field is { Nillable: false, Createable: true, AutoNumber: false, Removed: false, Type: not "boolean", IsStored: true };

    private static Problem Missing(IReadOnlyList<string> fields) => new("REQUIRED_FIELD_MISSING", $"Required fields are missing: [{string.Join(", ", fields)}]", fields);
}
