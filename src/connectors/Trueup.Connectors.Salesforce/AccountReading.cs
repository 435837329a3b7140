using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Asks which org the token opens.</summary>
/// <remarks>Source: developer.salesforce.com "Object Reference", Organization, read on 2026-09.</remarks>
internal sealed class AccountReading(SalesforceApi api, ICredentialSource credentials, Uri baseUrl)
{
    private volatile string? recordUrlPrefix;

    /// <summary>What links to records begin with, before the id; null until the org is known, or where it is not at one of Salesforce's addresses.</summary>
    public string? RecordUrlPrefix => recordUrlPrefix;

    public async Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        JsonElement organization;
        try
        {
            organization = await FirstAsync(["Id", "Name", "TimeZoneSidKey"], cancellationToken);
        }
        catch (Exception failure) when (failure is CrmNotFoundException or CrmContractException || failure is CrmRefusedException { Code: not "GONE" })
        {
            throw NoSalesforce(failure);
        }
        if (SalesforceId.Long(organization.Text("Id") ?? "") is not { } id)
            throw NoSalesforce(null);

        var address = (await credentials.LoadAsync(cancellationToken)).ApiUrl ?? baseUrl;
        recordUrlPrefix = VendorAddress.IsOwn(address) ? $"{address.GetLeftPart(UriPartial.Authority)}/" : null;
        var zone = organization.Text("TimeZoneSidKey") is { Length: > 0 } named && TimeZoneInfo.TryFindSystemTimeZoneById(named, out _) ? named : "UTC";
        return new AccountIdentity($"org {id}", zone, organization.Text("Name"));
    }

    private async Task<JsonElement> FirstAsync(string[] fields, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await api.GetAsync(api.Paths.Query(Soql.Select(fields, "Organization", []), all: false), "organization", cancellationToken);
            return answer.Items("records").FirstOrDefault();
        }
        catch (CrmRefusedException refused) when (refused.Code == Refusals.Field && fields.Length > 2)
        {
            // Not every user may see where the org is at home.
            return await FirstAsync(["Id", "Name"], cancellationToken);
        }
    }

    private CrmContractException NoSalesforce(Exception? failure) => new(
        $"{baseUrl.Authority} does not answer as Salesforce's API does; check the base URL, which is the org's My Domain, such as https://acme.my.salesforce.com.", failure);
}
