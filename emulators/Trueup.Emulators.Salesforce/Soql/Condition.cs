using Trueup.Emulators.Salesforce.Org;

namespace Trueup.Emulators.Salesforce.Soql;

/// <summary>What rows must meet, with every name looked up.</summary>
internal abstract class Condition
{
    /// <summary>Where such rows can lie.</summary>
    public virtual Bounds Bounds => Bounds.Everything;

    /// <summary>The numbers of all records that can meet it; null where they are not named.</summary>
    public virtual IReadOnlyCollection<long>? Ids => null;

    /// <summary>A key and its values, of which such rows have one; null where there is none.</summary>
    public virtual (FieldDefinition Field, IReadOnlyList<string> Values)? Key => null;

    public abstract bool Matches(SalesforceOrg org, Row row);

    /// <summary>All of them hold.</summary>
    internal sealed class All(IReadOnlyList<Condition> conditions) : Condition
    {
        public override Bounds Bounds => conditions.Select(each => each.Bounds).Aggregate(Bounds.Both);

        public override IReadOnlyCollection<long>? Ids => conditions.Select(each => each.Ids).OfType<IReadOnlyCollection<long>>().MinBy(ids => ids.Count);

        public override (FieldDefinition Field, IReadOnlyList<string> Values)? Key => conditions.Select(each => each.Key).FirstOrDefault(key => key is not null);

        public override bool Matches(SalesforceOrg org, Row row)
        {
            foreach (var condition in conditions)
                if (!condition.Matches(org, row))
                    return false;
            return true;
        }
    }

    /// <summary>One of them holds.</summary>
    internal sealed class Any(IReadOnlyList<Condition> conditions) : Condition
    {
        public override Bounds Bounds => conditions.Select(each => each.Bounds).Aggregate(Bounds.Either);

        public override IReadOnlyCollection<long>? Ids =>
            conditions.Select(each => each.Ids).ToList() is var named && named.TrueForAll(ids => ids is not null) ? [.. named.SelectMany(ids => ids!)] : null;

        public override bool Matches(SalesforceOrg org, Row row)
        {
            foreach (var condition in conditions)
                if (condition.Matches(org, row))
                    return true;
            return false;
        }
    }

    /// <summary>It does not hold.</summary>
    internal sealed class Not(Condition condition) : Condition
    {
        public override bool Matches(SalesforceOrg org, Row row) => !condition.Matches(org, row);
    }

    /// <summary>A field compares with a value; null stands for null.</summary>
    internal sealed class Compare(SObjectTable table, FieldPath path, string comparison, Value? value) : Condition
    {
        public override Bounds Bounds
        {
            get
            {
                if (value is not { } bound || comparison is "!=" or "LIKE")
                    return Bounds.Everything;
                if (path.Is(FieldDefinition.StampOrdinal))
                {
                    var (low, high) = Range((long)bound.Number);
                    return Bounds.Everything with { StampLow = low, StampHigh = high };
                }
                if (path.Is(FieldDefinition.IdOrdinal) && NumberOf(table, bound) is { } number)
                {
                    var (low, high) = Range(number);
                    return Bounds.Everything with { IdLow = low, IdHigh = high };
                }
                return Bounds.Everything;
            }
        }

        public override IReadOnlyCollection<long>? Ids =>
            comparison == "=" && value is { } id && path.Is(FieldDefinition.IdOrdinal) ? NumberOf(table, id) is { } number ? [number] : [] : null;

        public override (FieldDefinition Field, IReadOnlyList<string> Values)? Key =>
            comparison == "=" && value is { } key && KeyOf(path) is { } keyed ? (keyed, [TextOf(keyed, key)]) : null;

        public override bool Matches(SalesforceOrg org, Row row)
        {
            var read = path.Read(org, row);
            if (value is null || read is null)
                return comparison switch
                {
                    "=" => read is null && value is null,
                    "!=" => read is null != value is null,
                    _ => false,
                };
            var order = Value.Compare(read.Value, value.Value);
            return comparison switch
            {
                "=" => order == 0,
                "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                ">=" => order >= 0,
                _ => Like.Matches(read.Value.Text!, value.Value.Text!),
            };
        }

        private (long Low, long High) Range(long at) => comparison switch
        {
            "=" => (at, at),
            "<" => (long.MinValue, at - 1),
            "<=" => (long.MinValue, at),
            ">" => (at + 1, long.MaxValue),
            _ => (at, long.MaxValue),
        };
    }

    /// <summary>A field lies in a span of time: from the first instant or day on, before the second.</summary>
    internal sealed class Within(FieldPath path, Value from, Value until) : Condition
    {
        public override bool Matches(SalesforceOrg org, Row row) =>
            path.Read(org, row) is { } read && Value.Compare(read, from) >= 0 && Value.Compare(read, until) < 0;
    }

    /// <summary>A field has one of several values.</summary>
    internal sealed class In : Condition
    {
        private readonly SObjectTable table;
        private readonly FieldPath path;
        private readonly bool negated;
        private readonly IReadOnlyList<Value?> values;
        private readonly HashSet<string>? texts;
        private readonly HashSet<decimal>? numbers;

        public In(SObjectTable table, FieldPath path, bool negated, IReadOnlyList<Value?> values)
        {
            (this.table, this.path, this.negated, this.values) = (table, path, negated, values);
            var known = values.OfType<Value>();
            if (path.Kind is ValueKind.Text or ValueKind.Id)
                texts = new(known.Select(value => value.Text!), path.Kind == ValueKind.Id ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
            else
                numbers = [.. known.Select(value => value.Number)];
        }

        public override IReadOnlyCollection<long>? Ids =>
            !negated && path.Is(FieldDefinition.IdOrdinal) ? [.. values.OfType<Value>().Select(id => NumberOf(table, id)).OfType<long>()] : null;

        public override (FieldDefinition Field, IReadOnlyList<string> Values)? Key =>
            !negated && !values.Contains(null) && KeyOf(path) is { } keyed ? (keyed, [.. values.OfType<Value>().Select(value => TextOf(keyed, value))]) : null;

        public override bool Matches(SalesforceOrg org, Row row)
        {
            var read = path.Read(org, row);
            var among = read is not { } value ? values.Contains(null) : texts?.Contains(value.Text!) ?? numbers!.Contains(value.Number);
            return among != negated;
        }
    }

    /// <summary>A multi-select picklist has all values of one of several combinations.</summary>
    internal sealed class Includes(FieldPath path, bool negated, IReadOnlyList<string> combinations) : Condition
    {
        public override bool Matches(SalesforceOrg org, Row row)
        {
            var chosen = path.Read(org, row)?.Text?.Split(';') ?? [];
            return combinations.Any(combination => combination.Split(';').All(each => chosen.Contains(each, StringComparer.OrdinalIgnoreCase))) != negated;
        }
    }

    private static long? NumberOf(SObjectTable table, Value id) =>
        id.Text!.StartsWith(table.Type.Prefix, StringComparison.Ordinal) && SalesforceId.Number(id.Text) is >= 0 and var number ? number : null;

    private static FieldDefinition? KeyOf(FieldPath path) =>
        path.Hops.Count == 0 && path.Field is { Ordinal: >= FieldDefinition.FirstStored, IsStored: true } field && (field.IsReference || field.ExternalId) ? field : null;

    private static string TextOf(FieldDefinition field, Value value) => field.IsReference ? SalesforceId.Normalize(value.Text!) ?? value.Text! : value.Text!;
}
