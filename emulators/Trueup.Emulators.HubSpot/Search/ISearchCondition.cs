using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Search;

/// <summary>One condition of a search, on the index's version of a record.</summary>
internal interface ISearchCondition
{
    /// <summary>The window of modified stamps that this condition allows; null when it allows any.</summary>
    (long Since, long Until)? ModifiedWindow => null;

    /// <summary>The range of ids that this condition allows; null when it allows any.</summary>
    (long Least, long Most)? IdRange => null;

    /// <summary>The ids that this condition names; null when it names none.</summary>
    IEnumerable<long>? Ids => null;

    /// <summary>Whether a record meets the condition.</summary>
    bool Matches(Record record, RecordVersion version);
}
