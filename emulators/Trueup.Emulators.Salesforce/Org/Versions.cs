namespace Trueup.Emulators.Salesforce.Org;

/// <summary>Makes versions of records from those before.</summary>
internal static class Versions
{
    /// <summary>The same record with something changed; what is not given stays.</summary>
    public static RecordVersion With(this RecordVersion before, long written, byte[]? body = null, long? modified = null, long? modifiedByPerson = null,
        RecordLife? life = null, long? archivedAt = null) =>
        new(body ?? before.Body, modified ?? before.Modified, written, life ?? before.Life, archivedAt ?? before.ArchivedAt)
        {
            ModifiedByPerson = modifiedByPerson ?? before.ModifiedByPerson,
        };
}
