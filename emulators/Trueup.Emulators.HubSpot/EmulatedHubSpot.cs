using System.Globalization;
using Trueup.Emulators.HubSpot.Api;
using Trueup.Emulators.HubSpot.Data;
using Trueup.Emulators.HubSpot.Portal;
using Trueup.Emulators.HubSpot.Search;
using Trueup.Emulators.HubSpot.Webhooks;

namespace Trueup.Emulators.HubSpot;

/// <summary>A HubSpot portal over real HTTP, as far as <c>vendors/hubspot.md</c> knows one.</summary>
/// <remarks>Endpoint names for controls are listed in <c>emulators/README.md</c>.</remarks>
public sealed class EmulatedHubSpot : EmulatedCrm
{
    private readonly HubSpotEmulatorOptions options;
    private readonly Tokens tokens;
    private readonly Difficulties difficulties;
    private Quotas quotas;
    private HubSpotPortal portal;
    private Mutations mutations;
    private Router router;
    private Heartbeat? life;
    private readonly List<WebhookSender> retired = [];
    private WebhookSender? webhooks;
    private long answers;

    private EmulatedHubSpot(HubSpotEmulatorOptions options) : base(options.Clock, options.Seed)
    {
        this.options = options;
        tokens = new Tokens(Clock, options.Seed, options.PortalId, options);
        difficulties = new Difficulties(Controls, options.Seed);
        (portal, mutations, router, quotas) = Build();
    }

    /// <summary>Loads or generates the data, and does not listen: <see cref="EmulatedCrm.Direct"/> leads to it. It has no life of its own.</summary>
    public static EmulatedHubSpot WithoutServer(HubSpotEmulatorOptions options) => new(options);

    /// <summary>Loads or generates the data and starts to listen.</summary>
    public static async Task<EmulatedHubSpot> StartAsync(HubSpotEmulatorOptions options, CancellationToken cancellationToken = default)
    {
        var crm = new EmulatedHubSpot(options);
        try
        {
            await crm.ListenAsync(options.Url, cancellationToken);
        }
        catch
        {
            await crm.DisposeAsync();
            throw;
        }
        if (options.Life > 0)
            crm.life = LivingCrm.Start(crm, () => crm.portal, options);
        return crm;
    }

    /// <inheritdoc/>
    public override string App => "hubspot";

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Endpoints => Router.Endpoints;

    /// <summary>The portal's id, which account information tells.</summary>
    public long PortalId => options.PortalId;

    /// <summary>Issues tokens as if a person had consented, without a request.</summary>
    public IssuedTokens IssueTokens() => tokens.Issue();

    /// <inheritdoc/>
    public override IReadOnlyList<MutationResult> Mutate(params IReadOnlyList<Mutation> operations)
    {
        lock (portal.Gate)
        {
            portal.EmptyBin();
            return mutations.Apply(operations);
        }
    }

    /// <inheritdoc/>
    public override void SendWebhooks(WebhookTarget? target)
    {
        WebhookSender? before;
        lock (portal.Gate)
        {
            before = webhooks;
            webhooks = target is null ? null : new WebhookSender(target, Clock, options.PortalId);
            Tell(portal);
        }

        // What was told until now still goes out, beside whatever comes.
        if (before is not null)
            retired.Add(before);
    }

    /// <summary>Lets the portal tell whoever sends webhooks.</summary>
    private void Tell(HubSpotPortal told)
    {
        var sender = webhooks;
        told.Happened = sender is null ? null : sender.Tell;
        told.Links.Changed = sender is null ? null : (type, from, to, removed) =>
        {
            sender.Tell(WebhookEvent.Association(type, from, to, removed));
            sender.Tell(WebhookEvent.Association(type.Inverse, to, from, removed));
        };
    }

    /// <inheritdoc/>
    public override CrmState State(string? stream = null)
    {
        lock (portal.Gate)
        {
            portal.EmptyBin();
            return PortalState.Of(portal, stream is null or PortalState.Owners ? null : mutations.Table(stream), stream is PortalState.Owners);
        }
    }

