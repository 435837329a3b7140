using System.Globalization;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Makes the views that people read with SQL: one per stream with a column per field, and a few about all of them.</summary>
internal static class Views
{
    /// <summary>SQLite takes 2,000 columns and a statement of a million bytes; both hold for this many fields with long names.</summary>
    public const int FieldsPerView = 1_000;

    /// <summary>Columns of the typed views that are not fields.</summary>
    public static readonly IReadOnlyList<string> OwnColumns = ["id", "modified_at", "written_at", "first_seen_at"];

    private const string Fixed = """
        CREATE VIEW _links AS
            SELECT f.name AS from_stream, l.source AS from_id, t.name AS to_stream, l.target AS to_id, l.category, l.type_id, l.label
            FROM m_links l JOIN m_pairs p ON p.number = l.pair
            JOIN m_streams f ON f.number = p.from_stream JOIN m_streams t ON t.number = p.to_stream;
        CREATE VIEW _aliases AS
            SELECT s.name AS stream, a.loser AS id, a.winner AS merged_into FROM m_aliases a JOIN m_streams s ON s.number = a.stream;
        CREATE VIEW _fields AS SELECT s.name AS stream, f.name AS field, f."column", json_extract(f.definition, '$.Label') AS label,
            f.included, f.personal, f.retired_at IS NOT NULL AS retired FROM m_fields f JOIN m_streams s ON s.number = f.stream;
        """;

    /// <summary>The views that do not depend on the streams' fields.</summary>
    public static string Common { get; } = $"""
        {Fixed}
        CREATE VIEW _history AS
            SELECT s.name AS stream, h.id, {Instant("h.at")} AS seen_at, {Stamp("h.modified")} AS modified_at, {Words<ChangeKind>("h.kind")} AS kind,
            h.before, o.text AS source, {Words<GoneCause>("h.cause")} AS cause, {Instant("h.gone_at")} AS gone_at, h.merged_into
            FROM m_history h JOIN m_streams s ON s.number = h.stream JOIN m_sources o ON o.number = h.source;
        """;

    /// <summary>Makes the view over the change feed, anew for each stream that is added.</summary>
    public static void WriteChanges(Database database)
    {
        var parts = new List<string>
        {
            $"""
            SELECT f.position, {Instant("f.at")} AS at, s.name AS stream, f.id, {Words<ChangeKind>("f.kind")} AS kind, f.other
            FROM m_feed f JOIN m_streams s ON s.number = f.stream WHERE f.rid IS NULL
            """,
        };
        var row = database["SELECT number FROM m_streams ORDER BY number"];
        while (row.Step())
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"""
                SELECT f.position + r.rid - f.rid, {Instant("f.at")}, s.name, r.id, 'created', NULL
                FROM m_feed f JOIN m_streams s ON s.number = f.stream JOIN r_{row.Integer(0)} r ON r.rid >= f.rid AND r.rid < f.rid + f.count
                WHERE f.stream = {row.Integer(0)} AND f.rid IS NOT NULL
                """));
        database.Execute($"DROP VIEW IF EXISTS _changes; CREATE VIEW _changes AS {string.Join(" UNION ALL ", parts)};");
    }

    /// <summary>Makes the typed view of a stream; a second one, called <c>contacts__2</c>, and so on where there are too many fields for one.</summary>
    public static void WriteTyped(Database database, long stream)
    {
        var row = database["SELECT view FROM m_streams WHERE number = ?1"].Bind(1, stream);
        _ = row.Step();
        var name = row.Text(0);
        row.Reset();

        var fields = StreamRows.FieldsOf(database, stream);
        var part = 1;
        foreach (var chunk in fields.Count == 0 ? [[]] : fields.Chunk(FieldsPerView))
        {
            var columns = chunk.Select(field => $", {ValueOf(field.Definition, "r.props")} AS \"{field.Column}\"");
            var view = part == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}__{part}");
            database.Execute($"""
                DROP VIEW IF EXISTS "{view}";
                CREATE VIEW "{view}" AS SELECT r.id, {Stamp("r.modified")} AS modified_at, {Instant("r.written")} AS written_at,
                {Instant("COALESCE(r.created, r.written)")} AS first_seen_at{string.Concat(columns)} FROM {RecordRows.TableOf(stream)} r WHERE r.state = 0;
                """);
            part++;
        }
    }

    /// <summary>The value of a field as an SQL expression: typed where the value is what the type says, as it is where not.</summary>
    public static string ValueOf(Field field, string properties)
    {
        var value = Extract(field.Name, properties);
        return field.Type switch
        {
            // Comparing with a number makes SQLite read the text as one only if all of it is one.
            FieldType.Number => $"CASE WHEN {value} = CAST({value} AS NUMERIC) THEN CAST({value} AS NUMERIC) ELSE {value} END",
            FieldType.Boolean => $"CASE {value} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE {value} END",
            _ => value,
        };
    }

    /// <summary>The value as text; true and false in JSON's words.</summary>
    public static string TextOf(string field, string properties) => IsPlain(field)
        ? $"CASE json_type({properties}, {PathOf(field)}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE {Extract(field, properties)} END"
        : Extract(field, properties);

    private static string Extract(string field, string properties) => IsPlain(field)
        ? $"json_extract({properties}, {PathOf(field)})"
        : $"(SELECT value FROM json_each({properties}) WHERE key = '{Quoted(field)}')";

    /// <summary>A path cannot name a key that must be escaped in JSON.</summary>
    private static bool IsPlain(string field) => !field.Any(letter => letter is '"' or '\\' || letter < ' ');

    private static string PathOf(string field) => $"'$.\"{Quoted(field)}\"'";

    private static string Quoted(string field) => field.Replace("'", "''", StringComparison.Ordinal);

    private static string Stamp(string milliseconds) =>
        $"CASE WHEN {milliseconds} <> 0 THEN strftime('%Y-%m-%dT%H:%M:%fZ', {milliseconds} / 1000.0, 'unixepoch') END";

    private static string Instant(string microseconds) => $"strftime('%Y-%m-%dT%H:%M:%fZ', {microseconds} / 1000000.0, 'unixepoch')";

    /// <summary>The names of an enumeration's numbers, in small letters.</summary>
    private static string Words<T>(string number) where T : struct, Enum
    {
        var cases = Enum.GetValues<T>().Select(value =>
            $" WHEN {Convert.ToInt64(value, CultureInfo.InvariantCulture)} THEN '{value.ToString().ToLowerInvariant()}'");
        return $"CASE {number}{string.Concat(cases)} END";
    }
}
