namespace Trueup.Emulators;

/// <summary>What became of a record when it was last written.</summary>
/// <param name="Stream">The stream, as the state has it.</param>
/// <param name="Id">The id.</param>
/// <param name="ModifiedAt">Its stamp, as finely as the vendor stamps.</param>
/// <param name="Life">Whether it is there.</param>
public readonly record struct RecordMoment(string Stream, string Id, DateTimeOffset ModifiedAt, RecordLife Life);
