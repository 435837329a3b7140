using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Trueup.Emulators;

/// <summary>Hands requests to a server's own code and its answers back, without a socket in between.</summary>
/// <remarks>A connection that the server aborts fails as one over a socket does: before the answer's head as a request, within its body as a read.</remarks>
internal sealed class DirectHandler(RequestDelegate answer) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var context = await ContextOfAsync(request, body, cancellationToken);
        await answer(context);
        cancellationToken.ThrowIfCancellationRequested();
        var aborted = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>() is Lifetime { Aborted: true };
        if (aborted && body.Length == 0 && context.Response.ContentLength is null)
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The server closed the connection.");

        var response = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode)
        {
            RequestMessage = request, Content = new ReceivedContent(body.GetBuffer(), (int)body.Length, aborted),
        };
        foreach (var header in context.Response.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value))
                response.Content.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value);
        }

        return response;
    }

    private static async Task<HttpContext> ContextOfAsync(HttpRequestMessage request, Stream body, CancellationToken cancellationToken)
    {
        var url = request.RequestUri ?? throw new InvalidOperationException("A request needs an address.");
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime(cancellationToken));
        context.Request.Method = request.Method.Method;
        context.Request.Path = PathString.FromUriComponent(url);
        context.Request.QueryString = QueryString.FromUriComponent(url);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = url.PathAndQuery;
        foreach (var header in request.Headers)
            context.Request.Headers[header.Key] = header.Value.ToArray();
        if (request.Content is { } content)
        {
            foreach (var header in content.Headers)
                context.Request.Headers[header.Key] = header.Value.ToArray();
            context.Request.Body = await content.ReadAsStreamAsync(cancellationToken);
        }
        else
        {
            context.Request.ContentLength = 0;
        }

        context.Response.Body = body;
        return context;
    }

    private sealed class Lifetime(CancellationToken cancellationToken) : IHttpRequestLifetimeFeature
    {
        public bool Aborted { get; private set; }

        public CancellationToken RequestAborted { get; set; } = cancellationToken;

        public void Abort() => Aborted = true;
    }

    /// <summary>A body of which the connection may break off before its end.</summary>
    private sealed class ReceivedContent(byte[] buffer, int bytes, bool breaksOff) : HttpContent
    {
        protected override Task<Stream> CreateContentReadStreamAsync() =>
            Task.FromResult<Stream>(breaksOff ? new BrokenStream(buffer.AsMemory(0, bytes)) : new MemoryStream(buffer, 0, bytes, writable: false));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            breaksOff ? throw BrokenStream.End() : stream.WriteAsync(buffer.AsMemory(0, bytes)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = bytes;
            return !breaksOff;
        }
    }

    private sealed class BrokenStream(ReadOnlyMemory<byte> bytes) : Stream
    {
        private int position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => position; set => throw new NotSupportedException(); }

        public static HttpIOException End() => new(HttpRequestError.ResponseEnded, "The server closed the connection within its answer.");

        public override int Read(Span<byte> buffer)
        {
            if (position == bytes.Length)
                throw End();
            var some = bytes.Span.Slice(position, Math.Min(buffer.Length, bytes.Length - position));
            some.CopyTo(buffer);
            position += some.Length;
            return some.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
