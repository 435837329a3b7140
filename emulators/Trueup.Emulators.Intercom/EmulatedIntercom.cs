using System.Text.Json.Nodes;
using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Data;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Webhooks;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom;

/// <summary>An Intercom workspace over real HTTP: the REST API of versions 2.0 to 2.17, OAuth and webhooks.</summary>
/// <remarks>Endpoint names for controls are listed in <c>emulators/README.md</c>.</remarks>
public sealed class EmulatedIntercom : EmulatedCrm
{
    private readonly IntercomEmulatorOptions options;
    private readonly Difficulties difficulties;
    private readonly Tokens tokens;
    private readonly List<WebhookSender> retired = [];
    private IntercomWorkspace workspace;
    private Mutations mutations;
    private Router router;
    private Quotas quotas;
    private CompanyScroll scroll;
    private WebhookSender? webhooks;
    private Heartbeat? life;
    private long answers;
    private string address;

    private EmulatedIntercom(IntercomEmulatorOptions options) : base(options.Clock, options.Seed)
    {
        this.options = options;
        difficulties = new Difficulties(Controls, options.Seed);
        tokens = new Tokens(Clock, options);
        address = options.Region switch
        {
            "US" => "https://api.intercom.io",
            "EU" => "https://api.eu.intercom.io",
            "AU" => "https://api.au.intercom.io",
            _ => throw new ControlException($"The region is US, EU or AU, not {options.Region}."),
        };
        (workspace, mutations, router, quotas, scroll) = Build();
    }

    /// <summary>Generates the data, and does not listen: <see cref="EmulatedCrm.Direct"/> leads to it. It has no life of its own.</summary>
    public static EmulatedIntercom WithoutServer(IntercomEmulatorOptions options) => new(options);

    /// <summary>Generates the data and starts to listen.</summary>
    public static async Task<EmulatedIntercom> StartAsync(IntercomEmulatorOptions options, CancellationToken cancellationToken = default)
    {
        var crm = new EmulatedIntercom(options);
        try
        {
            await crm.ListenAsync(options.Url, cancellationToken);
        }
        catch
        {
            await crm.DisposeAsync();
            throw;
        }
        crm.address = crm.Url.ToString().TrimEnd('/');
        if (options.Life > 0)
            crm.life = LivingCrm.Start(crm, () => crm.workspace, options);
        return crm;
    }

    /// <inheritdoc/>
    public override string App => "intercom";

    /// <summary>The workspace's id.</summary>
    public string WorkspaceCode => options.WorkspaceCode;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Endpoints => Router.Endpoints;

    /// <summary>Issues a token as if a person had consented, without a request.</summary>
    public string IssueToken()
    {
        lock (workspace.Gate)
            return tokens.Issue();
    }

    /// <summary>Whether an issued token still opens the workspace.</summary>
    public bool IsOpenTo(string token)
    {
        lock (workspace.Gate)
            return tokens.IsLive(token);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MutationResult> Mutate(params IReadOnlyList<Mutation> operations)
    {
        lock (workspace.Gate)
        {
            workspace.Settle();
            return mutations.Apply(operations);
        }
    }

    /// <inheritdoc/>
    public override CrmState State(string? stream = null)
    {
        lock (workspace.Gate)
        {
            workspace.Settle();
            return WorkspaceState.Of(workspace, stream is null ? null : mutations.Table(stream));
        }
    }

    /// <summary>One record as it is now; null where the stream never had the id.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="id">The id; that of a merged contact tells of itself, not of its survivor.</param>
    public RecordState? StateOf(string stream, string id)
    {
        lock (workspace.Gate)
        {
            workspace.Settle();
            return mutations.Table(stream) is var table && table.Find(id) is { } record ? WorkspaceState.Of(workspace, table, record) : null;
        }
    }

    /// <summary>The records of one stream, one after the other, so that many need not be held at once.</summary>
    /// <remarks>Not while others write: nothing is locked between two of them.</remarks>
    public IEnumerable<RecordState> Each(string stream)
    {
        var table = mutations.Table(stream);
        foreach (var record in table.Records)
            yield return WorkspaceState.Of(workspace, table, record);
    }

    /// <summary>The records that were written at an instant or later, and what became of them then.</summary>
    /// <param name="since">The instant, by the CRM's clock.</param>
    public IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since)
    {
        lock (workspace.Gate)
            return
            [
                .. from table in workspace.Tables
                   from record in table.Records
                   where record.Now.Written >= since.ToUnixTimeMilliseconds()
                   select new RecordMoment(table.Name, table.IdOf(record), DateTimeOffset.FromUnixTimeMilliseconds(record.Now.Modified), record.Now.Life),
            ];
    }

    /// <inheritdoc/>
    /// <remarks>The first thing delivered is a <c>ping</c>.</remarks>
    public override void SendWebhooks(WebhookTarget? target)
    {
        lock (workspace.Gate)
        {
            // What was told until now still goes out, beside whatever comes.
            if (webhooks is not null)
                retired.Add(webhooks);
            webhooks = target is null ? null : new WebhookSender(target, Clock, options.WorkspaceCode);
            Tell(workspace);
            webhooks?.Tell("ping", new JsonObject { ["type"] = "ping", ["message"] = "something something interzen" });
        }
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
        lock (workspace.Gate)
            return router.Find(call) is { } route ? new Target(route.Endpoint, route.Stream) : new Target("", null);
    }

    /// <inheritdoc/>
    protected override Answer Reply(Call call, Target target)
    {
        lock (workspace.Gate)
        {
            workspace.Settle();
            Answer answer;
            var metered = false;
            try
            {
                answer = Checked(call, out metered);
            }
            catch (Refusal refusal)
            {
                answer = refusal.ToAnswer(NextRequestId());
            }
            return metered ? answer with { Headers = [.. answer.Headers, .. quotas.Headers()] } : answer;
        }
    }

