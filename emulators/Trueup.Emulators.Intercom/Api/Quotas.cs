using System.Globalization;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>Calls in slices of ten seconds: of the app, and of all apps of the workspace (facts, section 11).</summary>
internal sealed class Quotas(VirtualClock clock, int perApp, int perWorkspace)
{
    private const long Slice = 10_000;

    private int? setForApp;
    private int? setForWorkspace;
    private int appUsed;
    private int workspaceUsed;
    private long slice;

    private int AppLimit => setForApp ?? perApp;

    private int WorkspaceLimit => setForWorkspace ?? perWorkspace;

    /// <summary>Sets a budget: <c>burst</c> of the app, <c>workspace</c> of all.</summary>
    public void Set(QuotaControl control)
    {
        Turn();
        switch (control.Bucket)
        {
            case "burst": (setForApp, appUsed) = (control.Limit, control.Foreign); break;
            case "workspace": (setForWorkspace, workspaceUsed) = (control.Limit, control.Foreign); break;
            default: throw new ControlException($"The control quota does not know the bucket '{control.Bucket}'; known are burst and workspace.");
        }
    }

    public void Reset() => (setForApp, setForWorkspace, appUsed, workspaceUsed) = (null, null, 0, 0);

    /// <summary>Takes a call, or says that there is none left.</summary>
    public Refusal? Take()
    {
        Turn();
        if (appUsed >= AppLimit || workspaceUsed >= WorkspaceLimit)
            return new Refusal(429, "rate_limit_exceeded", $"Exceeded rate limit of {Text(appUsed >= AppLimit ? AppLimit : WorkspaceLimit)} in 10_seconds");
        appUsed++;
        workspaceUsed++;
        return null;
    }

    /// <summary>What every answer tells of the budget that is nearest to its end.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers()
    {
        var remaining = Math.Max(0, Math.Min(AppLimit - appUsed, WorkspaceLimit - workspaceUsed));
        return
        [
            new("X-RateLimit-Limit", Text(AppLimit)), new("X-RateLimit-Remaining", Text(remaining)),
            new("X-RateLimit-Reset", ((slice + 1) * Slice / 1000).ToString(CultureInfo.InvariantCulture)),
        ];
    }

    private void Turn()
    {
        var now = clock.Milliseconds / Slice;
        if (now == slice)
            return;
        slice = now;
        (appUsed, workspaceUsed) = (0, 0);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
