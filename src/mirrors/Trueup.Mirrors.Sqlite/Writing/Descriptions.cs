using System.Text.RegularExpressions;
using Trueup.Contract;

namespace Trueup.Mirrors.Sqlite;

/// <summary>Writes what the CRM and people say about streams and fields.</summary>
internal sealed partial class Descriptions(Database database, long at)
{
    public void Apply(MirrorCommit commit)
    {
        foreach (var stream in commit.Streams)
            Describe(stream);
        foreach (var schema in commit.Schemas)
            SetSchema(schema);
        foreach (var choice in commit.FieldChoices)
            Choose(choice);
        foreach (var gone in commit.StreamsGone)
            database["UPDATE m_streams SET gone_at = COALESCE(gone_at, ?2) WHERE name = ?1"].Bind(1, gone.Value).Bind(2, at).Run();
    }

    private void Describe(StreamDescription stream)
    {
        var row = database["SELECT number, name FROM m_streams WHERE type_id = ?1"].Bind(1, stream.TypeId);
        if (row.Step())
        {
            var (number, name) = (row.Integer(0), new StreamName(row.Text(1)));
            row.Reset();
            database["UPDATE m_streams SET description = ?2, gone_at = NULL WHERE number = ?1"]
                .Bind(1, number).Bind(2, Json.Write(stream with { Name = name })).Run();
            return;
        }

        Add(stream with { Name = FreeName(stream) });
    }

    private void Add(StreamDescription stream)
    {
        var view = Names.Unique(stream.Name.Value, IsTakenByView);
        database["INSERT INTO m_streams(name, type_id, view, description, digest) VALUES (?1, ?2, ?3, ?4, ?5)"]
            .Bind(1, stream.Name.Value).Bind(2, stream.TypeId).Bind(3, view).Bind(4, Json.Write(stream)).Bind(5, UInt128.Zero).Run();
        var number = StreamRows.NumberOf(database, stream.Name) ?? 0;
        database.Execute(Format.RecordTable(number));
        Views.WriteChanges(database);
        Views.WriteTyped(database, number);
    }

    /// <summary>The name wanted, or with the type's id behind it where another type has that name.</summary>
    private StreamName FreeName(StreamDescription stream)
    {
        bool IsTaken(string name) => StreamRows.NumberOf(database, new StreamName(name)) is not null;
        return IsTaken(stream.Name.Value)
            ? new StreamName(Names.Unique($"{stream.Name}_{stream.TypeId}", IsTaken))
            : stream.Name;
    }

    /// <summary>Names of our own tables and views begin with m_, r_, g_ or _; the further views of a wide stream end in __2, __3 ….</summary>
    [GeneratedRegex(@"^(_|[mrg]_|sqlite_)|__\d+$")]
    private static partial Regex Reserved { get; }

    private bool IsTakenByView(string name)
    {
        if (Reserved.IsMatch(name))
            return true;
        var row = database["SELECT 1 FROM m_streams WHERE view = ?1"].Bind(1, name);
        var taken = row.Step();
        row.Reset();
        return taken;
    }

    private void SetSchema(StreamSchemaUpdate update)
    {
        if (StreamRows.NumberOf(database, update.Stream) is not { } stream)
            throw new ArgumentException($"The mirror knows no stream {update.Stream}; describe it in MirrorCommit.Streams first.", nameof(update));
        database["UPDATE m_streams SET pipelines = ?2 WHERE number = ?1"].Bind(1, stream).Bind(2, Json.Write(update.Schema.Pipelines)).Run();

        var known = StreamRows.FieldsOf(database, stream).ToDictionary(field => field.Definition.Name, StringComparer.Ordinal);
        var columns = known.Values.Select(field => field.Column).Concat(Views.OwnColumns).ToHashSet(StringComparer.Ordinal);
        var isNew = false;
        foreach (var field in update.Schema.Fields.DistinctBy(field => field.Name))
        {
            if (!known.Remove(field.Name, out var old))
                Add(stream, field, columns);
            else if (old.RetiredAt is null && old.Definition == field)
                continue;
            else
                Redefine(stream, field, hasOtherType: old.Definition.Type != field.Type);
            isNew = true;
        }

        foreach (var missing in known.Keys)
            database["UPDATE m_fields SET retired_at = COALESCE(retired_at, ?3) WHERE stream = ?1 AND name = ?2"]
                .Bind(1, stream).Bind(2, missing).Bind(3, at).Run();
        if (isNew)
            Views.WriteTyped(database, stream);
    }

    private void Redefine(long stream, Field field, bool hasOtherType)
    {
        database["UPDATE m_fields SET definition = ?3, retired_at = NULL WHERE stream = ?1 AND name = ?2"]
            .Bind(1, stream).Bind(2, field.Name).Bind(3, Json.Write(field)).Run();
        if (hasOtherType)
            Grid.Drop(database, stream);
    }

    private void Add(long stream, Field field, HashSet<string> columns)
    {
        var column = Names.Unique(field.Name, columns.Contains);
        columns.Add(column);
        database["""
            INSERT INTO m_fields(stream, number, name, "column", definition, seen_at)
            VALUES (?1, (SELECT 1 + COALESCE(max(number), 0) FROM m_fields WHERE stream = ?1), ?2, ?3, ?4, ?5)
            """].Bind(1, stream).Bind(2, field.Name).Bind(3, column).Bind(4, Json.Write(field)).Bind(5, at).Run();
    }

    private void Choose(FieldChoice choice)
    {
        if (StreamRows.NumberOf(database, choice.Stream) is not { } stream)
            return;
        database["UPDATE m_fields SET included = COALESCE(?3, included), personal = COALESCE(?4, personal) WHERE stream = ?1 AND name = ?2"]
            .Bind(1, stream).Bind(2, choice.Field).Bind(3, Flag(choice.Included)).Bind(4, Flag(choice.Personal)).Run();
    }

    private static long? Flag(bool? choice) => choice switch { null => null, true => 1, false => 0 };
}
