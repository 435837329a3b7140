using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trueup.Emulators.Intercom.Workspace;

/// <summary>A record on its way into an answer.</summary>
/// <param name="Api">The version that answers.</param>
/// <param name="Parts">Whether what was said comes with it.</param>
/// <param name="Whole">Whether nested lists are shown beyond their tenth entry.</param>
/// <param name="Merges">Whether what was merged into it is shown.</param>
internal readonly record struct Shown(IntercomWorkspace Workspace, ObjectTable Table, Record Record, RecordVersion Version, ApiVersion Api, bool Parts = false, bool Whole = false, bool Merges = false)
{
    public ReadOnlySpan<byte> this[FieldDefinition field] => ObjectTable.Value(Version, field);

    public ReadOnlySpan<byte> this[string field] => ObjectTable.Value(Version, Table.Fields[field]);

    public string? Text(string field) => Stored.Read(this[field]);

    public string Id => Table.IdOf(Record);

    public IReadOnlyList<long> Linked(string stream) => Workspace.Links.Of(Table.Name, Record.Id, stream);
}

/// <summary>One member of what a record shows.</summary>
internal abstract class Member(string name)
{
    private readonly byte[] key = Encoding.UTF8.GetBytes($"\"{name}\":");

    public string Name => name;

    /// <summary>Whether it stands in the answer at all.</summary>
    public virtual bool IsIn(in Shown shown) => true;

    /// <summary>Writes the value.</summary>
    public abstract void Write(JsonBytes json, in Shown shown);

    /// <summary>Tells the value as a state has it: what is no text as JSON.</summary>
    public virtual void Tell(Dictionary<string, string?> state, in Shown shown)
    {
        var json = new JsonBytes(256);
        Write(json, shown);
        state[Name] = Stored.Read(json.Written.Span);
        System.Buffers.ArrayPool<byte>.Shared.Return(json.Rented);
    }

    /// <summary>Writes a record.</summary>
    public static void WriteAll(JsonBytes json, in Shown shown, bool withoutId = false)
    {
        json.Raw("{"u8);
        var first = true;
        foreach (var member in shown.Table.Shape)
        {
            if (!member.IsIn(shown) || withoutId && member.Name == "id")
                continue;
            json.Raw(first ? ""u8 : ","u8).Raw(member.key);
            member.Write(json, shown);
            first = false;
        }
        json.Raw("}"u8);
    }
}

/// <summary>A field that stands in the record itself.</summary>
internal sealed class FieldMember(FieldDefinition field, string? name = null) : Member(name ?? field.Name)
{
    public override void Write(JsonBytes json, in Shown shown) => json.Raw(shown[field] is { IsEmpty: false } value ? value : field.Unset);
}

/// <summary>Fields that stand in an object of their own.</summary>
/// <param name="name">The object's name; the fields are named after it, with a dot between.</param>
/// <param name="type">Its <c>type</c>; null for none.</param>
/// <param name="nullWhileUnset">Whether it is null while none of its fields is set.</param>
/// <param name="omitsUnset">Whether a field is absent while it is unset, instead of null.</param>
internal sealed class GroupMember(string name, string? type, IReadOnlyList<FieldDefinition> fields, bool nullWhileUnset, bool omitsUnset) : Member(name)
{
    private readonly byte[][] keys = [.. fields.Select(field => Encoding.UTF8.GetBytes($"\"{field.Name[(name.Length + 1)..]}\":"))];

    public override void Write(JsonBytes json, in Shown shown)
    {
        var start = json.Written.Length;
        var set = false;
        json.Raw("{"u8);
        if (type is not null)
            json.Raw("\"type\":"u8).Text(type);
        for (var i = 0; i < fields.Count; i++)
        {
            var value = shown[fields[i]];
            set |= !value.IsEmpty;
            if (value.IsEmpty && omitsUnset)
                continue;
            json.Raw(json.Written.Length > start + 1 ? ","u8 : ""u8).Raw(keys[i]).Raw(value.IsEmpty ? fields[i].Unset : value);
        }
        json.Raw("}"u8);
        if (set || !nullWhileUnset)
            return;
        json.BackTo(start);
        json.Raw("null"u8);
    }
}

/// <summary>What is worked out as it is shown.</summary>
internal sealed class ComputedMember(string name, ComputedMember.Writer write, ComputedMember.Condition? isIn = null) : Member(name)
{
    public delegate void Writer(JsonBytes json, in Shown shown);

    public delegate bool Condition(in Shown shown);

    public override bool IsIn(in Shown shown) => isIn is null || isIn(shown);

    public override void Write(JsonBytes json, in Shown shown) => write(json, shown);
}

/// <summary>The attributes that people defined, as far as they are set.</summary>
/// <param name="name">The member.</param>
/// <param name="showsUnset">Whether an attribute is shown, as null, while it is unset; null for never.</param>
internal sealed class AttributesMember(string name, AttributesMember.Choice? showsUnset = null) : Member(name)
{
    public delegate bool Choice(in Shown shown, FieldDefinition field);

    public override void Write(JsonBytes json, in Shown shown)
    {
        var start = json.Raw("{"u8).Written.Length;
        foreach (var field in shown.Table.Fields.All)
        {
            if (!field.Custom || !field.IsVisible)
                continue;
            var value = shown[field];
            if (value.IsEmpty && showsUnset?.Invoke(shown, field) != true)
                continue;
            json.Raw(json.Written.Length > start ? ",\""u8 : "\""u8)
                .Raw(JsonEncodedText.Encode(field.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes).Raw("\":"u8).Raw(value.IsEmpty ? field.Unset : value);
        }
        json.Raw("}"u8);
    }

    public override void Tell(Dictionary<string, string?> state, in Shown shown)
    {
        foreach (var field in shown.Table.Fields.All)
            if (field is { Custom: true, IsVisible: true })
                state[$"{Name}.{field.Name}"] = Stored.Read(shown[field]);
    }
}
