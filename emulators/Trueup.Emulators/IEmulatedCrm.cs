namespace Trueup.Emulators;

/// <summary>A stateful CRM over real HTTP that common suites can drive without knowing its vendor.</summary>
/// <remarks>
/// <para>Everything here is also reachable over HTTP under <c>/_emulator</c>.</para>
/// <para>Threads: every member may be called concurrently, also while requests are answered.</para>
/// <para>Errors: <see cref="ControlException"/> for an unknown stream, field, record or control.</para>
/// </remarks>
public interface IEmulatedCrm : IAsyncDisposable
{
    /// <summary>The app's name: lower case, such as <c>hubspot</c>.</summary>
    string App { get; }

    /// <summary>Where it listens; the vendor's paths begin at the root.</summary>
    Uri Url { get; }

    /// <summary>The CRM's time, on which every stamp, window, expiry and lag runs.</summary>
    VirtualClock Clock { get; }

    /// <summary>Every request to the vendor's paths since the start or the last <see cref="RequestLog.Clear"/>.</summary>
    RequestLog Requests { get; }

    /// <summary>Does the operations in order and answers each.</summary>
    IReadOnlyList<MutationResult> Mutate(params IReadOnlyList<Mutation> operations);

    /// <summary>What is true now.</summary>
    /// <param name="stream">One stream, by any name the CRM knows it by; null for all.</param>
    CrmState State(string? stream = null);

    /// <summary>Turns controls on, beside those already on.</summary>
    void Control(params IReadOnlyList<Control> controls);

    /// <summary>Delivers webhooks about everything that happens from now on; null: no more.</summary>
    void SendWebhooks(WebhookTarget? target);

    /// <summary>Turns every control off.</summary>
    void ClearControls();

    /// <summary>Back to the data it was started with; controls off, log empty. The clock stays.</summary>
    void Reset();
}
