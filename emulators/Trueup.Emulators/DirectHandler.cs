using System.Buffers;
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
        var body = new SentBody();
        var context = await ContextOfAsync(request, body, cancellationToken);
        await answer(context);
        cancellationToken.ThrowIfCancellationRequested();
        var aborted = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>() is Lifetime { Aborted: true };
        if (aborted && body.Length == 0 && context.Response.ContentLength is null)
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The server closed the connection.");

        var response = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode)
        {
            RequestMessage = request, Content = new ReceivedContent(body.Buffer, (int)body.Length, aborted),
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

    /// <summary>What the server has written. Its buffer is rented, for pages of records are large and soon forgotten.</summary>
    private sealed class SentBody : Stream
    {
        private int written;

        public byte[] Buffer { get; private set; } = [];

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => written;

        public override long Position { get => written; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Buffer.Length - written < buffer.Length)
                Grow(written + buffer.Length);
            buffer.CopyTo(Buffer.AsSpan(written));
            written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
            // It is sent as it is written.
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private void Grow(int needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * Buffer.Length, needed));
            Buffer.AsSpan(0, written).CopyTo(larger);
            if (Buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = larger;
        }
    }

    /// <summary>A body of which the connection may break off before its end. Whoever disposes of it has read what there was to read.</summary>
    private sealed class ReceivedContent(byte[] buffer, int bytes, bool breaksOff) : HttpContent
    {
        private byte[]? rented = buffer.Length > 0 ? buffer : null;

        protected override void Dispose(bool disposing)
        {
            // First the stream that reads from it.
            base.Dispose(disposing);
            if (disposing && Interlocked.Exchange(ref rented, null) is { } done)
                ArrayPool<byte>.Shared.Return(done);
        }

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
        private bool isClosed;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => position; set => throw new NotSupportedException(); }

        public static HttpIOException End() => new(HttpRequestError.ResponseEnded, "The server closed the connection within its answer.");

        protected override void Dispose(bool disposing)
        {
            isClosed = true;
            base.Dispose(disposing);
        }

        public override int Read(Span<byte> buffer)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
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
