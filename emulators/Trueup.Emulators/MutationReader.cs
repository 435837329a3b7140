using System.Text.Json;

namespace Trueup.Emulators;

/// <summary>Reads the operations of <c>POST /_emulator/mutate</c>.</summary>
public static class MutationReader
{
    /// <summary>Reads an array of operations, or one.</summary>
    /// <exception cref="ControlException">Something is unknown or missing.</exception>
    public static IReadOnlyList<Mutation> Read(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray().Select(ReadOne)] : [ReadOne(json)];

    private static Mutation ReadOne(JsonElement json)
    {
        var fields = new JsonFields(json, "the operation");
        var operation = fields.Text("op");
        Mutation mutation = operation switch
        {
            "create" => new CreateRecord(fields.Text("stream"), fields.Values("properties"), fields.Instant("modifiedAt")),
            "edit" => new EditRecords(fields.Text("stream"), Ids(fields), fields.Values("properties"), fields.Instant("modifiedAt")),
            "delete" => new DeleteRecords(fields.Text("stream"), Ids(fields)),
            "purge" => new PurgeRecords(fields.Text("stream"), Ids(fields)),
            "restore" => new RestoreRecords(fields.Text("stream"), Ids(fields)),
            "merge" => new MergeRecords(fields.Text("stream"), fields.Text("winner"), fields.Texts("losers")),
            "associate" => new AssociateRecords(End(fields, "from"), End(fields, "to"), fields.OptionalText("label")),
            "dissociate" => new DissociateRecords(End(fields, "from"), End(fields, "to"), fields.OptionalText("label")),
            "add-field" => new AddField(fields.Text("stream"), Definition(fields)),
            "edit-field" => new EditField(fields.Text("stream"), Definition(fields)),
            "remove-field" => new RemoveField(fields.Text("stream"), FieldName(json, fields)),
            "hide-field" => new HideField(fields.Text("stream"), FieldName(json, fields)),
            "show-field" => new ShowField(fields.Text("stream"), FieldName(json, fields)),
            "rename-field" => new RenameField(fields.Text("stream"), FieldName(json, fields), fields.Text("name")),
            "hide-stream" => new HideStream(fields.Text("stream")),
            "show-stream" => new ShowStream(fields.Text("stream")),
            "edit-pipeline" => new EditPipeline(fields.Text("stream"), Pipeline(fields)),
            _ => throw new ControlException(
                $"Unknown operation '{operation}'; known are create, edit, delete, purge, restore, merge, associate, dissociate, "
                + "add-field, edit-field, rename-field, remove-field, hide-field, show-field, hide-stream, show-stream and edit-pipeline."),
        };
        fields.Done();
        return mutation;
    }

    private static IReadOnlyList<string> Ids(JsonFields fields) => fields.Has("id") ? [fields.Text("id")] : fields.Texts("ids");

    private static LinkEnd End(JsonFields fields, string name)
    {
        var end = fields.Object(name);
        var read = new LinkEnd(end.Text("stream"), end.Text("id"));
        end.Done();
        return read;
    }

    private static string FieldName(JsonElement json, JsonFields fields)
    {
        if (!json.TryGetProperty("field", out var field) || field.ValueKind != JsonValueKind.Object)
            return fields.Text("field");
        var named = fields.Object("field");
        return named.Text("name");
    }

    private static EmulatedField Definition(JsonFields fields)
    {
        var field = fields.Object("field");
        var read = new EmulatedField(
            field.Text("name"), field.OptionalText("label"), field.OptionalText("type"),
            field.Has("options") ? [.. field.List("options").Select(Option)] : null, field.Flag("calculated"),
            field.OptionalText("controller"));
        field.Done();
        return read;
    }

    private static EmulatedPipeline Pipeline(JsonFields fields)
    {
        var pipeline = fields.Object("pipeline");
        var read = new EmulatedPipeline(
            pipeline.Text("id"), pipeline.OptionalText("label"), pipeline.Has("stages") ? [.. pipeline.List("stages").Select(Option)] : null);
        pipeline.Done();
        return read;
    }

    private static EmulatedOption Option(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return new EmulatedOption(json.GetString()!, json.GetString()!);
        var option = new JsonFields(json, "the option");
        var value = option.Text("value");
        var read = new EmulatedOption(value, option.OptionalText("label") ?? value, option.Has("validFor") ? option.Texts("validFor") : null);
        option.Done();
        return read;
    }
}
