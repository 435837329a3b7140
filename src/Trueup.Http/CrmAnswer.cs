using System.Buffers;
using System.Net.Http.Headers;

namespace Trueup.Http;

/// <summary>An answer with its whole body, in one pooled buffer.</summary>
/// <remarks>Not for concurrent use. Valid only while the pipeline hands it out; what is to live longer takes the buffer.</remarks>
public sealed class CrmAnswer : IDisposable
{
    private readonly HttpResponseHeaders headers;
    private readonly ArrayPool<byte> buffers;
    private byte[]? buffer;

    internal CrmAnswer(int status, string? mediaType, HttpResponseHeaders headers, ArrayPool<byte> buffers, byte[] pooledBuffer, int bodyBytes)
    {
        Status = status;
        MediaType = mediaType;
        this.headers = headers;
        this.buffers = buffers;
        buffer = pooledBuffer;
        BodyBytes = bodyBytes;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>Whether the status says that the request was carried out, whichever 2xx it is.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The media type as sent; null where missing.</summary>
    public string? MediaType { get; }

    /// <summary>Length of the body, decompressed.</summary>
    public int BodyBytes { get; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Body => PooledBuffer.AsSpan(0, BodyBytes);

    /// <summary>The body, for readers that need memory.</summary>
    public ReadOnlyMemory<byte> BodyMemory => PooledBuffer.AsMemory(0, BodyBytes);

    /// <summary>Whether the body begins as a JSON object or array does.</summary>
    public bool LooksLikeJson
    {
        get
        {
            var body = Body.TrimStart(" \t\r\n"u8);
            return !body.IsEmpty && body[0] is (byte)'{' or (byte)'[';
        }
    }

    /// <summary>The first value of a header; null where missing.</summary>
    public string? Header(string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>The server's time (the <c>Date</c> header); null where missing.</summary>
    public DateTimeOffset? Date => headers.Date;

    /// <summary>How long the server asks to wait, from <c>Retry-After</c> in seconds or as a date; null where missing.</summary>
    public TimeSpan? RetryAfter(DateTimeOffset now) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>The pooled buffer, of which the body is the beginning.</summary>
    public byte[] PooledBuffer => buffer ?? throw new ObjectDisposedException(nameof(CrmAnswer));

    /// <summary>Gives the pooled buffer away; its new owner returns it to <see cref="CrmRequest.Buffers"/>.</summary>
    public void GiveAwayBuffer() => buffer = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
            buffers.Return(rented);
    }
}
