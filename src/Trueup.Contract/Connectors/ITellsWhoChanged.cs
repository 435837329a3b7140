namespace Trueup.Contract;

/// <summary>The CRM tells who last changed a record or its fields, and when.</summary>
public interface ITellsWhoChanged
{
    /// <summary>Finds out who last changed some fields.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="records">Records with the fields that are asked about; any number.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>By record; one that the CRM says nothing of is left out.</returns>
    Task<IReadOnlyDictionary<RecordId, IReadOnlyList<LastChange>>> LastChangesAsync(
        StreamDescription stream, IReadOnlyList<ChangedRecord> records, CancellationToken cancellationToken);
}

/// <summary>A record of which it is asked who changed it.</summary>
/// <param name="Id">The record.</param>
/// <param name="Fields">The fields that changed.</param>
/// <param name="Properties">The record as the CRM held it when it was read just before: one JSON object, UTF-8.</param>
public sealed record ChangedRecord(RecordId Id, IReadOnlyList<string> Fields, ReadOnlyMemory<byte> Properties);

/// <summary>The last change of a field, or of a whole record where the CRM does not tell of fields.</summary>
/// <param name="Field">The field; null for the record as a whole.</param>
/// <param name="At">When, by the CRM's clock; null where it does not tell.</param>
/// <param name="By">Who or what, in the CRM's words, such as <c>userId:71003321 (CRM_UI)</c>; null where it does not tell.</param>
public sealed record LastChange(string? Field, DateTimeOffset? At, string? By);
