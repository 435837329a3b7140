using System.Security.Claims;
using Trueup.Catalog;

namespace Trueup.Web.Application;

/// <summary>Who asks for something.</summary>
/// <param name="Name">A member's address, or <c>token NAME</c>.</param>
/// <param name="Role">One of <see cref="Roles"/>.</param>
/// <param name="IsToken">Whether it is a program with an API token.</param>
public sealed record Actor(string Name, string Role, bool IsToken)
{
    /// <summary>The claim that marks a principal made from an API token.</summary>
    internal const string TokenClaim = "trueup:token";

    /// <summary>How the sync log names what they start.</summary>
    public string Trigger => IsToken ? "api" : $"user {Name}";

    /// <summary>Reads a principal that has signed in.</summary>
    public static Actor From(ClaimsPrincipal principal)
    {
        var role = Roles.All.FirstOrDefault(principal.IsInRole) ?? "";
        return new Actor(principal.Identity?.Name ?? "nobody", role, principal.HasClaim(c => c.Type == TokenClaim));
    }

    /// <summary>Whether they may do what a role is needed for.</summary>
    public bool May(string role) => Roles.Allows(Role, role);

    /// <summary>Refuses where they may not.</summary>
    /// <exception cref="ProblemException">403.</exception>
    public void Need(string role)
    {
        if (!May(role))
            throw new ProblemException(Problem.Forbidden(role));
    }
}
