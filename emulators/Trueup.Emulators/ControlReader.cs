using System.Text.Json;

namespace Trueup.Emulators;

/// <summary>Reads the controls of <c>POST /_emulator/faults</c>.</summary>
public static class ControlReader
{
    /// <summary>Reads an array of controls, or one.</summary>
    /// <exception cref="ControlException">Something is unknown or missing.</exception>
    public static IReadOnlyList<Control> Read(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray().Select(ReadOne)] : [ReadOne(json)];

    private static Control ReadOne(JsonElement json)
    {
        var fields = new JsonFields(json, "the control");
        var name = fields.Text("control");
        Control control = name switch
        {
            "lag" => new LagControl(fields.Duration("delay") ?? throw new ControlException("The control lag needs 'delay', an ISO 8601 duration such as PT30S.")),
            "tie" => new TieControl(fields.Number("count"), fields.Values("properties")),
            "cap" => new CapControl(fields.Number("limit"), Manner<CapManner>(fields, "how", CapManner.Error)),
            "pages" => new PagesControl(fields.Has("sizes") ? Sizes(fields) : [fields.Number("size")]),
            "order" => new OrderControl(Manner<OrderManner>(fields, "mode", OrderManner.Shuffle)),
            "hook" => new HookControl(fields.Number("page", 1), Operations(fields)),
            "fault" => new FaultControl(fields.Number("status"), Headers(fields), fields.OptionalText("body"))
            { Applied = fields.Flag("applied"), From = fields.Instant("from") },
            "cut" => new CutControl(fields.Number("bytes")),
            "truncate" => new TruncateControl(fields.Number("bytes")),
            "stall" => new StallControl(fields.Duration("delay")),
            "expire" => new ExpireControl(What(fields), fields.Number("after", 0)),
            "quota" => new QuotaControl(fields.Text("bucket"), fields.Number("limit"), fields.Number("foreign", 0)),
            "job" => new JobControl(fields.Duration("delay"), fields.Has("polls") ? fields.Number("polls") : null, Manner<JobEnd>(fields, "end", JobEnd.Complete), fields.OptionalText("message")),
            "csv" => new CsvControl(fields.Flag("byteOrderMark"), fields.Flag("openEnd")),
            "repeat" => new RepeatControl(fields.Number("page", 1)),
            "no-id" => new NoIdControl(),
            "twice" => new TwiceControl(),
            "partial" => new PartialControl(),
            "forbid" => new ForbidControl(),
            _ => throw new ControlException(
                $"Unknown control '{name}'; known are lag, tie, cap, pages, order, hook, fault, cut, truncate, stall, expire, quota, job, csv, "
                + "repeat, no-id, twice, partial and forbid."),
        };
        control = control with
        {
            Endpoint = fields.OptionalText("endpoint") ?? "*",
            Stream = fields.OptionalText("stream"),
            Share = Share(fields),
            Times = fields.Has("times") ? fields.Number("times") : null,
            Skip = fields.Number("skip", 0),
        };
        fields.Done();
        return control;
    }

    private static double Share(JsonFields fields) =>
        fields.Fraction("share", 1) is var share and <= 1 ? share : throw new ControlException("'share' must lie between 0 and 1.");

    private static string What(JsonFields fields) =>
        fields.OptionalText("what") is not { } what ? "token"
        : what is "token" or "refresh" or "revoke" or "locator" or "job" or "scroll" ? what
        : throw new ControlException($"The control expire does not know '{what}'; known are token, refresh, revoke, locator, job and scroll.");

    private static IReadOnlyList<int> Sizes(JsonFields fields) =>
        fields.List("sizes") is { Count: > 0 } sizes
        && sizes.All(size => size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out var number) && number >= 0)
            ? [.. sizes.Select(size => size.GetInt32())]
            : throw new ControlException("The control pages needs 'sizes', an array of whole numbers.");

    private static IReadOnlyList<Mutation> Operations(JsonFields fields) =>
        [.. fields.List("operations").SelectMany(MutationReader.Read)];

    private static Dictionary<string, string> Headers(JsonFields fields) =>
        fields.Values("headers").ToDictionary(header => header.Key, header => header.Value ?? "", StringComparer.OrdinalIgnoreCase);

    private static T Manner<T>(JsonFields fields, string name, T fallback) where T : struct, Enum =>
        fields.OptionalText(name) is not { } text ? fallback
        : Enum.TryParse<T>(text, ignoreCase: true, out var manner) && Enum.IsDefined(manner) ? manner
        : throw new ControlException(
            $"'{name}' does not know '{text}'; known are {string.Join(", ", Enum.GetNames<T>().Select(known => known.ToLowerInvariant()))}.");
}
