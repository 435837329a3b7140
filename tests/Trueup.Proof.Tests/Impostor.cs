using System.Net;
using System.Text;
using Trueup.BlackBox;

namespace Trueup.Proof.Tests;

/// <summary>A web server that gives the same answer to everything, as some base URLs lead to.</summary>
internal sealed class Impostor : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly Task loop;

    private Impostor(Uri url, string mediaType, string body)
    {
        Url = url;
        listener.Prefixes.Add(url.ToString());
        listener.Start();
        loop = AnswerAsync(mediaType, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    public static Impostor Start(string mediaType, string body) => new(new Uri($"http://127.0.0.1:{TrueupServer.FreePort()}/"), mediaType, body);

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await loop;
        listener.Close();
    }

    private async Task AnswerAsync(string mediaType, byte[] body)
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                context.Response.ContentType = mediaType;
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        }
        catch (Exception end) when (end is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
