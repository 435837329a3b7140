using System.Globalization;
using System.Runtime.CompilerServices;
using Trueup.Contract;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads the records whose stamps lie in a window, walked along the ids, so that equal stamps lose nothing. A window that takes
/// Salesforce too long is halved, and the rest of it read after.</summary>
/// <remarks>Both ends are inclusive, and the beginning is that of its second: stamps have whole seconds. Sources: supaglue-labs/supaglue#532,
/// airbytehq/airbyte#17148 (ties), #34107 (ends), #17503 (time-outs).</remarks>
internal sealed class ModifiedReading(QueryWalk walk, Shapes shapes)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<RecordPage> ReadAsync(ModifiedRead request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shape = await shapes.OfAsync(request.Stream, cancellationToken);
        if (shape.Stamp is not { } stamp)
            throw new CrmRefusedException($"Salesforce's {request.Stream.Label} cannot be asked for by modification time.");
        var (window, cursor) = Window.Asked(request);
        while (true)
        {
            var isLast = window.To >= request.Until;
            var query = new WalkedQuery(
                request.Stream, request.Fields, [$"{stamp}>={Soql.Literal(window.From)}", $"{stamp}<={Soql.Literal(window.To)}", shape.LiveCondition]);
            await using var pages = walk.ThroughAsync(query, cursor, shrinks: window.Length <= Shortest, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var isTooLong = false;
            while (true)
            {
                try
                {
                    if (!await pages.MoveNextAsync())
                        break;
                }
                catch (CrmRefusedException refused) when (refused.Code == Refusals.Timeout && window.Length > Shortest)
                {
                    isTooLong = true;
                    break;
                }
                pages.Current.Next = pages.Current.Next is { } within ? window.Cursor(within)
                    : isLast ? null : window.After(request.Until).Cursor("");
                yield return pages.Current;
            }
            if (isLast && !isTooLong)
                yield break;
            window = isTooLong ? window.Half() : window.After(request.Until);
            cursor = null;
        }
    }

    /// <summary>A part of the window asked for.</summary>
    private readonly record struct Window(DateTimeOffset From, DateTimeOffset To)
    {
        public TimeSpan Length => To - From;

        /// <summary>The whole window, or the part in which an earlier read of it stopped, and where in it.</summary>
        public static (Window, string? Cursor) Asked(ModifiedRead request)
        {
            if (request.Resume is not { } resume)
                return (new Window(Second(request.Since), request.Until), null);
            if (resume.Split('/', 3) is [var from, var to, var cursor]
                && long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                && long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            {
                return (new Window(DateTimeOffset.FromUnixTimeMilliseconds(first), DateTimeOffset.FromUnixTimeMilliseconds(last)), cursor.Length > 0 ? cursor : null);
            }
            throw new CursorExpiredException("The cursor of a read by modification time is not one of this connector; the read starts again.");
        }

        public string Cursor(string within) =>
            string.Create(CultureInfo.InvariantCulture, $"{From.ToUnixTimeMilliseconds()}/{To.ToUnixTimeMilliseconds()}/{within}");

        /// <summary>The first half.</summary>
        public Window Half() => this with { To = Second(From + Length / 2) };

        /// <summary>What comes after this part: twice as long, since this one was short enough.</summary>
        public Window After(DateTimeOffset until)
        {
            var end = To + (Length * 2 > Shortest ? Length * 2 : Shortest);
            return new Window(Second(To), end < until ? end : until);
        }

        private static DateTimeOffset Second(DateTimeOffset instant) => new(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerSecond), instant.Offset);
    }
}
