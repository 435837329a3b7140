using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Trueup.Catalog;
using Trueup.Web.Application;

namespace Trueup.Web.Api;

/// <summary>Where the forms of the sign-in and first-run pages are posted: a cookie can only be set by an answer, not from within a page's circuit.</summary>
/// <remarks>Each form carries an antiforgery token. On failure the page is shown again with <c>?error=</c> and one of
/// <c>wrong</c>, <c>locked</c>, <c>busy</c> (sign-in), <c>wrong-code</c>, <c>already-set-up</c>, <c>invalid-request</c> (first run).</remarks>
internal static class AccountEndpoints
{
    internal const string SignInLimit = "sign-in";

    internal static void MapAccount(this IEndpointRouteBuilder routes)
    {
        var account = routes.MapGroup("/account").ExcludeFromDescription();
        account.MapPost("/sign-in", SignInAsync).RequireRateLimiting(SignInLimit);
        account.MapPost("/first-run", FirstRunAsync).RequireRateLimiting(SignInLimit);
        account.MapPost("/sign-out", SignOutAsync);
    }

    private static async Task<IResult> SignInAsync(
        [FromForm] string? email, [FromForm] string? password, [FromForm] string? returnUrl,
        SignInManager<Member> signIn, UserManager<Member> users, SyncLog log, AuditTrail audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var result = await signIn.PasswordSignInAsync(email?.Trim() ?? "", password ?? "", isPersistent: true, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            await audit.WriteAsync("nobody", result.IsLockedOut ? "sign-in.locked" : "sign-in.failed", await KnownAsync(users, email), null, cancellationToken);
            var query = QueryString.Create(new Dictionary<string, string?>
            {
                ["error"] = result.IsLockedOut ? "locked" : "wrong", ["returnUrl"] = returnUrl,
            }.Where(p => p.Value is not null));
            return Results.LocalRedirect("/sign-in" + query);
        }

        var member = (await users.FindByEmailAsync(email!.Trim()))!;
        member.SignedInAt = clock.GetUtcNow();
        await users.UpdateAsync(member);
        await log.StartAtLoginAsync(member.Email!, cancellationToken);
        return Results.LocalRedirect(Local(returnUrl));
    }

    private static async Task<IResult> FirstRunAsync(
        [FromForm] string? code, [FromForm] string? email, [FromForm] string? password,
        FirstRun firstRun, SignInManager<Member> signIn, CancellationToken cancellationToken)
    {
        try
        {
            await firstRun.CreateOwnerAsync(code ?? "", email?.Trim() ?? "", password ?? "", cancellationToken);
        }
        catch (ProblemException refused)
        {
            return Results.LocalRedirect($"/first-run?error={refused.Problem.Type}");
        }
        await signIn.PasswordSignInAsync(email!.Trim(), password!, isPersistent: true, lockoutOnFailure: false);
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> SignOutAsync([FromForm] string? returnUrl, SignInManager<Member> signIn)
    {
        await signIn.SignOutAsync();
        return Results.LocalRedirect(returnUrl is null ? "/sign-in" : Local(returnUrl));
    }

    /// <summary>What people type into the address field by mistake may be a password, so unknown addresses are not written down.</summary>
    private static async Task<string> KnownAsync(UserManager<Member> users, string? email) =>
        email is not null && await users.FindByEmailAsync(email.Trim()) is { Email: { } known } ? known : "an unknown address";

    private static string Local(string? url) =>
        url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";
}
