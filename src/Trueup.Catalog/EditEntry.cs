using Trueup.Contract;
using Trueup.Engine.Edits;

namespace Trueup.Catalog;

/// <summary>One edit run.</summary>
public sealed class EditEntry
{
    /// <summary>Its id, which sorts by age. The run's line in the sync log has the same.</summary>
    public required string Id { get; init; }

    /// <summary>The connection.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>The stream.</summary>
    public required string Stream { get; init; }

    /// <summary>Whether nothing is written.</summary>
    public required bool IsPreview { get; init; }

    /// <summary>What happens to conflicts.</summary>
    public required ConflictRule Rule { get; init; }

    /// <summary>Who asked for it: a member's address, or <c>token NAME</c>.</summary>
    public required string User { get; init; }

    /// <summary>The run that it undoes; null for one that undoes none.</summary>
    public string? Undoes { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When every change of it had ended; null before.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Why it stopped before its end, or why it waits; null where it did not.</summary>
    public string? Reason { get; set; }

    /// <summary>Changes in it.</summary>
    public required int Total { get; init; }

    /// <summary>Changes that were made. All four counts are 0 until it has ended.</summary>
    public int Succeeded { get; set; }

    /// <summary>Changes that were not made.</summary>
    public int Failed { get; set; }

    /// <summary>Changes left because of a conflict.</summary>
    public int Conflicted { get; set; }

    /// <summary>Changes that the CRM held already.</summary>
    public int Unmodified { get; set; }

    /// <summary>API calls it took.</summary>
    public long ApiCalls { get; set; }
}

/// <summary>One change of an edit run. Its values are CRM data, and go with the connection.</summary>
public sealed class EditChangeEntry
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>Its place in the run, from 0.</summary>
    public required int Position { get; init; }

    /// <summary>What is to be done.</summary>
    public required WriteKind Kind { get; init; }

    /// <summary>The record; empty until one that is to be made has its id.</summary>
    public required string RecordId { get; set; }

    /// <summary>Where it is, or what became of it.</summary>
    public EditResult Result { get; set; }

    /// <summary>See <see cref="EditItem.Wanted"/>.</summary>
    public string? Wanted { get; set; }

    /// <summary>See <see cref="EditItem.Seen"/>.</summary>
    public string? Seen { get; set; }

    /// <summary>See <see cref="EditItem.Before"/>.</summary>
    public string? Before { get; set; }

    /// <summary>See <see cref="EditItem.After"/>.</summary>
    public string? After { get; set; }

    /// <summary>See <see cref="EditItem.Current"/>.</summary>
    public string? Current { get; set; }

    /// <summary>See <see cref="EditItem.Reason"/>.</summary>
    public string? Reason { get; set; }

    /// <summary>See <see cref="EditItem.SentAt"/>.</summary>
    public DateTimeOffset? SentAt { get; set; }
}

/// <summary>How many changes of a run ended how.</summary>
public sealed record EditCounts(int Succeeded, int Failed, int Conflicted, int Unmodified);
