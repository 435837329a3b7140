using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Salesforce;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.Salesforce;

/// <summary>A Salesforce org in a world.</summary>
/// <param name="url">Its address.</param>
/// <param name="org">The org.</param>
public sealed class SalesforceCrm(Uri url, EmulatedSalesforce org) : SimulatedCrm(org)
{
    private readonly Dictionary<string, string> stateNames = org.State().Streams.Keys.ToDictionary(name => name.ToLowerInvariant());

    /// <inheritdoc/>
    public override Uri Url => url;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> EditableStreams => SalesforceLife.Streams;

    /// <inheritdoc/>
    public override TimeSpan StampsTo => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override RecordState? StateOf(string stream, string id) => org.StateOf(stream, id);

    /// <inheritdoc/>
    public override IEnumerable<RecordState> Each(string stream) => org.Each(stream);

    /// <inheritdoc/>
    public override Credentials IssueTokens()
    {
        var issued = org.IssueTokens();
        return new Credentials { AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken };
    }

    /// <inheritdoc/>
    public override bool IsOpenTo(string refreshToken) => org.IsOpenTo(refreshToken);

    /// <inheritdoc/>
    public override string MirroredName(string stream) => stream.ToLowerInvariant();

    /// <inheritdoc/>
    public override string StateName(StreamName stream) => stateNames.GetValueOrDefault(stream.Value) ?? stream.Value;

    /// <inheritdoc/>
    /// <remarks>Who looked at a record last is no value of it, and addresses only repeat their parts.</remarks>
    public override bool Mirrors(RecordState record, string field) => field is not ("LastViewedDate" or "LastReferencedDate")
        && !(field.EndsWith("Address", StringComparison.Ordinal) && record.Properties.ContainsKey(field[..^"Address".Length] + "Street"));

    /// <inheritdoc/>
    /// <remarks>Formulas over a parent and roll-ups of children move no stamp, so nobody can know of them but who reads everything: the nightly.</remarks>
    public override string? ComputedFrom(string stream, string field) => (stream, field) switch
    {
        ("Contact", "Account_Rating__c") => "Account",
        ("Account", "Contact_Count__c") => "Contact",
        _ => null,
    };

    /// <inheritdoc/>
    /// <remarks>Only the loser in the recycle bin names its master. Once it is gone from there, it is like any other that was deleted.</remarks>
    public override bool TellsOfMerge(RecordState merged) => merged.Deleted == "archived";

    /// <inheritdoc/>
    public override IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since) => org.WrittenSince(since);

    /// <inheritdoc/>
    public override Life Inhabit(Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams, bool redraws) =>
        new SalesforceLife(this, population, tally, voice, chance, streams) { Redraws = redraws };
}
