using System.Text.Json;
using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>The workspace itself, and its admins, teams, tags and segments, which come in one answer each (facts, section 2).</summary>
internal sealed class DirectoryCalls(IntercomWorkspace workspace, Rendering rendering, IntercomEmulatorOptions options)
{
    /// <summary>Who connected the app.</summary>
    public const long ConnectedAdmin = 7_001;

    private static readonly long Founded = new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public Answer Me(Request request)
    {
        var admins = workspace.Admins;
        admins.TryGet(ConnectedAdmin, out var admin);
        string? Text(string field) => admin is null ? null : admins.Text(admin.Now, field);
        return Reply.Json(200, new JsonObject
        {
            ["type"] = "admin", ["id"] = Rendering.Text(ConnectedAdmin), ["email"] = Text("email"), ["name"] = Text("name"), ["email_verified"] = true, ["has_inbox_seat"] = true,
            ["avatar"] = new JsonObject { ["type"] = "avatar", ["image_url"] = Text("avatar") },
            ["app"] = new JsonObject
            {
                ["type"] = "app", ["id_code"] = workspace.Code, ["name"] = "Emulated workspace", ["created_at"] = Founded, ["secure"] = false, ["identity_verification"] = false,
                ["timezone"] = options.TimeZone, ["region"] = options.Region,
            },
        });
    }

    public Answer All(Request request, ObjectTable table, string type, string member) => rendering.All(request, table.Name, table, type, member);

    public Answer One(Request request, ObjectTable table, string id) => table.FindLive(id) is { } record
        ? rendering.One(request, table, record)
        : throw (table == workspace.Admins ? Refusal.NotFound("Admin not found", "admin_not_found") : Refusal.NotFound());

    public Answer Segments(Request request)
    {
        var answer = All(request, workspace.Segments, "segment.list", "segments");
        if (!request.Call.Flag("include_count"))
            return answer;
        var json = JsonNode.Parse(answer.Body.Span)!;
        foreach (var segment in json["segments"]!.AsArray())
            if (workspace.Segments.Find(segment!["id"]?.GetValue<string>()) is { } record)
                segment["count"] = workspace.Links.Of("segments", record.Id, "contacts").Count;
        return Reply.Json(200, json);
    }

    public Answer SetAway(Request request, string id)
    {
        var admin = workspace.Admins.FindLive(id) ?? throw Refusal.NotFound("Admin not found", "admin_not_found");
        var body = Body.Parse(request.Call);
        if (body.Flag("away_mode_enabled") is null || body.Flag("away_mode_reassign") is null)
            throw Refusal.Missing("away_mode_enabled");
        workspace.Edit(workspace.Admins, admin, Writes.Standard(workspace.Admins, body, "away_mode_enabled", "away_mode_reassign", "away_status_reason_id"));
        return rendering.One(request, workspace.Admins, admin, written: 1);
    }

    /// <summary>Creates or renames a tag, or tags and untags companies or contacts.</summary>
    public Answer SaveTag(Request request)
    {
        var body = Body.Parse(request.Call);
        var tags = workspace.Tags;
        var name = body.Text("name") is { Length: > 0 } given ? given : throw Refusal.Invalid("invalid tag parameters", "name");
        Record? tag;
        if (body.Text("id") is { } id)
        {
            tag = tags.FindLive(id) ?? throw Refusal.NotFound();
            workspace.Edit(tags, tag, [new(tags.Fields["name"], Stored.Text(name))]);
        }
        else
        {
            tag = tags.FindBy(tags.Fields["name"], name).FirstOrDefault() ?? workspace.Create(tags, [new(tags.Fields["name"], Stored.Text(name))]);
        }
        var answer = new JsonObject { ["type"] = "tag", ["id"] = tags.IdOf(tag), ["name"] = name };
        if (body.Get("companies") is not null)
            answer["companies"] = Tag(tag, workspace.Companies, body.Items("companies"), "company_id");
        if (body.Get("users") is not null)
            answer["users"] = Tag(tag, workspace.Contacts, body.Items("users"), "external_id");
        return Reply.Json(200, answer) with { Written = 1 };
    }

    public Answer DeleteTag(string id)
    {
        var tag = workspace.Tags.FindLive(id) ?? throw Refusal.NotFound();
        if (workspace.SegmentsByTag.TryGetValue(tag.Id, out var segment) && workspace.Segments.TryGet(segment, out var dependent) && dependent.Now.Life == RecordLife.Live)
            throw new Refusal(400, "tag_has_dependent_objects", $"Unable to delete Tag with dependent objects. Segments: {workspace.Segments.Text(dependent.Now, "name")}");
        workspace.Purge(workspace.Tags, tag);
        return new Answer(200, ReadOnlyMemory<byte>.Empty, null) { Written = 1 };
    }

    private JsonArray Tag(Record tag, ObjectTable table, IEnumerable<JsonElement> named, string key)
    {
        var done = new JsonArray();
        foreach (var each in named)
        {
            var record = (each.Text("id") is { } id ? table.FindLive(id) : each.Text(key) is { } value ? table.FindBy(table.Fields[key], value).FirstOrDefault(found => found.Now.Life == RecordLife.Live) : null)
                ?? throw Refusal.Invalid("invalid tag parameters", "id");
            var untag = each.Flag("untag") == true;
            if (untag)
                workspace.Unlink(table, record, workspace.Tags, tag);
            else
                workspace.Link(table, record, workspace.Tags, tag);
            done.Add(new JsonObject { ["id"] = table.IdOf(record), ["tagged"] = !untag });
        }
        return done;
    }
}
