using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>A record as a query sees it.</summary>
internal readonly record struct Row(SObjectTable Table, Record Record, RecordVersion Version);
