namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Defines the fields of an object, in the order in which describe tells them.</summary>
internal sealed class SchemaBuilder
{
    private readonly SObjectTable table;

    public SchemaBuilder(SObjectTable table)
    {
        this.table = table;
        var users = new[] { "User" };
        System("Id", "id", $"{table.Type.Label} ID", length: 18);
        System("IsDeleted", "boolean", "Deleted");
        System("CreatedDate", "datetime", "Created Date");
        System("CreatedById", "reference", "Created By ID", users, "CreatedBy", 18);
        System("LastModifiedDate", "datetime", "Last Modified Date");
        System("LastModifiedById", "reference", "Last Modified By ID", users, "LastModifiedBy", 18);
        System("SystemModstamp", "datetime", "System Modstamp");
        // Only objects with a recycle bin tell whether a record is in it (facts, section 2.3).
        table.Fields.All[FieldDefinition.DeletedOrdinal].Removed = !table.Type.Undeletable;
    }

    private void System(string name, string type, string label, IReadOnlyList<string>? to = null, string? relationship = null, int length = 0) =>
        table.Fields.Add(ordinal => new FieldDefinition(name, ordinal)
        {
            Label = label, Type = type, Length = length, Nillable = false, Createable = false, Updateable = false, ReferenceTo = to ?? [], RelationshipName = relationship,
        });

    public SchemaBuilder Text(string name, string label, int length = 255, bool required = false, bool isName = false, string? compound = null, string type = "string",
        bool external = false, bool createable = true, bool autoNumber = false) => Add(name, ordinal => new FieldDefinition(name, ordinal)
        {
            Label = label, Type = type, Length = length, Nillable = !required && !autoNumber, NameField = isName, CompoundFieldName = compound, ExternalId = external,
            Unique = external, Filterable = type != "encryptedstring",
            Createable = createable && !autoNumber, Updateable = createable && !autoNumber, AutoNumber = autoNumber,
        });

    public SchemaBuilder LongText(string name, string label, int length = 32_000) => Add(name, ordinal => new FieldDefinition(name, ordinal)
    {
        Label = label, Type = "textarea", Length = length,
    });

    public SchemaBuilder Number(string name, string label, string type = "double", int precision = 18, int scale = 2, bool createable = true) =>
        Add(name, ordinal => new FieldDefinition(name, ordinal)
        {
            Label = label, Type = type, Precision = type == "int" ? 0 : precision, Scale = type == "int" ? 0 : scale, Createable = createable, Updateable = createable,
        });

    public SchemaBuilder Flag(string name, string label, bool createable = true) => Add(name, ordinal => new FieldDefinition(name, ordinal)
    {
        Label = label, Type = "boolean", Nillable = false, Createable = createable, Updateable = createable,
    });

    public SchemaBuilder Of(string type, string name, string label, bool createable = true, bool required = false) => Add(name, ordinal => new FieldDefinition(name, ordinal)
    {
        Label = label, Type = type, Createable = createable, Updateable = createable, Nillable = !required,
    });

    public SchemaBuilder Choice(string name, string label, string[] values, bool restricted = false, bool multiple = false, bool required = false, string? controller = null,
        Func<int, IReadOnlyList<int>>? validFor = null, string? compound = null, bool defaulted = false) => Add(name, ordinal => new FieldDefinition(name, ordinal)
        {
            Label = label, Type = multiple ? "multipicklist" : "picklist", Length = multiple ? 4099 : 255, Restricted = restricted, Nillable = !required,
            ControllerName = controller, CompoundFieldName = compound,
            Picklist = [.. values.Select((value, i) => new PicklistValue(value.TrimStart('-'), value.TrimStart('-'), value[0] != '-', defaulted && i == 0, validFor?.Invoke(i)))],
        });

    public SchemaBuilder Reference(string name, string label, string relationship, string to, string? children = null, bool cascade = false, bool master = false,
        bool createable = true, bool updateable = true) => Add(name, ordinal => new FieldDefinition(name, ordinal)
        {
            Label = label, Type = "reference", Length = 18, ReferenceTo = to.Split(' '), RelationshipName = relationship, ChildrenName = children,
            CascadeDelete = cascade || master, MasterDetail = master, Nillable = !master, Createable = createable, Updateable = updateable && createable,
        });

