using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;
using Trueup.Web.Application;

namespace Trueup.Web.Components;

/// <summary>A part of a page that knows who looks, is drawn anew when a connection changes, and stops its work when it is left.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    /// <summary>How long a message stays, in milliseconds: long enough to be read twice.</summary>
    private const double MessageMilliseconds = 8000;

    private readonly CancellationTokenSource leaving = new();

    /// <summary>Who looks. A viewer without a role until the sign-in is known.</summary>
    protected Actor Actor { get; private set; } = new("nobody", "", false);

    /// <summary>Cancelled when the component is left.</summary>
    protected CancellationToken Leaving => leaving.Token;

    /// <summary>The connections.</summary>
    [Inject]
    protected LiveConnections Live { get; set; } = null!;

    [Inject]
    private NotificationService Messages { get; set; } = null!;

    [CascadingParameter]
    private Task<AuthenticationState>? SignIn { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Live.Changed -= Redraw;
        OnLeaving();
        leaving.Cancel();
        leaving.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (SignIn is not null)
            Actor = Actor.From((await SignIn).User);
        Live.Changed += Redraw;
        await Live.LoadAsync(Leaving);
    }

    /// <summary>Called when the component is left.</summary>
    protected virtual void OnLeaving()
    {
    }

    /// <summary>Called after a connection changed, before drawing.</summary>
    protected virtual Task OnChangedAsync() => Task.CompletedTask;

    /// <summary>Does what a person asked for; says so when it is done, or says why not. Answers whether it was done.</summary>
    /// <param name="act">What to do.</param>
    /// <param name="done">A few words when it is done, and a sentence; null to say nothing.</param>
    protected async Task<bool> TryAsync(Func<CancellationToken, Task> act, (string Summary, string Detail)? done = null)
    {
        try
        {
            await act(Leaving);
        }
        catch (ProblemException refused)
        {
            Messages.Notify(NotificationSeverity.Error, refused.Problem.Title, refused.Message, MessageMilliseconds * 2);
            return false;
        }
        if (done is { } said)
            Messages.Notify(NotificationSeverity.Success, said.Summary, said.Detail, MessageMilliseconds);
        return true;
    }

    private void Redraw() => _ = InvokeAsync(async () =>
    {
        if (leaving.IsCancellationRequested)
            return;
        try
        {
            await OnChangedAsync();
            StateHasChanged();
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The component was left meanwhile; nobody is there to see a drawing.
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    });
}
