using Trueup.Emulators.Intercom.Api;
using Trueup.Emulators.Intercom.Data;
using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom;

/// <summary>An Intercom workspace over real HTTP: the REST API up to version 2.17, and OAuth.</summary>
/// <remarks>Endpoint names for controls are listed in <c>emulators/README.md</c>.</remarks>
public sealed class EmulatedIntercom : EmulatedCrm
{
    private readonly IntercomEmulatorOptions options;
    private readonly Difficulties difficulties;
    private IntercomWorkspace workspace;
    private Mutations mutations;
    private WorkspaceState state;
    private Router router;
    private Tokens tokens;
    private RateLimit rateLimit;
    private CompanyCalls companies;
    private Heartbeat? life;
    private long answers;

    private EmulatedIntercom(IntercomEmulatorOptions options) : base(options.Clock, options.Seed)
    {
        this.options = options;
        difficulties = new Difficulties(Controls, options.Seed);
        (workspace, mutations, state, router, tokens, rateLimit, companies) = Build();
    }

    /// <summary>Generates the data, and does not listen: <see cref="EmulatedCrm.Direct"/> leads to it.</summary>
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

        if (options.Life > 0)
            crm.life = LivingCrm.Start(crm, () => crm.workspace, options);
        return crm;
    }

    /// <inheritdoc/>
    public override string App => "intercom";

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Endpoints => Router.Endpoints;

    /// <summary>Issues a token as if a person had consented, without a request.</summary>
    public string IssueToken()
    {
        lock (workspace.Gate)
            return tokens.Issue();
    }

    /// <summary>Whether a token still opens the workspace.</summary>
    public bool IsOpenTo(string token)
    {
        lock (workspace.Gate)
            return tokens.IsLive(token);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MutationResult> Mutate(params IReadOnlyList<Mutation> operations)
    {
        lock (workspace.Gate)
            return mutations.Apply(operations);
    }

    /// <inheritdoc/>
    /// <exception cref="ControlException">Always, unless it ends them: none are emulated yet.</exception>
    public override void SendWebhooks(WebhookTarget? target)
    {
        if (target is not null)
            throw new ControlException("The emulated Intercom sends no webhooks.");
    }

    /// <inheritdoc/>
    public override CrmState State(string? stream = null)
    {
        lock (workspace.Gate)
            return state.Of(stream is null ? null : mutations.Table(stream));
    }

    /// <summary>One record as it is now; null where the stream never had the id.</summary>
    public RecordState? StateOf(string stream, string id)
    {
        lock (workspace.Gate)
            return mutations.Table(stream) is var table && table.Find(id) is { } record ? state.Of(table, record) : null;
    }

    /// <summary>The records of one stream, one after the other.</summary>
    public IEnumerable<RecordState> Each(string stream)
    {
        var table = mutations.Table(stream);
        foreach (var record in table.Records)
            yield return state.Of(table, record);
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
    public override async ValueTask DisposeAsync()
    {
        if (life is not null)
            await life.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override Target Find(Call call) => router.Find(call) is { } route ? new Target(route.Endpoint, route.Stream) : new Target("", null);

    /// <inheritdoc/>
    protected override Answer Reply(Call call, Target target)
    {
        lock (workspace.Gate)
        {
            var isMetered = false;
            Answer answer;
            try
            {
                answer = Checked(call, target, out isMetered);
            }
            catch (Refusal refusal)
            {
                answer = refusal.ToAnswer(RequestId());
            }

            return isMetered ? answer with { Headers = [.. answer.Headers, .. rateLimit.Headers] } : answer;
        }
    }

    private Answer Checked(Call call, Target target, out bool isMetered)
    {
        isMetered = false;
        var route = router.Find(call) ?? throw Refusal.NotFound();
        if (route.Open)
            return route.Reply(new Request(call, VersionOf(call)));
        tokens.Check(call.Authorization);
        isMetered = true;
        if (rateLimit.Take() is { } exhausted)
            throw exhausted;
        if (Controls.Strike<ForbidControl>(target.Endpoint, target.Stream) is not null)
            throw new Refusal(403, "forbidden", "The app lacks the permission to read this");
        var answer = route.Reply(new Request(call, VersionOf(call)));
        return route.Endpoint is "create" or "update" or "upsert" or "delete" or "archive" or "link" ? answer with { Written = 1 } : answer;
    }

    private Version VersionOf(Call call)
    {
        var text = call.Headers.GetValueOrDefault("Intercom-Version") ?? options.DefaultVersion;
        return Version.TryParse(text, out var version) && version >= Versions.Oldest && version <= Versions.Newest
            ? version : throw Refusal.WrongVersion();
    }

    private string RequestId() => $"{options.Seed & 0xFFFFFFFF:x8}-0000-4000-8000-{++answers:x12}";

    /// <inheritdoc/>
    protected override Answer Refuse(int status) => status switch
    {
        401 => Refusal.Unauthorized().ToAnswer(RequestId()),
        403 => new Refusal(403, "forbidden", "The app lacks the permission to do this").ToAnswer(RequestId()),
        404 => Refusal.NotFound().ToAnswer(RequestId()),
        429 => new Refusal(429, "rate_limit_exceeded", "Exceeded rate limit of 167 in 10_seconds").ToAnswer(RequestId()),
        502 or 504 => Api.Reply.Html(status, "Bad gateway"),
        503 => new Refusal(503, "service_unavailable", "Sorry, the API service is temporarily unavailable").ToAnswer(RequestId()),
        _ => new Refusal(status, status < 500 ? "client_error" : "server_error", "Unknown error").ToAnswer(RequestId()),
    };

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
                    rateLimit.Set(quota);
                    break;
                case ExpireControl { What: "scroll", After: > 0 }:
                    throw new ControlException("A scroll ends at once: the control expire takes no 'after' for it.");
                case ExpireControl { What: "scroll" }:
                    companies.LoseScroll();
                    break;
                case ExpireControl { What: "token" or "revoke" } expire:
                    tokens.Expire(expire.After);
                    break;
                case ExpireControl expire:
                    throw new ControlException($"Intercom has no {expire.What} that could expire; it has token, revoke and scroll.");
            }
    }

    /// <inheritdoc/>
    protected override void Relent()
    {
        lock (workspace.Gate)
        {
            workspace.LagHorizon = TimeSpan.Zero;
            rateLimit.Reset();
            tokens.Relent();
        }
    }

    /// <inheritdoc/>
    protected override void Restart() => (workspace, mutations, state, router, tokens, rateLimit, companies) = Build();

    private (IntercomWorkspace, Mutations, WorkspaceState, Router, Tokens, RateLimit, CompanyCalls) Build()
    {
        var built = new IntercomWorkspace(Clock, options);
        if (options.Records > 0)
            GeneratedData.Fill(built, options);
        var rendering = new Rendering(built);
        var searches = new Searches(built, rendering, difficulties);
        var writes = new Writes(built);
        var access = new Tokens(options);
        var firms = new CompanyCalls(built, rendering, searches, difficulties);
        return (built, new Mutations(built), new WorkspaceState(built, rendering),
            new Router(built, access, new ContactCalls(built, rendering, searches), firms, new ConversationCalls(built, rendering, searches, writes), new MetadataCalls(built, rendering, difficulties)),
            access, new RateLimit(Clock, options.CallsPerSlice), firms);
    }
}
