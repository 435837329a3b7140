using System.Text;
using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.HubSpot;

/// <summary>What one batch read of associations says of each source that was asked for.</summary>
/// <remarks>Read token by token: an answer speaks of a thousand sources, mostly in one error object each that says that there are no links.
/// Source: hubspot.md §7, 2026-09.</remarks>
internal sealed class LinkAnswer
{
    private const string NoLinks = "crm.associations.NO_ASSOCIATIONS_FOUND";

    // A source that is gone has no links either. It must not keep the others from being read until it is buried.
    private const string Gone = "OBJECT_NOT_FOUND";

    private const int LongestIdCharacters = 200;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> asked;
    private readonly Dictionary<UInt128, string> texts = [];
    private readonly bool[] mentioned;
    private readonly List<Association>?[] links;

    private LinkAnswer(Dictionary<string, int> asked)
    {
        this.asked = asked.GetAlternateLookup<ReadOnlySpan<char>>();
        mentioned = new bool[asked.Count];
        links = new List<Association>?[asked.Count];
    }

    /// <summary>The links of each source by its place; null for none.</summary>
    public IReadOnlyList<List<Association>?> Links => links;

    /// <summary>The sources of which there is more, each with the token for it; once, however often the answer says so.</summary>
    public HashSet<(int Source, string After)> More { get; } = [];