    /// <summary>What is true of the records of one stream, one after the other, so that many need not be held at once.</summary>
    /// <remarks>Not while others write: nothing is locked between two of them.</remarks>
    public IEnumerable<RecordState> Each(string stream) =>
        stream == PortalState.Owners ? State(stream).Streams[stream] : PortalState.Each(portal, mutations.Table(stream));

    /// <summary>The records of one stream with their links but without their values, one after the other.</summary>
    /// <remarks>Not while others write, as <see cref="Each"/>.</remarks>
    public IEnumerable<RecordState> EachLinked(string stream) =>
        stream == PortalState.Owners ? Each(stream) : PortalState.EachLinked(portal, mutations.Table(stream));

    /// <summary>The pipelines that records of a stream move through, in the CRM's order; empty where they move through none.</summary>
    public IReadOnlyList<EmulatedPipeline> PipelinesOf(string stream)
    {
        lock (portal.Gate)
            return [.. (portal.PipelinesOf(mutations.Table(stream)) ?? []).Select(pipeline => new EmulatedPipeline(
                pipeline.Id, pipeline.Label, [.. pipeline.Stages.Select(stage => new EmulatedOption(stage.Id, stage.Label))]))];
    }

    /// <summary>Whether a refresh token still fetches access tokens.</summary>
    public bool IsOpenTo(string refreshToken) => tokens.IsLive(refreshToken);

    /// <summary>One record as it is now; null where the stream never had the id.</summary>
    /// <param name="stream">The stream, by any name the CRM knows it by; not owners.</param>
    /// <param name="id">The id; that of a merged record tells of itself, not of its survivor.</param>
    public RecordState? StateOf(string stream, string id)
    {
        lock (portal.Gate)
        {
            portal.EmptyBin();
            return PortalState.Of(portal, mutations.Table(stream), id);
        }
    }

