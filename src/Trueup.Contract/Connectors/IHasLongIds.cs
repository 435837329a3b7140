namespace Trueup.Contract;

/// <summary>The CRM writes the same id in more than one form, and people have it in any.</summary>
public interface IHasLongIds
{
    /// <summary>The form in which records are mirrored; null where the text is no id of this CRM.</summary>
    string? LongForm(string id);
}
