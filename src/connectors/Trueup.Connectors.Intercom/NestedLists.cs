using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Completes the lists within a contact, of which it shows only the first ten entries.</summary>
/// <remarks>A completed list has the form of one that came whole: the same members, each entry as its contact names it. Source: intercom.md, section 3.</remarks>
internal sealed class NestedLists(IntercomApi api)
{
    private const int PerPage = 60;
    private const int MostPages = 1_000;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The lists of a contact that were cut, by field, completed; null where none was.</summary>
    public async Task<IReadOnlyDictionary<int, byte[]>?> CompleteAsync(AnsweredRows answer, AnsweredRow row, RowShape shape, CancellationToken cancellationToken)
    {
        if (shape.Stream.Name != "contacts" || row.Id.Length == 0)
            return null;
        Dictionary<int, byte[]>? completed = null;
        for (var field = 0; field < row.Values.Length; field++)
        {
            if (shape.FieldNames[field] is not ("tags" or "companies" or "notes" or "opted_in_subscription_types" or "opted_out_subscription_types")
                || !IsCut(answer.BytesOf(row.Values[field])))
                continue;
            var list = JsonNode.Parse(answer.BytesOf(row.Values[field]))!.AsObject();
            (completed ??= [])[field] = await WholeAsync(list, answer.IdOf(row), cancellationToken);
        }

        return completed;
    }

    private static bool IsCut(ReadOnlySpan<byte> list)
    {
        if (list.IsEmpty || list[0] != (byte)'{')
            return false;
        var reader = new Utf8JsonReader(list);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMore = reader.ValueTextEquals("has_more"u8);
            reader.Read();
            if (isMore && reader.TokenType == JsonTokenType.True)
                return true;
            reader.Skip();
        }

        return false;
    }

    private async Task<byte[]> WholeAsync(JsonObject list, string contact, CancellationToken cancellationToken)
    {
        // The address decides where the call goes, so only the contact's own is followed.
        var address = list["url"]?.ToString() ?? "";
        var member = address[(address.LastIndexOf('/') + 1)..];
        if (address != $"/contacts/{contact}/{member}" || member is not ("tags" or "companies" or "notes" or "subscriptions"))
            throw new CrmContractException($"A list of a contact is cut, but its address is none of the contact's.");
        var entries = new JsonArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var page = 1; ; page++)
        {
            // Tags and subscriptions come whole; companies and notes in pages.
            var query = member is "companies" or "notes" ? $"?per_page={PerPage}&page={page}" : "";
            var answer = await api.GetAsync(address + query, $"{member} of a contact", cancellationToken);
            foreach (var item in answer.Items("data"))
                if (item.Id("id") is { } id && item.Text("type") is { } type && seen.Add(id))
                    entries.Add(new JsonObject { ["id"] = id, ["type"] = type, ["url"] = $"/{(member == "subscriptions" ? "subscription_types" : member)}/{id}" });
            var next = answer.Member("pages").Member("next");
            if (next.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
                break;
            if (page == MostPages)
                throw new CrmContractException($"The {member} of a contact have no end.");
        }

        list["data"] = entries;
        list["total_count"] = entries.Count;
        list["has_more"] = false;
        return JsonSerializer.SerializeToUtf8Bytes(list, Relaxed);
    }
}
