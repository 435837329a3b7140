using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Trueup.Catalog;

namespace Trueup.Web.Application;

/// <summary>A member as others see them.</summary>
/// <param name="IsLocked">Whether sign-in is locked after too many failures.</param>
public sealed record MemberView(string Id, string Email, string Role, DateTimeOffset CreatedAt, DateTimeOffset? SignedInAt, bool IsLocked);

/// <summary>The people who can sign in. One per request or circuit.</summary>
public sealed class Members(UserManager<Member> users, AuditTrail audit, TimeProvider clock)
{
    /// <summary>All members, by address. Needs admin.</summary>
    public async Task<IReadOnlyList<MemberView>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Need(Roles.Admin);
        var views = new List<MemberView>();
        foreach (var member in await users.Users.OrderBy(u => u.NormalizedEmail).ToListAsync(cancellationToken))
            views.Add(await ShowAsync(member));
        return views;
    }

    /// <summary>Whether there is nobody yet who could sign in.</summary>
    public async Task<bool> IsEmptyAsync(CancellationToken cancellationToken) => !await users.Users.AnyAsync(cancellationToken);

    /// <summary>Adds a member. Needs admin; making an owner needs owner.</summary>
    /// <exception cref="ProblemException">422 with what is wrong with address, password or role.</exception>
    public async Task<MemberView> AddAsync(Actor actor, string email, string password, string role, CancellationToken cancellationToken)
    {
        NeedFor(actor, role);
        var member = await CreateAsync(email, password, role);
        await audit.WriteAsync(actor.Name, "member.add", email, role, cancellationToken);
        return await ShowAsync(member);
    }

    /// <summary>Gives a member another role. Needs admin; owners are made and unmade by owners only, and one always remains.</summary>
    /// <exception cref="ProblemException">404, 409 for the last owner.</exception>
    public async Task ChangeRoleAsync(Actor actor, string id, string role, CancellationToken cancellationToken)
    {
        NeedFor(actor, role);
        var member = await FindAsync(id);
        var old = await RoleOfAsync(member);
        NeedFor(actor, old);
        await KeepAnOwnerAsync(old, role);
        await users.RemoveFromRolesAsync(member, await users.GetRolesAsync(member));
        Check(await users.AddToRoleAsync(member, role));
        // Signs them out everywhere, so that the old rights end now.
        await users.UpdateSecurityStampAsync(member);
        await audit.WriteAsync(actor.Name, "member.role", member.Email!, $"{old} to {role}", cancellationToken);
    }

    /// <summary>Removes a member. Needs admin, for an owner owner; one owner always remains.</summary>
    /// <exception cref="ProblemException">404, 409 for the last owner.</exception>
    public async Task RemoveAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        var member = await FindAsync(id);
        var role = await RoleOfAsync(member);
        NeedFor(actor, role);
        await KeepAnOwnerAsync(role, "");
        Check(await users.DeleteAsync(member));
        await audit.WriteAsync(actor.Name, "member.remove", member.Email!, role, cancellationToken);
    }

    /// <summary>Changes one's own password.</summary>
    /// <exception cref="ProblemException">422 where the old one is wrong or the new one too weak.</exception>
    public async Task ChangePasswordAsync(Actor actor, string oldPassword, string newPassword, CancellationToken cancellationToken)
    {
        var member = await users.FindByEmailAsync(actor.Name) ?? throw new ProblemException(Problem.NotFound("There is no such member."));
        Check(await users.ChangePasswordAsync(member, oldPassword, newPassword));
        await audit.WriteAsync(actor.Name, "member.password", actor.Name, null, cancellationToken);
    }

    internal async Task<Member> CreateAsync(string email, string password, string role)
    {
        if (!Roles.All.Contains(role))
            throw new ProblemException(Problem.Invalid($"{role} is not a role; there are {string.Join(", ", Roles.All)}."));
        if (!MailOptions.IsAddress(email))
            throw new ProblemException(Problem.Invalid($"{email} is not an e-mail address."));
        var member = new Member { UserName = email, Email = email, CreatedAt = clock.GetUtcNow() };
        Check(await users.CreateAsync(member, password));
        Check(await users.AddToRoleAsync(member, role));
        return member;
    }

    private static void NeedFor(Actor actor, string role)
    {
        actor.Need(Roles.Admin);
        if (role == Roles.Owner)
            actor.Need(Roles.Owner);
    }

    private async Task KeepAnOwnerAsync(string oldRole, string newRole)
    {
        if (oldRole == Roles.Owner && newRole != Roles.Owner && (await users.GetUsersInRoleAsync(Roles.Owner)).Count <= 1)
            throw new ProblemException(Problem.Conflict("last-owner", "This is the last owner; make somebody else owner first."));
    }

    private async Task<Member> FindAsync(string id) =>
        await users.FindByIdAsync(id) ?? throw new ProblemException(Problem.NotFound($"There is no member {id}."));

    private async Task<string> RoleOfAsync(Member member) => (await users.GetRolesAsync(member)).FirstOrDefault() ?? Roles.Viewer;

    private async Task<MemberView> ShowAsync(Member member) => new(
        member.Id, member.Email!, await RoleOfAsync(member), member.CreatedAt, member.SignedInAt, await users.IsLockedOutAsync(member));

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new ProblemException(Problem.Invalid(string.Join(" ", result.Errors.Select(e => e.Description))));
    }
}
