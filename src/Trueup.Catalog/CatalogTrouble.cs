using Microsoft.Data.Sqlite;

namespace Trueup.Catalog;

/// <summary>Tells trouble with the disk below the catalog, which passes by itself or by the operator's hand, from errors in Trueup.</summary>
public static class CatalogTrouble
{
    // SQLite's primary result codes, from sqlite.org/rescode.html.
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;

    /// <summary>The trouble in one sentence for people; null where the failure is of another kind.</summary>
    public static string? Explain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            if (cause is SqliteException refused)
                return Explain(refused.SqliteErrorCode);
        return null;
    }

    private static string? Explain(int code) => code switch
    {
        Full => "The disk that holds the data folder is full; make room, and everything goes on by itself.",
        InputOutput => "The data folder cannot be read or written (input/output error); check the disk that holds it, and everything goes on by itself.",
        ReadOnly or CannotOpen => "The catalog in the data folder cannot be written; give the server write permission there, and everything goes on by itself.",
        _ => null,
    };
}
