using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MimeKit;
using MimeKit.Text;

namespace Trueup.Catalog;

/// <summary>Takes mail from the outbox to the mail server, or to the outbox folder where there is none.</summary>
internal sealed class OutboxSender(
    Outbox outbox, IDbContextFactory<CatalogContext> catalog, MailOptions options, DataFolder folder, TimeProvider clock, ILogger<OutboxSender> log)
    : BackgroundService
{
    /// <summary>After that many attempts, the last a day after the one before, a mail is given up.</summary>
    private const int MostAttempts = 12;

    /// <summary>How long a conversation with the mail server may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = await SendOrWaitAsync(stoppingToken);
            var wait = next is { } due ? due - clock.GetUtcNow() : TimeSpan.FromDays(1);
            await outbox.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, stoppingToken);
        }
    }

    /// <summary>A disk that is full must not end this loop, and the whole server with it.</summary>
    private async Task<DateTimeOffset?> SendOrWaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await SendDueAsync(cancellationToken);
        }
        catch (Exception failure) when (CatalogTrouble.Explain(failure) is { } trouble)
        {
            log.LogWarning("Mail waits: {Reason}", trouble);
            return clock.GetUtcNow() + WaitAfter(1);
        }
    }

    private async Task<DateTimeOffset?> SendDueAsync(CancellationToken cancellationToken)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var due = await context.Mail.Where(m => m.DueAt != null && m.DueAt <= now).OrderBy(m => m.DueAt).Take(50).ToListAsync(cancellationToken);
        foreach (var mail in due)
        {
            mail.Attempts++;
            try
            {
                await DeliverAsync(mail, cancellationToken);
                (mail.SentAt, mail.DueAt, mail.Error) = (clock.GetUtcNow(), null, null);
            }
            catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException or CommandException or ProtocolException
                or AuthenticationException or SslHandshakeException or OperationCanceledException or NotSupportedException or FormatException
                && !cancellationToken.IsCancellationRequested)
            {
                mail.Error = failure.Message;
                mail.DueAt = mail.Attempts < MostAttempts && failure is not FormatException ? clock.GetUtcNow() + WaitAfter(mail.Attempts) : null;
                log.LogWarning("Mail {Mail} was not sent, attempt {Attempt}: {Reason}", mail.Id, mail.Attempts, failure.Message);
            }
            await context.SaveChangesAsync(cancellationToken);
        }
        return await context.Mail.Where(m => m.DueAt != null).MinAsync(m => m.DueAt, cancellationToken);
    }

    private static TimeSpan WaitAfter(int attempts) => TimeSpan.FromMinutes(Math.Min(Math.Pow(2, attempts - 1), 24 * 60));

    private async Task DeliverAsync(MailEntry mail, CancellationToken cancellationToken)
    {
        using var message = Compose(mail);
        if (options.Host is null)
        {
            await message.WriteToAsync(Path.Combine(folder.Outbox, $"{mail.Id}.eml"), cancellationToken);
            return;
        }

        using var client = new SmtpClient { Timeout = (int)Patience.TotalMilliseconds };
        await client.ConnectAsync(options.Host, options.Port, options.Encryption switch
        {
            MailEncryption.Tls => SecureSocketOptions.SslOnConnect,
            MailEncryption.StartTls => SecureSocketOptions.StartTls,
            MailEncryption.None => SecureSocketOptions.None,
            _ => SecureSocketOptions.Auto,
        }, cancellationToken);
        if (options.User is { } user)
            await client.AuthenticateAsync(user, options.Password ?? "", cancellationToken);
        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    private MimeMessage Compose(MailEntry mail)
    {
        var message = new MimeMessage
        {
            Subject = mail.Subject,
            Body = new TextPart(TextFormat.Plain) { Text = mail.Body },
            Date = mail.CreatedAt,
            // The same for every attempt, so that a mail taken twice shows once.
            MessageId = $"{mail.Id}@trueup",
        };
        message.From.Add(MailboxAddress.Parse(options.From));
        message.To.Add(MailboxAddress.Parse(mail.To));
        return message;
    }
}
