namespace Trueup.Emulators;

/// <summary>Where an emulated CRM delivers its webhooks.</summary>
/// <param name="Url">The address.</param>
/// <param name="Secret">What signs them: the client secret of the app.</param>
/// <param name="Times">How often each delivery is made, at least 1: vendors deliver more than once.</param>
public sealed record WebhookTarget(Uri Url, string Secret, int Times = 1);
