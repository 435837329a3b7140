using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>Looks up what a query selects, and gathers the fields of each parent.</summary>
internal sealed class ColumnBinder(SoqlBinder names, SoqlQuery query)
{
    private const int MostChildren = 20;

    // What is selected of one kind of row: fields and parents in the order of their first mention.
    private sealed class Selection
    {
        public List<(string Name, Word Word, Selection? Parent, SelectItem.Children? Children)> Entries { get; } = [];
    }

    public IReadOnlyList<Column> Bind(SObjectTable table)
    {
        var selection = new Selection();
        foreach (var item in query.Items)
            switch (item)
            {
                case SelectItem.Field field:
                    Add(selection, SoqlBinder.Parts(query, table, field.Path), field.Path);
                    break;
                case SelectItem.Fields fields:
                    SoqlBinder.RequireLimit(query, fields.Which);
                    foreach (var each in Named(table, fields.Which))
                        Add(selection, [each.Name], fields.Which);
                    break;
                case SelectItem.Children children:
                    selection.Entries.Add((children.Query.From.Text, children.Query.From, null, children));
                    break;
            }
        if (selection.Entries.Count(entry => entry.Children is not null) > MostChildren)
            throw SoqlError.Malformed(query.Text, query.From.At, $"Number of child relationship queries exceeded {MostChildren}");
        return Bind(selection, [table], table, polymorphic: false);
    }

    private IEnumerable<FieldDefinition> Named(SObjectTable table, Word which) => which.Text.ToUpperInvariant() switch
    {
        "ALL" => table.Fields.Visible,
        "STANDARD" => table.Fields.Visible.Where(field => !field.Custom),
        "CUSTOM" => table.Fields.Visible.Where(field => field.Custom),
        _ => throw SoqlError.Unexpected(query.Text, which),
    };

    private static void Add(Selection selection, ReadOnlySpan<string> parts, Word word)
    {
        var name = parts[0];
        var at = selection.Entries.FindIndex(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && entry.Parent is not null);
        if (parts.Length == 1)
        {
            if (selection.Entries.Exists(entry => entry.Parent is null && entry.Children is null && entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                throw Refusal.Bad("INVALID_FIELD", $"duplicate field selected: {name}");
            selection.Entries.Add((name, word, null, null));
            return;
        }
        if (at < 0)
        {
            selection.Entries.Add((name, word, new Selection(), null));
            at = selection.Entries.Count - 1;
        }
        Add(selection.Entries[at].Parent!, parts[1..], word);
    }

    /// <param name="kinds">All kinds of rows that may stand here; a field must belong to one of them.</param>
    private IReadOnlyList<Column> Bind(Selection selection, IReadOnlyList<SObjectTable> kinds, SObjectTable table, bool polymorphic) =>
        [.. selection.Entries.Select(entry =>
            entry.Children is { } children ? Children(children, table)
            : entry.Parent is { } parent ? Parent(entry.Name, entry.Word, parent, kinds, table)
            : Field(entry.Name, entry.Word, kinds, table, polymorphic))];

    private Column Field(string name, Word word, IReadOnlyList<SObjectTable> kinds, SObjectTable table, bool polymorphic)
    {
        if (!polymorphic)
            return new Column.Field(table.Fields.FindVisible(name) ?? throw SoqlError.NoField(query.Text, word.At, name, table.Name));
        if (name.Equals("Type", StringComparison.OrdinalIgnoreCase))
            return new Column.Kind();
        if (!kinds.Any(kind => FieldPath.FieldOf(kind, name) is not null))
            throw SoqlError.NoField(query.Text, word.At, name, "Name");
        // All kinds of parents show their name as Name, whatever they call it.
        return FieldPath.FieldOf(table, name) is not { } field ? new Column.Nothing(name)
            : field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) ? new Column.Field(field)
            : new Column.Named("Name", field);
    }

    private Column Parent(string name, Word word, Selection selection, IReadOnlyList<SObjectTable> kinds, SObjectTable table)
    {
        if (table.Fields.FindRelationship(name) is not { } reference || names.Targets(reference) is not { Count: > 0 } targets)
            return kinds.Any(kind => kind.Fields.FindRelationship(name) is not null) && kinds.Count > 1
                ? new Column.Nothing(name) : throw SoqlError.NoRelationship(query.Text, word.At, name);
        return new Column.Parent(reference,
            targets.ToDictionary(target => target, target => Bind(selection, targets, target, reference.IsPolymorphic)));
    }

    private Column.Children Children(SelectItem.Children children, SObjectTable table)
    {
        var from = children.Query.From;
        var (child, reference) = names.Children(table, from.Text) ?? throw SoqlError.NoChildren(query.Text, from.At, from.Text);
        return new Column.Children(reference.ChildrenName!, reference, names.BindChildren(children.Query, child));
    }
}
