using Trueup.Emulators.Salesforce.Api;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Refusals of queries, with the excerpt in which the vendor points at the word (facts, section 3.2).</summary>
internal static class SoqlError
{
    private const int ExcerptBefore = 40;
    private const int ExcerptAfter = 20;

    private const string Reference = "Please reference your WSDL or the describe call for the appropriate names.";

    public static Refusal Malformed(string query, int at, string message) => At("MALFORMED_QUERY", query, at, message);

    public static Refusal Unexpected(string query, Word word) =>
        Malformed(query, word.At, word.Text.Length == 0 ? "unexpected token: '<EOF>'" : $"unexpected token: '{word.Text}'");

    public static Refusal NoField(string query, int at, string field, string entity) => At("INVALID_FIELD", query, at,
        $"No such column '{field}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. {Reference}");

    public static Refusal NoRelationship(string query, int at, string relationship) => At("INVALID_FIELD", query, at,
        $"Didn't understand relationship '{relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. {Reference}");

    public static Refusal NoChildren(string query, int at, string relationship) => At("INVALID_TYPE", query, at,
        $"Didn't understand relationship '{relationship}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. {Reference}");

    public static Refusal NoEntity(string query, int at, string entity) => At("INVALID_TYPE", query, at,
        $"sObject type '{entity}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. {Reference}");

    public static Refusal InvalidField(string query, int at, string message) => At("INVALID_FIELD", query, at, message);

    private static Refusal At(string code, string query, int at, string message)
    {
        var row = query.AsSpan(0, at).Count('\n') + 1;
        var start = query.LastIndexOf('\n', Math.Max(0, at - 1)) + 1;
        if (start > at)
            start = at;
        var column = at - start + 1;
        var from = Math.Max(start, at - ExcerptBefore);
        var end = query.IndexOf('\n', at);
        var until = Math.Min(end < 0 ? query.Length : end, at + ExcerptAfter);
        var excerpt = query[from..until];
        return Refusal.Bad(code, $"\n{excerpt}\n{new string(' ', at - from)}^\nERROR at Row:{row}:Column:{column}\n{message}");
    }
}
