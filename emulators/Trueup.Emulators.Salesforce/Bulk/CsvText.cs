using System.Text;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>Writes texts as cells.</summary>
internal static class CsvText
{
    /// <summary>Writes a cell in quotation marks; those within are doubled, and all else stands as it is.</summary>
    public static void Write(JsonBytes csv, string text) =>
        csv.Raw("\""u8).Raw(Encoding.UTF8.GetBytes(text.Replace("\"", "\"\"", StringComparison.Ordinal))).Raw("\""u8);

    /// <summary>Writes the same from a text as it stands in JSON, without its quotation marks.</summary>
    public static void WriteEscaped(JsonBytes csv, ReadOnlySpan<byte> json)
    {
        var whole = json;
        var start = csv.Written.Length;
        csv.Raw("\""u8);
        for (int at; (at = json.IndexOf((byte)'\\')) >= 0; json = json[(at + 2)..])
        {
            csv.Raw(json[..at]);
            switch (json[at + 1])
            {
                case (byte)'n':
                    csv.Raw("\n"u8);
                    break;
                case (byte)'r':
                    csv.Raw("\r"u8);
                    break;
                case (byte)'t':
                    csv.Raw("\t"u8);
                    break;
                case (byte)'"':
                    csv.Raw("\"\""u8);
                    break;
                case (byte)'\\':
                    csv.Raw("\\"u8);
                    break;
                default:
                    // Rare escapes, of characters by their number among others.
                    csv.BackTo(start);
                    Write(csv, StoredValue.Decode([(byte)'"', .. whole, (byte)'"']));
                    return;
            }
        }
        csv.Raw(json).Raw("\""u8);
    }
}
