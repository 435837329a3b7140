using System.Text.Json;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Reads the choices of picklists, and with which values of another field each may be chosen.</summary>
/// <remarks>A dependent picklist names its controlling field, and each of its choices has a text of bits in Base64: bit i, counted from the most significant
/// one of the first byte, stands for the controlling field's i-th choice in the order of its description, inactive ones too; of a checkbox, bit 0 for
/// false and bit 1 for true. Sources: developer.salesforce.com, "DescribeSObjectResult", PicklistEntry; gist.github.com/4166342; read on 2026-09.</remarks>
internal static class PicklistReading
{
    private const int BitsPerByte = 8;
    private const int HighestBit = 0x80;

    private static readonly string?[] OfCheckbox = ["false", "true"];

    /// <summary>The field whose value decides which choices there are; null where none does.</summary>
    public static string? ControllerOf(JsonElement field) =>
        field.IsTrue("dependentPicklist") && field.Text("controllerName") is { Length: > 0 } name ? name : null;

    /// <summary>The choices of a field, in order.</summary>
    /// <param name="field">The description of the field.</param>
    /// <param name="all">The descriptions of all fields of the object.</param>
    public static IReadOnlyList<FieldOption> OptionsOf(JsonElement field, IReadOnlyDictionary<string, JsonElement> all)
    {
        var controlling = ControllerOf(field) is { } name && all.TryGetValue(name, out var controller) ? ValuesOf(controller) : null;
        return
        [
            .. field.Items("picklistValues").Where(option => option.Text("value") is not null).Select(option =>
                new FieldOption(option.Text("value")!, option.Text("label") ?? option.Text("value")!, Hidden: !option.IsTrue("active"))
                {
                    ValidFor = controlling is null ? null : ValidFor(option.Text("validFor"), controlling),
                }),
        ];
    }

    private static IReadOnlyList<string?> ValuesOf(JsonElement controller) =>
        controller.Text("type") == "boolean" ? OfCheckbox : [.. controller.Items("picklistValues").Select(option => option.Text("value"))];

    /// <summary>Null where it is not said, or in a way that cannot be read: what may be chosen is Salesforce's to decide, and no record depends on it here.</summary>
    private static IReadOnlyList<string>? ValidFor(string? base64, IReadOnlyList<string?> controlling)
    {
        if (base64 is null)
            return null;
        var bits = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bits, out var bytes)
            ? [.. controlling.Where((value, at) => value is not null && at < bytes * BitsPerByte && IsSet(bits, at)).Select(value => value!)]
            : null;
    }

    private static bool IsSet(byte[] bits, int at) => (bits[at / BitsPerByte] & (HighestBit >> (at % BitsPerByte))) != 0;
}