    /// <summary>The records that were written at an instant or later, and what became of them then.</summary>
    /// <param name="since">The instant, by the CRM's clock.</param>
    public IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since)
    {
        lock (portal.Gate)
            return
            [
                .. from table in portal.Tables
                   from record in table.Records
                   where record.Now.Written >= since.ToUnixTimeMilliseconds()
                   select new RecordMoment(
                       table.Stream, record.Id.ToString(CultureInfo.InvariantCulture), DateTimeOffset.FromUnixTimeMilliseconds(record.Now.Modified), record.Now.Life),
            ];
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (life is not null)
            await life.DisposeAsync();
        foreach (var sender in webhooks is null ? retired : retired.Append(webhooks))
            await sender.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override Target Find(Call call)
    {
        lock (portal.Gate)
            return router.Find(call) is { } route ? new Target(route.Endpoint, StreamOf(route)) : new Target("", null);
    }

    /// <inheritdoc/>
    protected override Answer Reply(Call call, Target target)
    {
        var correlation = CorrelationId();
        var oauth = false;
        Answer answer;
        lock (portal.Gate)
        {
            portal.EmptyBin();
            try
            {
                answer = Checked(call, out oauth);
            }
            catch (Refusal refusal)
            {
                answer = refusal.ToAnswer(correlation);
            }
            if (target.Endpoint.Length > 0)
                answer = answer with { Headers = [.. answer.Headers, .. quotas.Headers(target.Endpoint, oauth)] };
        }
        return answer with { Headers = [.. answer.Headers, new("X-HubSpot-Correlation-Id", correlation)] };
    }

    private Answer Checked(Call call, out bool oauth)
    {
        oauth = false;
        if (call.UrlLength > options.LongestUrl)
            return Api.Reply.Html(414, "Request-URI Too Long");
        if (router.Find(call) is not { } route)
            return Api.Reply.Html(404, "Not Found");
        if (!route.Open)
            oauth = tokens.Check(call.Authorization);
        if (quotas.Take(route.Endpoint) is { } exhausted)
            throw exhausted;
        if (Controls.Strike<ForbidControl>(route.Endpoint, StreamOf(route)) is not null)
            throw Refusal.MissingScopes(route.Table?.Type.ReadScope
                ?? (route.Endpoint == PortalState.Owners ? "crm.objects.owners.read" : "crm.schemas.custom.read"));
        if (!call.Body.IsEmpty && call.ContentType is { } type && route.Endpoint is not "token" and not "token-info"
            && !type.Contains("json", StringComparison.OrdinalIgnoreCase))
            throw Refusal.Of(415, "Unsupported Media Type", null);
        return route.Reply();
    }

    private static string? StreamOf(Route route) => route.Endpoint == PortalState.Owners ? route.Endpoint : route.Table?.Stream;

    /// <inheritdoc/>
    protected override Answer Refuse(int status)
    {
        var correlation = CorrelationId();
        var answer = status switch
        {
            401 => Refusal.Of(401, "The OAuth token used to make this call expired 12 second(s) ago.", "EXPIRED_AUTHENTICATION").ToAnswer(correlation),
            403 => Refusal.MissingScopes("crm.objects.contacts.read").ToAnswer(correlation),
            404 => Refusal.NotFound().ToAnswer(correlation),
            429 => new Refusal(429, new System.Text.Json.Nodes.JsonObject
            {
                ["status"] = "error",
                ["message"] = "You have reached your ten_secondly_rolling limit.",
                ["errorType"] = "RATE_LIMIT",
                ["correlationId"] = correlation,
                ["policyName"] = "TEN_SECONDLY_ROLLING",
                ["groupName"] = $"publicapi:private-app-api-calls-ten-secondly:{options.PortalId}",
            }).ToAnswer(correlation),
            502 or 503 or 504 or (>= 520 and < 530) => Api.Reply.Html(status, "The server is temporarily unable to answer."),
            _ => Refusal.Of(status, "internal error", status < 500 ? "VALIDATION_ERROR" : null).ToAnswer(correlation),
        };
        return answer with { Headers = [new("X-HubSpot-Correlation-Id", correlation)] };
    }

    /// <inheritdoc/>
    protected override string StreamNamed(string name)
    {
        lock (portal.Gate)
            return name == PortalState.Owners ? name : mutations.Table(name).Stream;
    }

    /// <inheritdoc/>
    protected override void Take(Control control)
    {
        lock (portal.Gate)
            switch (control)
            {
                case LagControl lag:
                    portal.LagHorizon = lag.Delay > portal.LagHorizon ? lag.Delay : portal.LagHorizon;
                    break;
                case TieControl tie:
                    mutations.Tie(tie.Stream ?? throw new ControlException("The control tie needs 'stream'."), tie);
                    break;
                case QuotaControl quota:
                    quotas.Set(quota);
                    break;
                case ExpireControl { What: "locator" or "job" or "scroll" }:
                    throw new ControlException("HubSpot has no query locators, no jobs and no scrolls that could expire.");
                case JobControl or CsvControl:
                    throw new ControlException("HubSpot's jobs are not emulated.");
                case ExpireControl expire:
                    tokens.Expire(expire);
                    break;
            }
    }

    /// <inheritdoc/>
    protected override void Relent()
    {
        lock (portal.Gate)
        {
            portal.LagHorizon = TimeSpan.Zero;
            quotas.Reset();
            tokens.Relent();
        }
    }

    /// <inheritdoc/>
    protected override void Restart() => (portal, mutations, router, quotas) = Build();

    private (HubSpotPortal, Mutations, Router, Quotas) Build()
    {
        var built = new HubSpotPortal(Clock, options.PortalId);
        PortalData.Load(built, options);
        Tell(built);
        var budgets = new Quotas(Clock, options.PortalId, options.RealLimits);
        return (built, new Mutations(built), new Router(built, tokens, new RecordReads(built, difficulties, options.PreRenderPages),
            new RecordSearch(built, difficulties), new RecordWrites(built), new AssociationCalls(built, difficulties),
            new PropertyCalls(built), new MetadataCalls(built), new AccountCalls(built, budgets)), budgets);
    }

    private string CorrelationId()
    {
        var number = Interlocked.Increment(ref answers);
        return new Guid([.. BitConverter.GetBytes(Chance.Mix(options.Seed ^ number)), .. BitConverter.GetBytes(Chance.Mix(number))])
            .ToString("D", CultureInfo.InvariantCulture);
    }
}
