namespace Trueup.Catalog;

/// <summary>How mail leaves.</summary>
public sealed record MailOptions
{
    /// <summary>Whether a text is a bare e-mail address with a domain.</summary>
    public static bool IsAddress(string text) =>
        MimeKit.MailboxAddress.TryParse(text, out var parsed) && parsed.Address == text && text.Contains('@', StringComparison.Ordinal);

    /// <summary>The mail server; null: mail is written as <c>.eml</c> files into the outbox folder.</summary>
    public string? Host { get; init; }

    /// <summary>Its port, 1 to 65535. Default 587.</summary>
    public int Port { get; init; } = 587;

    /// <summary>The user to sign in as; null: no sign-in.</summary>
    public string? User { get; init; }

    /// <summary>The password.</summary>
    public string? Password { get; init; }

    /// <summary>The sender's address. Default <c>trueup@localhost</c>.</summary>
    public string From { get; init; } = "trueup@localhost";

    /// <summary>How the line is protected.</summary>
    public MailEncryption Encryption { get; init; } = MailEncryption.Auto;
}

/// <summary>How the line to the mail server is protected.</summary>
public enum MailEncryption
{
    /// <summary>TLS where the server offers it.</summary>
    Auto,
    /// <summary>TLS from the first byte.</summary>
    Tls,
    /// <summary>STARTTLS, and no mail without it.</summary>
    StartTls,
    /// <summary>None.</summary>
    None,
}