    /// <summary>Why a source could not be read, where the reason is not that it has no links or is gone; null otherwise.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether the answer speaks of a source.</summary>
    public bool Mentions(int source) => mentioned[source];

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="asked">The places of the sources that may be asked for, counted from 0 without gaps.</param>
    /// <exception cref="JsonException">The body is no JSON, or cut off.</exception>
    /// <exception cref="CrmContractException">The JSON is not what HubSpot promises.</exception>
    public static LinkAnswer Read(CrmAnswer answer, Dictionary<string, int> asked)
    {
        var read = new LinkAnswer(asked);
        var reader = new Utf8JsonReader(answer.Body);
        PageReading.Demand(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "(root)");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("results"u8))
                Every(ref reader, "results", read.ReadResult);
            else if (reader.ValueTextEquals("errors"u8))
                Each(ref reader, read.ReadError);
            else
                reader.Skip();
        }

        // An answer that is cut off, or goes on behind its end, throws here.
        reader.Read();
        return read;
    }

    private delegate void ReadItem(ref Utf8JsonReader reader);

    /// <summary>Reads the array of objects that is the value of the member at hand. A link that was passed over because it looks
    /// otherwise would be taken for one that was removed.</summary>
    /// <exception cref="CrmContractException">It is something else.</exception>
    private static void Every(ref Utf8JsonReader reader, string member, ReadItem readItem)
    {
        reader.Read();
        PageReading.Demand(reader.TokenType == JsonTokenType.StartArray, member);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            PageReading.Demand(reader.TokenType == JsonTokenType.StartObject, member);
            readItem(ref reader);
        }
    }

    /// <summary>Reads each object of the array that is the value of the member at hand. Anything else is passed over.</summary>
    private static void Each(ref Utf8JsonReader reader, ReadItem readItem)
    {
        if (!Enter(ref reader, JsonTokenType.StartArray))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                readItem(ref reader);
            else
                reader.Skip();
        }
    }

    /// <summary>Goes into the value of the member at hand if it is of a type; passes over it otherwise.</summary>
    private static bool Enter(ref Utf8JsonReader reader, JsonTokenType type)
    {
        reader.Read();
        if (reader.TokenType == type)
            return true;
        reader.Skip();
        return false;
    }

    private void ReadResult(ref Utf8JsonReader reader)
    {
        int? source = null;
        string? after = null;
        List<Association>? found = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("from"u8))
                source = ReadFrom(ref reader);
            else if (reader.ValueTextEquals("to"u8))
                Every(ref reader, "results.to", ReadInto(found ??= []));
            else if (reader.ValueTextEquals("paging"u8))
                after = PageReading.ReadAfter(ref reader);
            else
                reader.Skip();
        }

        // Whose links these are must be said, or the links that are said of another source may not be all of them.
        PageReading.Demand(source is not null, "results.from.id");
        PageReading.Demand(found is not null, "results.to");
        var place = source.Value;
        if (place < 0)
            return;
        mentioned[place] = true;
        if (found.Count > 0)
            (links[place] ??= []).AddRange(found);
        if (after is not null)
            More.Add((place, after));
    }

    private ReadItem ReadInto(List<Association> found) => (ref target) => ReadTarget(ref target, found);

    /// <summary>The place of the source; −1 where it is none of those asked for, null where it has no id.</summary>
    private int? ReadFrom(ref Utf8JsonReader reader)
    {
        int? source = null;
        if (!Enter(ref reader, JsonTokenType.StartObject))
            return source;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId && reader.TokenType is JsonTokenType.String or JsonTokenType.Number && reader.ValueSpan.Length > 0)
                source = PlaceOf(ref reader);
            reader.Skip();
        }

        return source;
    }

    private void ReadTarget(ref Utf8JsonReader reader, List<Association> found)
    {
        string? target = null;
        var first = found.Count;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("toObjectId"u8))
            {
                reader.Read();
                target = Text(ref reader);
            }
            else if (reader.ValueTextEquals("associationTypes"u8))
            {
                Every(ref reader, "results.to.associationTypes", (ref type) => found.Add(ReadType(ref type)));
            }
            else
            {
                reader.Skip();
            }
        }

        // The types may come before the id. A link without either is there and cannot be mirrored: it is no proof of its absence.
        PageReading.Demand(!string.IsNullOrEmpty(target), "results.to.toObjectId");
        PageReading.Demand(found.Count > first, "results.to.associationTypes");
        for (var index = first; index < found.Count; index++)
            found[index] = found[index] with { Target = new RecordId(target) };
    }

    private Association ReadType(ref Utf8JsonReader reader)
    {
        var (category, typeId, label) = ("", "", (string?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isCategory, isTypeId, isLabel) = (
                reader.ValueTextEquals("category"u8), reader.ValueTextEquals("typeId"u8), reader.ValueTextEquals("label"u8));
            reader.Read();
            if (isCategory)
                category = Text(ref reader) ?? "";
            else if (isTypeId)
                typeId = Text(ref reader) ?? "";
            else if (isLabel)
                label = Text(ref reader);
            reader.Skip();
        }

        PageReading.Demand(category.Length > 0, "associationTypes.category");
        PageReading.Demand(typeId.Length > 0, "associationTypes.typeId");
        return new Association(default, category, typeId, label);
    }

    private void ReadError(ref Utf8JsonReader reader)
    {
        string? category = null, subCategory = null, message = null;
        List<int>? sources = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("context"u8))
            {
                ReadContext(ref reader, sources ??= []);
                continue;
            }

            var (isCategory, isSubCategory, isMessage) = (
                reader.ValueTextEquals("category"u8), reader.ValueTextEquals("subCategory"u8), reader.ValueTextEquals("message"u8));
            reader.Read();
            if (isCategory)
                category = Text(ref reader);
            else if (isSubCategory)
                subCategory = Text(ref reader);
            else if (isMessage && category != Gone)
                message = Text(ref reader);
            reader.Skip();
        }

        if (subCategory != NoLinks && category != Gone)
            Trouble ??= $"{VendorText.Clean(subCategory ?? category)}: {VendorText.Clean(message)}";
        else
            sources?.ForEach(source => mentioned[source] = true);
    }

    private void ReadContext(ref Utf8JsonReader reader, List<int> sources)
    {
        if (!Enter(ref reader, JsonTokenType.StartObject))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSource = reader.ValueTextEquals("fromObjectId"u8);
            if (!Enter(ref reader, JsonTokenType.StartArray))
                continue;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (isSource && PlaceOf(ref reader) is >= 0 and var place)
                    sources.Add(place);
                reader.Skip();
            }
        }
    }

    /// <summary>The place of the id at hand among those asked for; −1 where it is none of them.</summary>
    private int PlaceOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
            return -1;
        if (reader.ValueSpan.Length > LongestIdCharacters)
            return -1;
        Span<char> id = stackalloc char[LongestIdCharacters];
        var length = reader.TokenType == JsonTokenType.String ? reader.CopyString(id) : Encoding.UTF8.GetChars(reader.ValueSpan, id);
        return asked.TryGetValue(id[..length], out var place) ? place : -1;
    }

    /// <summary>The text or number at hand; null for anything else. The same text is made once only: a portal has few types and many links.</summary>
    private string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
            return null;
        if (reader.ValueIsEscaped)
            return reader.GetString();
        var key = Fingerprint.OfId(reader.ValueSpan);
        if (!texts.TryGetValue(key, out var text))
            texts.Add(key, text = Encoding.UTF8.GetString(reader.ValueSpan));
        return text;
    }
}
