namespace Trueup.Connectors.Salesforce;

/// <summary>Record ids: 15 characters that differ by case, or the same with 3 more that make them safe where case is lost.</summary>
/// <remarks>Source: help.salesforce.com, "What is the difference between 15 and 18 character record IDs", read on 2026-09.</remarks>
internal static class SalesforceId
{
    private const string Checksums = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>The form with 18 characters; null where the text is no id of Salesforce.</summary>
    public static string? Long(string id)
    {
        if (id.Length is not (15 or 18) || !id.All(char.IsAsciiLetterOrDigit))
            return null;
        Span<char> whole = stackalloc char[18];
        id.AsSpan(0, 15).CopyTo(whole);
        for (var group = 0; group < 3; group++)
        {
            var bits = 0;
            for (var i = 0; i < 5; i++)
                bits |= char.IsAsciiLetterUpper(id[group * 5 + i]) ? 1 << i : 0;
            whole[15 + group] = Checksums[bits];
        }
        return new string(whole);
    }
}
