using System.Text.Json;
using Trueup.Contract;
using Trueup.Web.Application;

namespace Trueup.Web.Components;

/// <summary>Which editor a field has, in the words that the browser's side knows.</summary>
public static class CellEditing
{
    /// <summary>The editor of a field; null where it cannot be set.</summary>
    public static string? EditorOf(FieldView field) => field switch
    {
        { ReadOnly: true } or { Calculated: true } or { Included: false } or { Retired: true } or { Type: FieldType.Json } => null,
        { Type: FieldType.Number } => "number",
        { Type: FieldType.Boolean } => "boolean",
        { Type: FieldType.Enumeration, Options.Count: > 0 } => "choice",
        { Type: FieldType.MultiEnumeration, Options.Count: > 0 } => "choices",
        { Type: FieldType.Date } => "day",
        { Type: FieldType.DateTime } => "instant",
        _ => "text",
    };

    /// <summary>Why a field cannot be set; null where it can.</summary>
    public static string? WhyNot(FieldView field) => field switch
    {
        { Calculated: true } => $"{field.Label} is calculated by the app.",
        { ReadOnly: true } => $"{field.Label} is read-only in the app.",
        { Included: false } => $"{field.Label} is not mirrored.",
        { Retired: true } => $"{field.Label} is no longer in the app.",
        { Type: FieldType.Json } => $"{field.Label} has parts of its own; change it in the app.",
        _ => null,
    };

    /// <summary>The options of a field that can be chosen.</summary>
    /// <param name="field">The field.</param>
    /// <param name="controlling">What its controlling field holds, empty for nothing; null where that is not known, so that every option may be right.</param>
    public static IEnumerable<FieldOption> Offered(FieldView field, string? controlling = null) =>
        field.Options.Where(option => !option.Hidden && (field.Controller is null || controlling is null || option.ValidFor is not { } valid || valid.Contains(controlling)));

    /// <summary>The choices of a field as JSON, value and label of each; null where it has none.</summary>
    /// <inheritdoc cref="Offered"/>
    public static string? ChoicesOf(FieldView field, string? controlling = null) =>
        EditorOf(field) is "choice" or "choices" ? JsonSerializer.Serialize(Offered(field, controlling).Select(option => new[] { option.Value, option.Label })) : null;
}
