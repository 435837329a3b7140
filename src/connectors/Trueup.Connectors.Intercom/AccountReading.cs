using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Asks which workspace the token opens.</summary>
internal sealed class AccountReading(IntercomApi api, Uri baseUrl)
{
    private volatile Workspace? workspace;

    /// <summary>A workspace.</summary>
    /// <param name="Code">Its id.</param>
    /// <param name="Region"><c>US</c>, <c>EU</c> or <c>AU</c>.</param>
    public sealed record Workspace(string Code, string Region);

    /// <summary>The workspace; null until it is known.</summary>
    public Workspace? Known => workspace;

    /// <summary>How a workspace is called in words.</summary>
    public static string Words(string code) => $"workspace {code}";

    public async Task<AccountIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        JsonElement app;
        try
        {
            app = (await api.GetAsync("/me", "account", cancellationToken)).Member("app");
        }
        catch (Exception failure) when (failure is CrmNotFoundException or CrmRefusedException or CrmContractException)
        {
            throw NoIntercom(failure);
        }

        if (app.Text("id_code") is not { Length: > 0 and <= 64 } code || !code.All(char.IsAsciiLetterOrDigit))
            throw NoIntercom(null);
        workspace = new Workspace(code, app.Text("region") ?? "US");
        return new AccountIdentity(Words(code), app.Text("timezone") is { Length: > 0 } zone ? zone : "UTC", app.Text("name"));
    }

    /// <summary>The page of a record in Intercom; null where it has none, or the workspace is not known yet.</summary>
    public Uri? LinkTo(IntercomStream stream, RecordId id)
    {
        if (workspace is not { } known)
            return null;
        var page = stream.Name switch
        {
            "contacts" => $"users/{Uri.EscapeDataString(id.Value)}/all-conversations",
            "companies" => $"companies/{Uri.EscapeDataString(id.Value)}",
            "conversations" => $"inbox/conversation/{Uri.EscapeDataString(id.Value)}",
            _ => null,
        };
        var host = known.Region switch { "EU" => "app.eu.intercom.com", "AU" => "app.au.intercom.com", _ => "app.intercom.com" };
        return page is null ? null : new Uri($"https://{host}/a/apps/{known.Code}/{page}");
    }

    private CrmContractException NoIntercom(Exception? failure) => new(
        $"{baseUrl.Authority} does not answer as Intercom's API does; check the base URL (Intercom's own is {IntercomConnectorFactory.VendorBaseUrl}).", failure);
}
