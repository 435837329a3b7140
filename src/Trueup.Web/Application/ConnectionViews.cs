using System.Text.Json.Serialization;
using Trueup.Contract;

namespace Trueup.Web.Application;

/// <summary>A connection as people and programs see it.</summary>
/// <param name="App">The app's name, such as <c>hubspot</c>.</param>
/// <param name="ExternalId">The CRM's id of the account, in words.</param>
/// <param name="State"><c>onboarding</c>, <c>live</c>, <c>attention</c> or <c>paused</c>.</param>
/// <param name="Attention">What a person has to look at; null when all is well.</param>
/// <param name="AttentionKind"><c>none</c>, <c>reconnect</c>, <c>brake</c>, <c>mirror-damaged</c>, <c>mirror-unavailable</c> or <c>failing</c>.</param>
/// <param name="Onboarding">How far the first load is; null once it is done.</param>
/// <param name="VerifiedAsOf">The CRM's time as of which the mirror was last verified.</param>
/// <param name="Difference">Records by which mirror and CRM differed then.</param>
/// <param name="NextHourlyAt">When the next incremental sync is due; null while paused.</param>
/// <param name="NextNightlyAt">When everything is compared next; null while paused.</param>
/// <param name="RunningSyncId">The sync under way; null while none runs.</param>
/// <param name="Braked">Streams that wait for an answer to the brake, with the number of records.</param>
public sealed record ConnectionView(
    string Id, string App, string AppLabel, string Name, string ExternalId, string State, string? Attention, Catalog.AttentionKind AttentionKind,
    DateTimeOffset CreatedAt, OnboardingView? Onboarding, DateTimeOffset? VerifiedAsOf, long Difference,
    DateTimeOffset? NextHourlyAt, DateTimeOffset? NextNightlyAt, string TimeZone, string BaseUrl, string? RunningSyncId,
    IReadOnlyDictionary<string, long> Braked);

/// <summary>How far the first load is.</summary>
/// <param name="EtaSeconds">An honest range of the time left; null while unknown.</param>
public sealed record OnboardingView(double Percent, RangeView? EtaSeconds, IReadOnlyList<StreamProgressView> Streams);

/// <summary>A range.</summary>
public sealed record RangeView(long Low, long High);

/// <summary>How far one stream is.</summary>
/// <param name="State"><c>waiting</c>, <c>loading</c>, <c>verifying</c>, <c>verified</c> or <c>refused</c>.</param>
public sealed record StreamProgressView(string Stream, string Label, long Mirrored, long? Expected, StreamPhase State, string? Reason);

/// <summary>What is needed to connect an account.</summary>
/// <param name="App">The app's name.</param>
/// <param name="Name">What people will call it.</param>
/// <param name="Credentials">What opens it.</param>
/// <param name="BaseUrl">Base URL of the API; null for the app's.</param>
/// <param name="Streams">Names of the streams to mirror; null for all.</param>
/// <param name="TimeZone">IANA time zone; null for the account's own.</param>
public sealed record NewConnection(
    string App, string Name, CredentialsInput? Credentials, string? BaseUrl = null, IReadOnlyList<string>? Streams = null, string? TimeZone = null);

/// <summary>Credentials as people give them: an access token, or what one is asked for with where the app takes that.</summary>
/// <param name="PrivateKey">PEM; with <paramref name="ClientId"/> and <paramref name="UserName"/> in place of an access token.</param>
/// <param name="UserName">The user whom signed requests ask tokens for.</param>
/// <param name="ApiUrl">Where the access token opens the API, if not at the base URL.</param>
public sealed record CredentialsInput(
    string? AccessToken = null, string? RefreshToken = null, string? ClientId = null, string? ClientSecret = null, DateTimeOffset? ExpiresAt = null,
    string? PrivateKey = null, string? UserName = null, Uri? ApiUrl = null)
{
    /// <inheritdoc/>
    public override string ToString() => "credentials";
}

/// <summary>What to change about a connection; null leaves it as it is.</summary>
/// <param name="Paused">True pauses, false resumes.</param>
/// <param name="Mirror"><c>rebuild</c> moves the mirror aside and loads everything anew.</param>
public sealed record ConnectionPatch(
    string? Name = null, bool? Paused = null, CredentialsInput? Credentials = null, string? BaseUrl = null, string? TimeZone = null, string? Mirror = null);

/// <summary>A stream of a connection.</summary>
/// <param name="State"><c>waiting</c>, <c>loading</c>, <c>verifying</c>, <c>verified</c>, <c>refused</c>, or <c>gone</c> where the CRM no longer lists it.</param>
/// <param name="Reason">Why it is refused; null otherwise.</param>
/// <param name="Watermark">The CRM's time up to which it is complete; null before.</param>
/// <param name="CalculatedFields">How many of its fields the CRM computes, among those that are mirrored. Their values change without moving a record's
/// stamp, so the watermark says nothing of them.</param>
/// <param name="CalculatedAsOf">The CRM's time as of which their values are right in every record; null where one of them has not been read for all
/// records yet, and where there are none.</param>
public sealed record StreamView(
    string Name, string Label, long Live, long Buried, DateTimeOffset? Watermark, string State, string? Reason, int CalculatedFields, DateTimeOffset? CalculatedAsOf);

/// <summary>A field of a stream.</summary>
/// <param name="Controller">The field whose value decides which options may be chosen; null where none does.</param>
/// <param name="CalculatedAsOf">For a calculated field, the CRM's time as of which its values are right in every record; null before, and for other fields.</param>
/// <param name="Age">How old its values in the mirror may be, as an ISO 8601 duration: since <paramref name="CalculatedAsOf"/> for a calculated field, since
/// the stream's watermark for others. Null before they have been read, and for a retired field.</param>
/// <param name="Column">Its column in the typed SQL view.</param>
/// <param name="AgeDays">Days since it was first seen.</param>
public sealed record FieldView(
    string Name, string Label, FieldType Type, IReadOnlyList<FieldOption> Options, string? Controller, bool Required, bool ReadOnly, bool Calculated,
    DateTimeOffset? CalculatedAsOf, string? Age, bool Included, [property: JsonPropertyName("pii")] bool Personal, bool Retired, double AgeDays, string Column);

/// <summary>An app that can be connected.</summary>
/// <param name="OAuthReady">Whether OAuth can be used: the app has it, and the operator has set a client.</param>
/// <param name="MayChooseBaseUrl">Whether a connection may name any base URL.</param>
/// <param name="SignIns">What opens an account, beside a consent page.</param>
/// <param name="ClientWords">What the app calls an OAuth client's id and secret.</param>
/// <param name="OwnAddressExample">What accounts' own addresses below the vendor's look like, which a connection may always name; null where there are none.</param>
/// <param name="SendsWebhooks">Whether the app can tell at once that something changed.</param>
public sealed record AppView(
    string App, string Label, bool OAuthReady, bool MayChooseBaseUrl, IReadOnlyList<SignIn> SignIns, ClientWords ClientWords, Uri? OwnAddressExample, bool SendsWebhooks)
{
    /// <summary>Whether an account can be opened with an OAuth client that its own administrator registered.</summary>
    public bool TakesClients => SignIns.Contains(SignIn.ClientCredentials);
}

/// <summary>A page of a list.</summary>
/// <param name="Next">The cursor of the next page; null at the end.</param>
public sealed record PageView<T>(IReadOnlyList<T> Items, string? Next);