    private Answer Checked(Call call, out bool metered)
    {
        metered = false;
        var route = router.Find(call);
        if (route is { Open: true })
            return route.Reply(new Request(call, default));
        tokens.Check(call.Authorization);
        metered = true;
        if (quotas.Take() is { } exhausted)
            throw exhausted;
        var version = ApiVersion.Parse(call.Headers.GetValueOrDefault("Intercom-Version") ?? options.DefaultVersion) ?? throw new Refusal(400, "intercom_version_invalid", "The requested version could not be found");
        if (route is null)
            throw Refusal.NotFound();
        if (Controls.Strike<ForbidControl>(route.Endpoint, route.Stream) is not null)
            throw Forbidden();
        return route.Reply(new Request(call, version));
    }

    private static Refusal Forbidden() => new(403, "forbidden", "You do not have permission to access this resource");

    /// <inheritdoc/>
    protected override Answer Refuse(int status)
    {
        lock (workspace.Gate)
            return status switch
            {
                401 => Refusal.Unauthorized(),
                403 => Forbidden(),
                404 => Refusal.NotFound(),
                408 => new Refusal(408, "request_timeout", "Request timed out"),
                429 => new Refusal(429, "rate_limit_exceeded", "Exceeded rate limit of 167 in 10_seconds"),
                503 => new Refusal(503, "service_unavailable", "Sorry, the API service is temporarily unavailable"),
                502 or 504 => null,
                < 500 => new Refusal(status, "client_error", "Unknown Client Error"),
                _ => new Refusal(status, "server_error", "Unknown Server Error"),
            } is { } refusal
                ? refusal.ToAnswer(NextRequestId()) with { Headers = [.. quotas.Headers()] }
                : Api.Reply.Html(status, status == 502 ? "Bad Gateway" : "Gateway Time-out");
    }

    /// <inheritdoc/>
    /// <remarks>A scroll that meets an error of the server is over.</remarks>
    protected override Answer Refuse(int status, Target target)
    {
        if (status != 500 || target.Endpoint != CompanyScroll.Endpoint)
            return Refuse(status);
        lock (workspace.Gate)
        {
            scroll.End();
            return new Refusal(500, "server_error", "Request failed due to an internal network error. Please restart the scroll operation.").ToAnswer(NextRequestId());
        }
    }

    /// <inheritdoc/>
    protected override string StreamNamed(string name)
    {
        lock (workspace.Gate)
            return mutations.Table(name).Name;
    }

    /// <inheritdoc/>
    protected override void Take(Control control)
    {
        lock (workspace.Gate)
            switch (control)
            {
                case LagControl lag:
                    workspace.LagHorizon = lag.Delay > workspace.LagHorizon ? lag.Delay : workspace.LagHorizon;
                    break;
                case TieControl tie:
                    mutations.Tie(tie.Stream ?? throw new ControlException("The control tie needs 'stream'."), tie);
                    break;
                case QuotaControl quota:
                    quotas.Set(quota);
                    break;
                case ExpireControl { What: "scroll", After: > 0 }:
                    throw new ControlException("A scroll ends at once: the control expire takes no 'after' for it.");
                case ExpireControl { What: "scroll" }:
                    scroll.End();
                    break;
                case ExpireControl { What: "token" or "revoke" } expire:
                    tokens.Expire(expire);
                    break;
                case ExpireControl expire:
                    throw new ControlException($"Intercom has no {expire.What} that could expire; it has token, revoke and scroll.");
                case JobControl or CsvControl or PartialControl:
                    throw new ControlException("Intercom has no jobs, no files and no batches that are emulated.");
            }
    }

    /// <inheritdoc/>
    protected override void Relent()
    {
        lock (workspace.Gate)
        {
            workspace.LagHorizon = TimeSpan.Zero;
            quotas.Reset();
            tokens.Relent();
        }
    }

    /// <inheritdoc/>
    protected override void Restart() => (workspace, mutations, router, quotas, scroll) = Build();

    private void Tell(IntercomWorkspace told) => told.Happened = webhooks is { } sender ? sender.Tell : null;

    private (IntercomWorkspace, Mutations, Router, Quotas, CompanyScroll) Build()
    {
        var built = new IntercomWorkspace(Clock, options);
        WorkspaceData.Load(built, options);
        Tell(built);
        var rendering = new Rendering(built, difficulties);
        var walks = new Walks(built, difficulties, options.Seed);
        var searching = new Searching(built, rendering, walks, new DayRule(TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone)));
        var scrolling = new CompanyScroll(built, rendering, difficulties, options);
        var answering = new Answering(
            searching, new ContactCalls(built, rendering, options.HidesArchivedContacts), new CompanyCalls(built, rendering, searching, walks, difficulties, () => address, options.CompaniesListed), scrolling,
            new ConversationCalls(built, rendering, difficulties, () => address), new TicketCalls(built, rendering), new LinkCalls(built, rendering, difficulties),
            new DirectoryCalls(built, rendering, options), new DataAttributeCalls(built), new ConversationAttributeCalls(built), new TicketTypeCalls(built));
        return (built, new Mutations(built), new Router(built, tokens, answering),
            new Quotas(Clock, options.CallsPerSlice, options.CallsPerSlice == IntercomEmulatorOptions.NoLimit ? IntercomEmulatorOptions.NoLimit : IntercomEmulatorOptions.VendorsWorkspaceCallsPerSlice), scrolling);
    }

    private string NextRequestId()
    {
        answers++;
        return new Guid([.. BitConverter.GetBytes(Chance.Mix(options.Seed ^ answers)), .. BitConverter.GetBytes(Chance.Mix(answers))]).ToString("D");
    }
}
