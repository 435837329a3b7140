using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.HubSpot;
using Trueup.Simulation.Crm;

namespace Trueup.Simulation.HubSpot;

/// <summary>A HubSpot portal in a world.</summary>
/// <param name="name">The account's name.</param>
/// <param name="portal">The portal.</param>
public sealed class HubSpotCrm(string name, EmulatedHubSpot portal) : SimulatedCrm(portal)
{
    /// <inheritdoc/>
    public override Uri Url => new($"http://{name}.crm.test");

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> EditableStreams => HubSpotLife.Streams;

    /// <inheritdoc/>
    public override TimeSpan StampsTo => TimeSpan.FromMilliseconds(1);

    /// <inheritdoc/>
    public override RecordState? StateOf(string stream, string id) => portal.StateOf(stream, id);

    /// <inheritdoc/>
    public override IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since) => portal.WrittenSince(since);

    /// <inheritdoc/>
    public override IEnumerable<RecordState> Each(string stream) => portal.Each(stream);

    /// <inheritdoc/>
    public override IEnumerable<RecordState> EachLinked(string stream) => portal.EachLinked(stream);

    /// <inheritdoc/>
    public override IReadOnlyList<EmulatedPipeline> PipelinesOf(string stream) => portal.PipelinesOf(stream);

    /// <inheritdoc/>
    public override Credentials IssueTokens()
    {
        var issued = portal.IssueTokens();
        return new Credentials { AccessToken = issued.AccessToken, RefreshToken = issued.RefreshToken, ExpiresAt = issued.ExpiresAt };
    }

    /// <inheritdoc/>
    public override bool IsOpenTo(string refreshToken) => portal.IsOpenTo(refreshToken);

    /// <inheritdoc/>
    public override string MirroredName(string stream) => stream is "machine" or "survey" ? $"p{portal.PortalId}_{stream}" : stream;

    /// <inheritdoc/>
    public override string StateName(StreamName stream) =>
        stream.Value.StartsWith($"p{portal.PortalId}_", StringComparison.Ordinal) ? stream.Value[(stream.Value.IndexOf('_', StringComparison.Ordinal) + 1)..] : stream.Value;

    /// <inheritdoc/>
    public override Life Inhabit(Population population, Tally tally, Voice voice, Random chance, IReadOnlyList<string> streams, bool redraws) =>
        new HubSpotLife(this, population, tally, voice, chance, streams) { Redraws = redraws };
}
