using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Intercom;

/// <summary>Reads what people defined, in as few calls as will do: one for contacts and companies together at every discovery; those of conversations and tickets
/// at thorough ones, and where a record shows an attribute that is not known.</summary>
/// <remarks>Threads: may be used concurrently. Source: intercom.md, section 8, 2026-09.</remarks>
internal sealed class Metadata(IntercomApi api) : IDisposable
{
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private readonly HashSet<string> known = [];
    private JsonElement? attributes;
    private JsonElement? conversationAttributes;
    private JsonElement? ticketTypes;
    private volatile bool sawUnknown;

    /// <summary>Begins a discovery.</summary>
    /// <param name="isThorough">Whether nothing known from before may be relied on.</param>
    public async Task BeginAsync(bool isThorough, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            attributes = null;
            if (!isThorough && !sawUnknown)
                return;
            (conversationAttributes, ticketTypes, sawUnknown) = (null, null, false);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Notes an attribute that a record showed and nobody asked for.</summary>
    public void Saw(IntercomStream stream, string attribute)
    {
        lock (known)
        {
            if (known.Count > 0 && known.Add(Key(stream, attribute)))
                sawUnknown = true;
        }
    }

    public async Task<StreamSchema> DescribeAsync(IntercomStream stream, CancellationToken cancellationToken)
    {
        var defined = stream.Name switch
        {
            "contacts" => await DataAttributesAsync(stream, "contact", cancellationToken),
            "companies" => await DataAttributesAsync(stream, "company", cancellationToken),
            "conversations" => [.. (await ConversationAttributesAsync(cancellationToken)).Items("data").Where(IsInUse).Select(attribute => Attribute(stream, attribute, OptionsOf(attribute.Items("options"))))],
            "tickets" => TicketAttributes(stream, await TicketTypesAsync(cancellationToken)),
            _ => [],
        };
        lock (known)
            known.UnionWith(defined.Select(field => field.Name));
        return new StreamSchema([.. StandardFields.Of(stream), .. defined.DistinctBy(field => field.Name)], []);
    }

    public void Dispose() => oneAtATime.Dispose();

    private async Task<IReadOnlyList<Field>> DataAttributesAsync(IntercomStream stream, string model, CancellationToken cancellationToken)
    {
        var answer = await OnceAsync(() => attributes, read => attributes = read, "/data_attributes", "data attributes", cancellationToken);
        return
        [
            .. answer.Items("data").Where(attribute => attribute.Text("model") == model && attribute.IsTrue("custom") && IsInUse(attribute))
                .Select(attribute => Attribute(stream, attribute, OptionsOf(attribute.Items("options")))),
        ];
    }

    private Task<JsonElement> ConversationAttributesAsync(CancellationToken cancellationToken) =>
        OnceAsync(() => conversationAttributes, read => conversationAttributes = read, "/conversations/attributes", "conversation attributes", cancellationToken);

    private Task<JsonElement> TicketTypesAsync(CancellationToken cancellationToken) =>
        OnceAsync(() => ticketTypes, read => ticketTypes = read, "/ticket_types", "ticket types", cancellationToken);

    private async Task<JsonElement> OnceAsync(Func<JsonElement?> kept, Action<JsonElement> keep, string path, string endpoint, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (kept() is { } before)
                return before;
            var read = await api.GetAsync(path, endpoint, cancellationToken);
            if (read.Text("type") != "list" || read.Member("data").ValueKind != JsonValueKind.Array)
                throw new CrmContractException($"Intercom's {endpoint} are no list; try again later.");
            keep(read);
            return read;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    // Types share attributes by name; each type may have options of its own.
    private static IReadOnlyList<Field> TicketAttributes(IntercomStream stream, JsonElement types) =>
    [
        .. types.Items("data").SelectMany(type => type.Member("ticket_type_attributes").Items("data")).Where(IsInUse)
            .GroupBy(attribute => attribute.Text("name"))
            .Select(same => Attribute(stream, same.First(), OptionsOf(same.SelectMany(attribute => attribute.Member("input_options").Items("list_options"))))),
    ];

    private static Field Attribute(IntercomStream stream, JsonElement attribute, IReadOnlyList<FieldOption> options)
    {
        var name = attribute.Text("name") ?? "";
        var vendorType = attribute.Text("data_type") ?? "";
        return new Field(Key(stream, name), attribute.Text("label") is { Length: > 0 } label ? label : name, options.Count > 0 ? FieldType.Enumeration : TypeOf(vendorType))
        {
            VendorType = vendorType, Options = options, Required = attribute.IsTrue("required"), ReadOnly = attribute.Member("api_writable").ValueKind == JsonValueKind.False,
        };
    }

    private static bool IsInUse(JsonElement attribute) => attribute.Text("name") is { Length: > 0 } && !attribute.IsTrue("archived");

    private static IReadOnlyList<FieldOption> OptionsOf(IEnumerable<JsonElement> options) =>
    [
        .. options.Where(option => !option.IsTrue("archived"))
            .Select(option => option.ValueKind == JsonValueKind.String ? option.GetString() : option.Text("label") ?? option.Text("value"))
            .OfType<string>().Distinct().Select(value => new FieldOption(value, value)),
    ];

    // Times are seconds since 1970 in numbers, so numbers they are.
    private static FieldType TypeOf(string vendorType) => vendorType switch
    {
        "integer" or "float" or "decimal" or "date" => FieldType.Number,
        "boolean" => FieldType.Boolean,
        "relationship" or "files" => FieldType.Json,
        _ => FieldType.Text,
    };

    private static string Key(IntercomStream stream, string attribute) => $"{stream.Attributes}.{attribute}";
}
