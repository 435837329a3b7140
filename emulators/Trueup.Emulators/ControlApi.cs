using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trueup.Emulators;

/// <summary>The control API under <c>/_emulator</c>, the same for every emulated CRM.</summary>
internal static class ControlApi
{
    private const string Root = "/_emulator";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static bool Concerns(string path) =>
        path.StartsWith(Root, StringComparison.Ordinal) && (path.Length == Root.Length || path[Root.Length] == '/');

    internal static Answer Answer(IEmulatedCrm crm, Call call)
    {
        try
        {
            return (call.Method, call.Path[Root.Length..].Trim('/')) switch
            {
                ("GET", "state") => State(crm, call["stream"]),
                ("POST", "mutate") => Mutate(crm, call),
                ("GET", "clock") => Now(crm),
                ("POST", "clock") => SetClock(crm, call),
                ("POST", "faults") => Control(crm, call),
                ("DELETE", "faults") => Done(crm.ClearControls),
                ("GET", "requests") => Requests(crm),
                ("DELETE", "requests") => Done(crm.Requests.Clear),
                ("POST", "webhooks") => SendWebhooks(crm, call),
                ("DELETE", "webhooks") => Done(() => crm.SendWebhooks(null)),
                ("POST", "reset") => Done(crm.Reset),
                var (method, path) => Refuse(404, $"There is no control call {method} {Root}/{path}."),
            };
        }
        catch (ControlException refusal)
        {
            return Refuse(400, refusal.Message);
        }
        catch (InvalidOperationException)
        {
            return Refuse(400, "The body holds text that is not valid Unicode.");
        }
        catch (JsonException invalid)
        {
            return Refuse(400, $"The body is not valid JSON: line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine + 1}.");
        }
    }

    private static Answer State(IEmulatedCrm crm, string? stream)
    {
        var state = crm.State(stream);
        return Json(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("now", state.Now.UtcDateTime);
            writer.WriteStartObject("streams");
            foreach (var (name, records) in state.Streams)
            {
                writer.WriteStartArray(name);
                foreach (var record in records)
                    Write(writer, record);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter writer, RecordState record)
    {
        writer.WriteStartObject();
        writer.WriteString("id", record.Id);
        writer.WriteString("modifiedAt", record.ModifiedAt);
        writer.WriteStartObject("properties");
        foreach (var (name, value) in record.Properties)
            writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteStartObject("associations");
        foreach (var (stream, ids) in record.Associations)
        {
            writer.WriteStartArray(stream);
            foreach (var id in ids)
                writer.WriteStringValue(id);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        writer.WriteStartArray("links");
        foreach (var link in record.Links)
        {
            writer.WriteStartObject();
            writer.WriteString("stream", link.Stream);
            writer.WriteString("id", link.Id);
            writer.WriteString("category", link.Category);
            writer.WriteString("typeId", link.TypeId);
            writer.WriteString("label", link.Label);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("deleted", record.Deleted);
        writer.WriteString("mergedInto", record.MergedInto);
        writer.WriteEndObject();
    }

    private static Answer Mutate(IEmulatedCrm crm, Call call)
    {
        using var body = JsonDocument.Parse(call.Body);
        var results = crm.Mutate(MutationReader.Read(body.RootElement));
        return Json(200, writer =>
        {
            writer.WriteStartArray();
            foreach (var result in results)
            {
                writer.WriteStartObject();
                if (result.Id is { } id)
                    writer.WriteString("id", id);
                writer.WriteNumber("count", result.Count);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static Answer Now(IEmulatedCrm crm) => Json(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("now", crm.Clock.GetUtcNow().UtcDateTime);
        writer.WriteEndObject();
    });

    private static Answer SetClock(IEmulatedCrm crm, Call call)
    {
        using var body = JsonDocument.Parse(call.Body);
        var fields = new JsonFields(body.RootElement, "the clock call");
        var now = fields.Instant("now");
        var advance = fields.Duration("advance");
        var rate = fields.Has("rate") ? fields.Fraction("rate", 1) : (double?)null;
        fields.Done();
        if (now is null && advance is null && rate is null)
            throw new ControlException("The clock call needs 'now', 'advance' or 'rate'.");
        if (now is { } instant)
            crm.Clock.Set(instant);
        if (advance is { } duration)
            crm.Clock.Advance(duration);
        if (rate is { } secondsPerSecond)
            crm.Clock.Run(secondsPerSecond);
        return Now(crm);
    }

    private static Answer SendWebhooks(IEmulatedCrm crm, Call call)
    {
        using var body = JsonDocument.Parse(call.Body);
        var fields = new JsonFields(body.RootElement, "the webhooks call");
        var url = fields.Text("url");
        var secret = fields.Text("secret");
        var times = fields.Has("times") ? fields.Number("times") : 1;
        fields.Done();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var target) || secret is not { Length: > 0 } || times < 1)
            throw new ControlException("The webhooks call needs 'url' (an address), 'secret' (a text) and, if given, 'times' of at least 1.");
        return Done(() => crm.SendWebhooks(new WebhookTarget(target, secret, times)));
    }

    private static Answer Control(IEmulatedCrm crm, Call call)
    {
        using var body = JsonDocument.Parse(call.Body);
        var controls = ControlReader.Read(body.RootElement);
        return Done(() => crm.Control(controls));
    }

    private static Answer Requests(IEmulatedCrm crm) => Json(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("requests");
        foreach (var request in crm.Requests.All)
        {
            writer.WriteStartObject();
            writer.WriteString("time", request.Time.UtcDateTime);
            writer.WriteString("method", request.Method);
            writer.WriteString("path", request.Path);
            writer.WriteString("query", request.Query);
            writer.WriteNumber("status", request.Status);
            writer.WriteNumber("bytes", request.Bytes);
            writer.WriteString("endpoint", request.Endpoint);
            writer.WriteString("stream", request.Stream);
            writer.WriteNumber("written", request.Written);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static Answer Done(Action action)
    {
        action();
        return Json(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        });
    }

    private static Answer Refuse(int status, string sentence) => Json(status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("error", sentence);
        writer.WriteEndObject();
    });

    private static Answer Json(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            write(writer);
        return new Answer(status, buffer.WrittenMemory, "application/json;charset=utf-8");
    }
}
