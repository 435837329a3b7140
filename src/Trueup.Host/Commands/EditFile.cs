using System.Text.Json.Nodes;
using Trueup.Web.Application;

namespace Trueup.Host.Commands;

/// <summary>Reads changes from a CSV file (RFC 4180).</summary>
internal static class EditFile
{
    /// <summary>The word that clears a value, as in Salesforce's bulk files.</summary>
    internal const string Clear = CsvImport.Clear;

    /// <summary>What a file looks like.</summary>
    internal const string Format =
        "The file is CSV with a heading: id, and names of fields. A row with an id changes that record, one without makes a record. An empty cell\n"
        + "leaves a value alone, " + Clear + " clears it. A column called delete with true in it deletes the record. A column called \"associate STREAM\" links the\n"
        + "record with the id in it, \"dissociate STREAM\" takes that link away; \"associate STREAM as LABEL\" names the type of the link.";

    private const string Id = "id";
    private const string Delete = "delete";
    private static readonly string[] LinkWords = ["associate", "dissociate"];

    /// <summary>The changes of a file.</summary>
    /// <exception cref="UsageException">The file is not as <see cref="Format"/> says.</exception>
    internal static JsonArray Read(TextReader file, Verb verb)
    {
        try
        {
            var csv = CsvFile.Read(file.ReadToEnd());
            return [.. csv.Rows.SelectMany(row => Changes(csv.Heading, row.Cells, row.Line, verb))];
        }
        catch (CsvException wrong)
        {
            throw new UsageException(wrong.Message, verb);
        }
    }

    private static IEnumerable<JsonObject> Changes(IReadOnlyList<string> heading, IReadOnlyList<string> cells, int line, Verb verb)
    {
        string? id = null;
        var deletes = false;
        var fields = new JsonObject();
        var links = new List<JsonObject>();
        for (var column = 0; column < heading.Count; column++)
        {
            var cell = cells[column];
            if (heading[column].Equals(Id, StringComparison.OrdinalIgnoreCase))
                id = cell.Length == 0 ? null : cell;
            else if (heading[column] == Delete)
                deletes = cell.ToLowerInvariant() switch
                {
                    "" or "false" or "no" or "0" => false,
                    "true" or "yes" or "1" => true,
                    _ => throw new UsageException($"Line {line} has {cell} in the column delete; allowed: true, or empty.", verb),
                };
            else if (LinkOf(heading[column]) is (var word, var link))
            {
                if (cell.Length == 0)
                    continue;
                link["id"] = cell;
                links.Add(new JsonObject { [word] = link });
            }
            else if (cell.Length > 0)
                fields[heading[column]] = cell == Clear ? null : cell;
        }

        if (deletes && id is null)
            throw new UsageException($"Line {line} is to be deleted, but has no id.", verb);
        if (links.Count > 0 && (deletes || id is null))
            throw new UsageException($"Line {line} has links, but {(deletes ? "is to be deleted" : "no id; make the record first")}.", verb);
        if (deletes || id is null)
            yield return deletes ? new JsonObject { ["id"] = id, ["delete"] = true } : new JsonObject { ["create"] = fields };
        else if (fields.Count > 0 || links.Count == 0)
            yield return new JsonObject { ["id"] = id, ["fields"] = fields };
        foreach (var link in links)
        {
            link["id"] = id;
            yield return link;
        }
    }

    /// <summary>What a column with links does, and to which stream and type; null for any other column.</summary>
    private static (string Word, JsonObject Link)? LinkOf(string heading)
    {
        if (heading.Split(' ', 2) is not [var word, var rest] || !LinkWords.Contains(word) || rest.Split(" as ", 2) is not [{ Length: > 0 } stream, .. var label])
            return null;
        var link = new JsonObject { ["stream"] = stream.Trim() };
        if (label is [var name])
            link["label"] = name.Trim();
        return (word, link);
    }
}
