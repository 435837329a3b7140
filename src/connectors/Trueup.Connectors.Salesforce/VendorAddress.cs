using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>Which addresses are certainly Salesforce's own.</summary>
/// <remarks>Source: help.salesforce.com, "My Domain URL Formats", read on 2026-09. Lightning's own hosts answer no API calls.</remarks>
internal static class VendorAddress
{
    public static bool IsOwn(Uri address) =>
        address is { IsAbsoluteUri: true, Scheme: "https", IsDefaultPort: true, UserInfo: "", HostNameType: UriHostNameType.Dns }
        && (address.Host.EndsWith(".salesforce.com", StringComparison.OrdinalIgnoreCase) || address.Host.EndsWith(".salesforce.mil", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the address that a token answer says the API is at. It decides where tokens are sent, so only Salesforce's own
    /// addresses and the one that answered are believed.</summary>
    /// <exception cref="CrmRefusedException">It leads elsewhere.</exception>
    public static Uri? Instance(string? told, Uri baseUrl)
    {
        if (string.IsNullOrEmpty(told))
            return null;
        if (!Uri.TryCreate(told, UriKind.Absolute, out var address)
            || (!IsOwn(address) && (address.Authority, address.Scheme) != (baseUrl.Authority, baseUrl.Scheme)))
            throw new CrmRefusedException("The token answer sends us to an address that is not Salesforce's.");
        return new Uri(address.GetLeftPart(UriPartial.Authority));
    }
}