    /// <summary>A value that is computed when it is read, and moves no stamp.</summary>
    public SchemaBuilder Computed(string name, string label, string type, Computation compute, string? formula = null, int length = 0, bool isName = false,
        bool self = false) => Add(name, ordinal => new FieldDefinition(name, ordinal)
        {
            Label = label, Type = type, Length = length, Precision = type is "double" or "currency" ? 18 : 0, Scale = type is "double" or "currency" ? 2 : 0,
            Createable = false, Updateable = false, Compute = compute, Calculated = formula is not null, Formula = formula, NameField = isName,
            ReferenceTo = self ? [table.Name] : [],
            RelationshipName = self ? name[..^2] : null,
        });

    /// <summary>Street, city, state, postal code, country and coordinates, and the compound that shows them together (facts, section 2.4).</summary>
    public SchemaBuilder Address(string prefix)
    {
        var compound = $"{prefix}Address";
        var label = prefix.Length == 0 ? "" : $"{prefix} ";
        Text($"{prefix}Street", $"{label}Street", type: "textarea", compound: compound).Text($"{prefix}City", $"{label}City", 40, compound: compound)
            .Text($"{prefix}State", $"{label}State/Province", 80, compound: compound).Text($"{prefix}PostalCode", $"{label}Zip/Postal Code", 20, compound: compound)
            .Text($"{prefix}Country", $"{label}Country", 80, compound: compound);
        Number($"{prefix}Latitude", $"{label}Latitude", scale: 15).Number($"{prefix}Longitude", $"{label}Longitude", scale: 15);
        Choice($"{prefix}GeocodeAccuracy", $"{label}Geocode Accuracy", ["Address", "Street", "City"], compound: compound);
        var parts = new[] { "City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street" }
            .Select(part => (Key: char.ToLowerInvariant(part[0]) + part[1..], Field: table.Fields.Find(prefix + part)!)).ToArray();
        foreach (var (_, field) in parts)
            field.CompoundFieldName = compound;
        return Computed(compound, $"{label}Address", "address", (_, _, _, version) => Compound(version, parts));
    }

    private static byte[]? Compound(RecordVersion version, (string Key, FieldDefinition Field)[] parts)
    {
        var json = new JsonBytes(256);
        var any = false;
        foreach (var (key, field) in parts)
        {
            var value = ValueBody.Find(version.Body, field.Ordinal);
            json.Raw(json.Written.IsEmpty ? "{"u8 : ","u8).Text(key).Raw(":"u8).Raw(value.IsEmpty ? "null"u8 : value);
            any |= !value.IsEmpty;
        }
        return any ? json.Raw("}"u8).Written.ToArray() : null;
    }

    /// <summary>The name of a person, from its parts.</summary>
    public SchemaBuilder PersonName(bool salutation = true)
    {
        Text("LastName", "Last Name", 80, required: true, compound: "Name").Text("FirstName", "First Name", 40, compound: "Name");
        if (salutation)
            Choice("Salutation", "Salutation", ["Mr.", "Ms.", "Mx.", "Dr.", "Prof."], compound: "Name");
        var (first, last) = (table.Fields.Find("FirstName")!, table.Fields.Find("LastName")!);
        return Computed("Name", "Full Name", "string", (_, _, _, version) =>
        {
            var given = ValueBody.Find(version.Body, first.Ordinal);
            var family = ValueBody.Find(version.Body, last.Ordinal);
            return given.IsEmpty ? family.IsEmpty ? null : family.ToArray()
                : family.IsEmpty ? given.ToArray() : [.. given[..^1], (byte)' ', .. family[1..]];
        }, length: 121, isName: true);
    }

    private SchemaBuilder Add(string name, Func<int, FieldDefinition> make)
    {
        if (table.Fields.Find(name) is not null)
            throw new InvalidOperationException($"{table.Name} has a field {name} already.");
        table.Fields.Add(make);
        return this;
    }
}
