using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>Asks which portal the token opens.</summary>
internal sealed class AccountReading(HubSpotApi api, ApiBudget budget, Uri baseUrl)
{
    private volatile string? recordUrlPrefix;

    /// <summary>What links to records begin with, before type and id; null until the portal is known.</summary>
    public string? RecordUrlPrefix => recordUrlPrefix;

    public async Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        JsonElement account;
        try
        {
            account = await api.GetAsync(HubSpotPaths.Account, "account", cancellationToken);
        }
        catch (Exception failure) when (failure is CrmNotFoundException or CrmRefusedException or CrmContractException)
        {
            throw NoHubSpot(failure);
        }
        if (account.Number("portalId") is not { } portal)
            throw NoHubSpot(null);

        var zone = account.Text("timeZone") is { Length: > 0 } named ? named : "UTC";
        budget.SetZone(ZoneOf(zone));
        recordUrlPrefix = UiDomainOf(account) is { } domain ? $"https://{domain}/contacts/{portal}/record/" : null;
        return new AccountIdentity($"portal {portal}", zone, account.Text("portalName"));
    }

    private CrmContractException NoHubSpot(Exception? failure) => new(
        $"{baseUrl.Authority} does not answer as HubSpot's API does; check the base URL (HubSpot's own is {HubSpotConnectorFactory.VendorBaseUrl}).", failure);

    // The answer decides where people's browsers go, so only a plain host name of HubSpot's is believed.
    private static string? UiDomainOf(JsonElement account) =>
        account.Text("uiDomain") is { } domain
        && Uri.CheckHostName(domain) == UriHostNameType.Dns
        && domain.EndsWith(".hubspot.com", StringComparison.OrdinalIgnoreCase) ? domain : null;

    private static TimeZoneInfo ZoneOf(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
