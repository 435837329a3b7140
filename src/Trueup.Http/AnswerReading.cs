using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Http;

/// <summary>One try of a request: sends it, reads the whole body into a pooled buffer, and says what came of it.</summary>
internal sealed class AnswerReading(CrmHttpSetup setup, HttpMessageInvoker invoker)
{
    // Far above any page of a CRM; keeps a broken server from filling our memory.
    private const int LargestBodyBytes = 256 * 1024 * 1024;

    private static readonly TimeSpan LongestToHeaders = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(30);

    private readonly string baseUrl = setup.BaseUrl.ToString().TrimEnd('/');
    private long latestDateTicks;
    private int usualBodyBytes = 64 * 1024;

    /// <summary>The server's time as of its latest answer; null before the first.</summary>
    public DateTimeOffset? LatestDate =>
        Interlocked.Read(ref latestDateTicks) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public async Task<Attempt<T>> AttemptAsync<T>(
        CrmRequest request, CrmAccess? access, bool isRetry, Func<CrmAnswer, T> read, CancellationToken cancellationToken)
    {
        var started = setup.Clock.GetTimestamp();
        ApiScope.Current?.CountCall(isRetry);
        var attempt = await GuardedAsync(request, access, read, cancellationToken);
        HttpTelemetry.Record(setup.Dialect.App, request.Endpoint, attempt.Outcome, isRetry, setup.Clock.GetElapsedTime(started));
        return attempt;
    }

    private async Task<Attempt<T>> GuardedAsync<T>(
        CrmRequest request, CrmAccess? access, Func<CrmAnswer, T> read, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LongestToHeaders, setup.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var answer = await ExchangeAsync(request, access, patience, linked.Token);
            return Interpret(request, answer, read);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(default, new Verdict.TryAgain(
                $"{setup.Dialect.Label} at {setup.BaseUrl.Authority} stopped answering ({request.Endpoint}); the next sync tries again."), "timeout");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            if (Kind(failure) is null)
                return new(default, new Verdict.TryAgain(
                    $"{setup.Dialect.Label} at {setup.BaseUrl.Authority} broke off its answer ({request.Endpoint}); the next sync tries again."), "network");
            return new(default, new Verdict.TryAgain(
                $"{setup.Dialect.Label} at {setup.BaseUrl.Authority} cannot be reached ({request.Endpoint}: {Kind(failure)}); " +
                "check the address and the network.", NotCarriedOut: NeverLeft(failure)), "network");
        }
    }

    private Attempt<T> Interpret<T>(CrmRequest request, CrmAnswer answer, Func<CrmAnswer, T> read)
    {
        var outcome = answer.Status.ToString(CultureInfo.InvariantCulture);
        setup.Dialect.Observe(request, answer, setup.Budget);
        var isUnchanged = answer.Status == 304 && request.IfModifiedSince is not null;
        if (!answer.IsSuccess && !isUnchanged)
        {
            var verdict = answer.Status is >= 300 and < 400
                ? new Verdict.Refused(new CrmContractException(
                    $"{setup.BaseUrl.Authority} sends us to another address ({request.Endpoint}, status {outcome}), which Trueup does not follow; " +
                    $"check the base URL of the connection."))
                : setup.Dialect.Judge(request, answer, setup.Clock.GetUtcNow());
            return new(default, verdict, outcome);
        }
        try
        {
            return new(read(answer), null, outcome);
        }
        catch (Exception broken) when (broken is JsonException or CrmContractException)
        {
            return new(default, new Verdict.Broken(Broken(request, answer, broken)), "broken");
        }
    }

    private CrmContractException Broken(CrmRequest request, CrmAnswer answer, Exception broken)
    {
        var what = broken is CrmContractException
            ? broken.Message
            : answer.LooksLikeJson
                ? "The JSON is cut off or malformed."
                : answer.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) == true
                    ? "The body calls itself JSON but is none."
                    : $"The body is {answer.MediaType ?? "of unknown type"}, not JSON.";
        var correlation = setup.Dialect.CorrelationOf(answer) is { } id ? $" Correlation id {id}." : "";
        return new CrmContractException(
            $"{setup.Dialect.Label} at {setup.BaseUrl.Authority} gave an answer that Trueup cannot use ({request.Endpoint}). {what}{correlation}", broken);
    }

    private async Task<CrmAnswer> ExchangeAsync(
        CrmRequest request, CrmAccess? access, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, BaseUrlOf(access) + request.PathAndQuery);
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("User-Agent", "Trueup");
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        message.Headers.IfModifiedSince = request.IfModifiedSince;
        message.Headers.IfUnmodifiedSince = request.IfUnmodifiedSince;
        if (access is { } opened)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", opened.Token);
        if (!request.Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        using var response = await invoker.SendAsync(message, cancellationToken);
        if (response.Headers.Date is { } date)
            Interlocked.Exchange(ref latestDateTicks, date.UtcTicks);

        var (buffer, length) = await ReadBodyAsync(response.Content, request.Buffers, patience, cancellationToken);
        ApiScope.Current?.CountBytes(length);
        return new CrmAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, response.Headers, request.Buffers, buffer, length);
    }

    private string BaseUrlOf(CrmAccess? access) => access?.ApiUrl is { } told ? told.ToString().TrimEnd('/') : baseUrl;

    private async Task<(byte[] Buffer, int Length)> ReadBodyAsync(
        HttpContent content, ArrayPool<byte> buffers, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var expected = content.Headers.ContentLength is { } told and < LargestBodyBytes ? (int)told + 1 : Volatile.Read(ref usualBodyBytes);
        var buffer = buffers.Rent(Math.Max(expected, 1024));
        var length = 0;
        try
        {
            while (true)
            {
                patience.CancelAfter(LongestStall);
                var received = await body.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (received == 0)
                    break;
                length += received;
                if (length == buffer.Length)
                    buffer = Grow(buffers, buffer);
            }
        }
        catch
        {
            buffers.Return(buffer);
            throw;
        }
        Volatile.Write(ref usualBodyBytes, Math.Min(length + 1, 1024 * 1024));
        return (buffer, length);
    }

    private static byte[] Grow(ArrayPool<byte> buffers, byte[] full)
    {
        if (full.Length >= LargestBodyBytes)
            throw new IOException($"The answer is larger than {LargestBodyBytes} bytes.");
        var larger = buffers.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        buffers.Return(full);
        return larger;
    }

    // Without a connection nothing was sent.
    private static bool NeverLeft(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError,
    };

    // The system's own words can hold addresses with query strings; the kind says enough. Null: the answer had begun.
    private static string? Kind(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: not (HttpRequestError.Unknown or HttpRequestError.ResponseEnded) } request => request.HttpRequestError.ToString(),
        HttpIOException { HttpRequestError: not HttpRequestError.ResponseEnded } io => io.HttpRequestError.ToString(),
        _ => null,
    };
}
