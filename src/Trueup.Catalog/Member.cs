using Microsoft.AspNetCore.Identity;

namespace Trueup.Catalog;

/// <summary>A person who can sign in. The user name is the e-mail address.</summary>
public sealed class Member : IdentityUser
{
    /// <summary>When the member was added.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the member last signed in; null for never.</summary>
    public DateTimeOffset? SignedInAt { get; set; }
}
