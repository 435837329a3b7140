using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Reads the documents that the engine keeps beside the records.</summary>
internal static class DocumentRows
{
    public static string? Load(Database database, string key)
    {
        var row = database["SELECT value FROM m_documents WHERE key = ?1"].Bind(1, key);
        var value = row.Step() ? row.Text(0) : null;
        row.Reset();
        return value;
    }

    public static IReadOnlyDictionary<string, string> LoadAll(Database database, string keyPrefix)
    {
        var documents = new Dictionary<string, string>(StringComparer.Ordinal);
        var row = database["SELECT key, value FROM m_documents WHERE key >= ?1 ORDER BY key"].Bind(1, keyPrefix);
        while (row.Step() && row.Text(0).StartsWith(keyPrefix, StringComparison.Ordinal))
            documents.Add(row.Text(0), row.Text(1));
        row.Reset();
        return documents;
    }
}
