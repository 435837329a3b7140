using System.Diagnostics;
using System.Net.Sockets;
using Trueup.BlackBox;

namespace Trueup.Host.Tests;

/// <summary>A real SMTP server (Debian's aiosmtpd) as a process of its own, which keeps what it takes in a mailbox folder.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly string mailbox;

    private MailServer(Process process, string mailbox, int port)
    {
        this.process = process;
        this.mailbox = mailbox;
        Port = port;
    }

    public int Port { get; }

    public static async Task<MailServer> StartAsync(string mailbox)
    {
        var port = TrueupServer.FreePort();
        var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", ["-m", "aiosmtpd", "-n", "-l", $"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", mailbox]))!;
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port);
                return new MailServer(process, mailbox, port);
            }
            catch (SocketException) when (!process.HasExited)
            {
                await TrueupServer.PauseAsync(50);
            }
        }
    }

    /// <summary>Waits for a mail whose text contains some words.</summary>
    public async Task<string> ReceiveAsync(string words)
    {
        while (true)
        {
            var arrived = Path.Combine(mailbox, "new");
            if (Directory.Exists(arrived))
                foreach (var file in Directory.EnumerateFiles(arrived))
                    if (await File.ReadAllTextAsync(file) is var text && text.Contains(words, StringComparison.Ordinal))
                        return text;
            await TrueupServer.PauseAsync(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
