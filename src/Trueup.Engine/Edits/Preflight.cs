using System.Globalization;
using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Edits;

/// <summary>Checks a change against what is known of the stream's fields, before anything is sent. Pure.</summary>
internal sealed class Preflight(MirroredStream stream, WriteTraits traits, RunFacts facts)
{
    private const int MostCharactersQuoted = 40;

    private readonly Dictionary<string, MirroredField> fields = stream.Fields.Where(field => field.RetiredAt is null).ToDictionary(field => field.Definition.Name);

    /// <summary>The change with its values in the form in which they are compared and sent, or rejected with a reason.</summary>
    /// <param name="item">The change.</param>
    /// <param name="stored">The record as the mirror holds it; null where it never saw it.</param>
    public EditItem Check(EditItem item, StoredRecord? stored)
    {
        if (WhyNot(item, stored) is { } reason)
            return item.Ended(EditResult.Rejected, reason);
        if (item.Kind is WriteKind.Delete or WriteKind.Restore)
            return item;

        var normal = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in EditValues.Read(item.Wanted))
        {
            if (WhyNot(item, name, value, out var sent) is { } wrong)
                return item.Ended(EditResult.Rejected, wrong);
            normal[name] = sent;
        }

        if (item.Kind == WriteKind.Create && fields.Values.FirstOrDefault(field => IsMissing(field.Definition, normal)) is { } missing)
            return item.Ended(EditResult.Rejected, $"{missing.Definition.Label} ({missing.Definition.Name}) is required.");
        return item with { Wanted = EditValues.Write(normal) };
    }

    /// <summary>A value in the form in which it is compared and sent.</summary>
    /// <returns>Why it cannot be one of the field; null where it can.</returns>
    internal static string? Normalize(Field field, JsonElement value, out JsonElement normal)
    {
        normal = value;
        var text = value.ValueKind == JsonValueKind.Array && field.Type == FieldType.MultiEnumeration
            ? string.Join(';', value.EnumerateArray().Select(EditValues.Text)) : EditValues.Text(value);
        var says = $"{field.Label} ({field.Name})";
        if (text.Length == 0)
        {
            normal = JsonElement.Parse("null");
            return field.Required ? $"{says} is required and cannot be empty." : null;
        }

        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && field.Type is not (FieldType.Json or FieldType.MultiEnumeration))
            return $"{says} takes a single value.";
        switch (field.Type)
        {
            case FieldType.Number:
                if (!IsNumber(text))
                    return $"{says} takes a number, not {Quoted(text)}.";
                normal = JsonElement.Parse(text);
                return null;
            case FieldType.Boolean:
                if (!bool.TryParse(text, out var truth))
                    return $"{says} takes true or false, not {Quoted(text)}.";
                normal = JsonElement.Parse(truth ? "true" : "false");
                return null;
            case FieldType.Date when EditValues.Instant(text) is null:
                return $"{says} takes a day such as 2026-09-01, not {Quoted(text)}.";
            case FieldType.DateTime:
                if (EditValues.Instant(text) is not { } instant)
                    return $"{says} takes a time such as 2026-09-01T10:00:00Z, not {Quoted(text)}.";
                text = instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                break;
            case FieldType.Enumeration when !Takes(field, text):
                return $"{Quoted(text)} is none of the options of {says}.";
            case FieldType.MultiEnumeration:
                if (EditValues.Choices(text).FirstOrDefault(choice => !Takes(field, choice)) is { } unknown)
                    return $"{Quoted(unknown)} is none of the options of {says}.";
                text = string.Join(';', EditValues.Choices(text));
                break;
            case FieldType.Json:
                return null;
        }

        if (field.MostCharacters is { } most && text.Length > most)
            return $"{says} takes at most {most:N0} characters, not {text.Length:N0}.";
        normal = JsonSerializer.SerializeToElement(text);
        return null;
    }

    private static bool Takes(Field field, string value) =>
        field.TakesOtherValues || field.Options.Count == 0 || field.Options.Any(option => option.Value == value);

    private static bool IsMissing(Field field, Dictionary<string, JsonElement> values) =>
        field is { Required: true, ReadOnly: false, Calculated: false } && (!values.TryGetValue(field.Name, out var value) || value.ValueKind == JsonValueKind.Null);

    // As in JSON, so that it can be sent as it is: no grouping, no leading plus or zero.
    private static bool IsNumber(string text)
    {
        try
        {
            return JsonElement.Parse(text).ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Quoted(string text) => $"\"{(text.Length > MostCharactersQuoted ? text[..MostCharactersQuoted] + "…" : text)}\"";

    private string? WhyNot(EditItem item, StoredRecord? stored)
    {
        var label = stream.Description.Label;
        if (item.Kind switch { WriteKind.Update => traits.Updates, WriteKind.Create => traits.Creates, WriteKind.Delete => traits.Deletes, _ => traits.Restores } is false)
            return $"{label} cannot be {Done(item.Kind)} in this app.";
        if (facts.Repeats(item))
            return "The run changes this record more than once; only the first change counts.";
        if (item.Kind is WriteKind.Update or WriteKind.Create && EditValues.Read(item.Wanted).Count == 0)
            return "No field is set.";
        return (item.Kind, stored) switch
        {
            (WriteKind.Create, _) => null,
            (_, null) => $"The mirror knows no record {item.Id} among {label}.",
            (WriteKind.Restore, _) => null,
            (_, { Gone: { Cause: GoneCause.Merged, MergedInto: { } survivor } }) => $"It was merged into {survivor}; edit that record instead.",
            (WriteKind.Update, { IsLive: false }) => "It is no longer in the app.",
            _ => null,
        };
    }

    private string? WhyNot(EditItem item, string name, JsonElement value, out JsonElement normal)
    {
        normal = value;
        if (!fields.TryGetValue(name, out var known))
            return $"{stream.Description.Label} have no field {Quoted(name)}.";
        var field = known.Definition;
        if (field.Calculated)
            return $"{field.Label} ({name}) is calculated by the app and cannot be set.";
        if (field.ReadOnly)
            return $"{field.Label} ({name}) is read-only in the app.";
        if (!known.Included)
            return $"{field.Label} ({name}) is left out of the mirror, so what the app holds there is not known; include it first.";
        return Normalize(field, value, out normal) ?? facts.WhyNot(item, field, EditValues.Text(normal));
    }

    private static string Done(WriteKind kind) => kind switch
    {
        WriteKind.Update => "changed",
        WriteKind.Create => "made",
        WriteKind.Delete => "deleted",
        _ => "restored",
    };
}
