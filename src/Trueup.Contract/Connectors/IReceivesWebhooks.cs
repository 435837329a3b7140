namespace Trueup.Contract;

/// <summary>The app can tell at once that something changed. Implemented beside <see cref="IConnectorFactory"/>, since nothing is asked of the CRM.</summary>
/// <remarks>A webhook is a hint to read, never data to write: it may be late, double, out of order or forged, and the record itself says what is true.</remarks>
public interface IReceivesWebhooks
{
    /// <summary>Checks that a delivery is the app's own and meant for this account, and reads what it hints at. Pure.</summary>
    /// <param name="delivery">The request as it came.</param>
    /// <param name="credentials">The account's credentials; their <see cref="Credentials.ClientSecret"/> signs.</param>
    /// <param name="externalId">The account's <see cref="AccountIdentity.ExternalId"/>.</param>
    /// <param name="now">Our clock.</param>
    WebhookReading ReadWebhook(WebhookDelivery delivery, Credentials credentials, string externalId, DateTimeOffset now);
}

/// <summary>A request that claims to come from an app.</summary>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Address">The address as the app called it, scheme and host as seen from outside.</param>
/// <param name="Header">Finds a header's value; null where it is missing.</param>
/// <param name="Body">The body, byte for byte.</param>
public sealed record WebhookDelivery(string Method, string Address, Func<string, string?> Header, ReadOnlyMemory<byte> Body);

/// <summary>What came of reading a delivery.</summary>
public abstract record WebhookReading
{
    private WebhookReading()
    {
    }

    /// <summary>It is not to be believed.</summary>
    /// <param name="Reason">One sentence for the log, without secrets or personal data.</param>
    public sealed record Refused(string Reason) : WebhookReading;

    /// <summary>These records may have changed. Empty where nothing of interest happened.</summary>
    public sealed record Accepted(IReadOnlyList<WebhookHint> Hints) : WebhookReading;
}

/// <summary>A record that may have changed.</summary>
/// <param name="TypeId">The stream's <see cref="StreamDescription.TypeId"/>.</param>
/// <param name="Id">The record.</param>
/// <param name="Links">Whether its links may have changed too.</param>
/// <param name="Erased">Whether it was erased on a person's demand, so that, if it is gone, nothing of it may be kept.</param>
public readonly record struct WebhookHint(string TypeId, RecordId Id, bool Links, bool Erased = false);
