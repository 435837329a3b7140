using System.Collections;
using System.Text.Json;

namespace Trueup.Host.Settings;

/// <summary>Where settings come from: <c>trueup.json</c>, then <c>TRUEUP_…</c> variables, then the command line; the later wins.</summary>
internal sealed class SettingSources
{
    private const string Prefix = "TRUEUP_";
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> spelled = new(StringComparer.Ordinal);

    private SettingSources()
    {
    }

    /// <summary>Keys of the command line and the file as people spelled them, by their plain form. Variables are not in it: others may begin alike.</summary>
    internal IReadOnlyDictionary<string, string> Spelled => spelled;

    /// <summary>Reads them.</summary>
    /// <param name="file">The path of <c>trueup.json</c>; need not exist.</param>
    /// <param name="variables">Environment variables.</param>
    /// <param name="options">Options of the command line: key without dashes, value.</param>
    /// <exception cref="SettingsException">The file is no JSON object.</exception>
    internal static SettingSources Read(string file, IDictionary variables, IEnumerable<KeyValuePair<string, string>> options)
    {
        var sources = new SettingSources();
        if (File.Exists(file))
            sources.AddFile(file);
        foreach (DictionaryEntry variable in variables)
            if (variable.Key is string key && key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && variable.Value is string value)
                sources.values[Plain(key)] = value;
        foreach (var (key, value) in options)
            sources.Add(key, value);
        return sources;
    }

    /// <summary>A value as text; null where it is not set. Empty counts as not set.</summary>
    internal string? Find(string key) => values.TryGetValue(Plain(key), out var value) && value.Length > 0 ? value : null;

    /// <summary>A key without prefix, case and separators, so that TRUEUP_SMTP__HOST, smtp.host and --smtp-host are one.</summary>
    internal static string Plain(string key)
    {
        var bare = key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? key[Prefix.Length..] : key;
        return new string([.. bare.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]);
    }

    private void AddFile(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions
            {
                AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip,
            });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new SettingsException($"{file} has to be a JSON object with settings.");
            AddObject("", json.RootElement);
        }
        catch (JsonException failure)
        {
            throw new SettingsException($"{file} is not valid JSON: {failure.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{file} cannot be read: {failure.Message}");
        }
    }

    private void AddObject(string path, JsonElement element)
    {
        foreach (var property in element.EnumerateObject())
        {
            var key = path.Length == 0 ? property.Name : $"{path}__{property.Name}";
            if (property.Value.ValueKind == JsonValueKind.Object)
                AddObject(key, property.Value);
            else if (property.Value.ValueKind != JsonValueKind.Null)
                Add(key, property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText());
        }
    }

    private void Add(string key, string value)
    {
        values[Plain(key)] = value;
        spelled[Plain(key)] = key;
    }
}
