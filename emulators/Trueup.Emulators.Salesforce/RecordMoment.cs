namespace Trueup.Emulators.Salesforce;

/// <summary>What became of a record when it was last written.</summary>
/// <param name="Stream">The object.</param>
/// <param name="Id">The id, with 18 characters.</param>
/// <param name="ModifiedAt">Its stamp, in whole seconds.</param>
/// <param name="Life">Whether it is there.</param>
public readonly record struct RecordMoment(string Stream, string Id, DateTimeOffset ModifiedAt, RecordLife Life);
