using System.Buffers.Text;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Where a page of records ended. Opaque to people: base64url of a checksum over question and place, and the place.</summary>
/// <param name="Value">The last record's sort value: long, double, string or null. Null where there is no sort.</param>
/// <param name="Id">Its id.</param>
/// <param name="Rid">Its place in the order of first sight.</param>
internal sealed record Cursor(object? Value, string Id, long Rid)
{
    private const int ChecksumBytes = 8;

    private sealed record Place(string Kind, string Value, string Id, long Rid);

    public string Write(RecordQuery query)
    {
        var (kind, value) = Value switch
        {
            null => ("null", ""),
            long integer => ("integer", integer.ToString(CultureInfo.InvariantCulture)),
            double real => ("real", real.ToString("R", CultureInfo.InvariantCulture)),
            var text => ("text", (string)text),
        };
        var place = JsonSerializer.SerializeToUtf8Bytes(new Place(kind, value, Id, Rid));
        return Base64Url.EncodeToString([.. Checksum(query, place), .. place]);
    }

    public static Cursor Read(RecordQuery query, string text)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            if (bytes.Length < ChecksumBytes || !Checksum(query, bytes[ChecksumBytes..]).AsSpan().SequenceEqual(bytes.AsSpan(0, ChecksumBytes)))
                throw Wrong();
            var place = JsonSerializer.Deserialize<Place>(bytes.AsSpan(ChecksumBytes)) ?? throw Wrong();
            object? value = place.Kind switch
            {
                "integer" => long.Parse(place.Value, CultureInfo.InvariantCulture),
                "real" => double.Parse(place.Value, CultureInfo.InvariantCulture),
                "text" => place.Value,
                _ => null,
            };
            return new Cursor(value, place.Id, place.Rid);
        }
        catch (FormatException)
        {
            throw Wrong();
        }
    }

    private static MirrorQueryException Wrong() =>
        new("The cursor does not belong to this stream, filter and sort; start again without one.");

    /// <summary>Ties the place to the question, so that a cursor of another one is noticed.</summary>
    private static byte[] Checksum(RecordQuery query, byte[] place)
    {
        var hash = new XxHash64();
        foreach (var part in (string?[])[query.Stream.Value, query.Filter, query.Sort])
        {
            hash.Append(Encoding.UTF8.GetBytes(part ?? ""));
            hash.Append([0xFF]);
        }

        hash.Append(place);
        return hash.GetCurrentHash();
    }
}
