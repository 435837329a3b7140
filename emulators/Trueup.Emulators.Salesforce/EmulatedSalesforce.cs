using Trueup.Emulators.Salesforce.Api;
using Trueup.Emulators.Salesforce.Bulk;
using Trueup.Emulators.Salesforce.Data;
using Trueup.Emulators.Salesforce.Org;
using Trueup.Emulators.Salesforce.Soql;
using Trueup.Emulators.Salesforce.Writes;

namespace Trueup.Emulators.Salesforce;

/// <summary>A Salesforce org over real HTTP: REST API, queries, the Bulk API 2.0 and OAuth.</summary>
/// <remarks>Endpoint names for controls are listed in <c>emulators/README.md</c>.</remarks>
public sealed class EmulatedSalesforce : EmulatedCrm
{
    private const string DirectUrl = "https://emulated.my.salesforce.com";
    private const int MostBytes = 16_384;

    private readonly SalesforceEmulatorOptions options;
    private readonly Difficulties difficulties;
    private readonly Tokens tokens;
    private SalesforceOrg org;
    private Mutations mutations;
    private Router router;
    private Quotas quotas;
    private Locators locators;
    private BulkJobs jobs;
    private Heartbeat? life;
    private string instanceUrl;

    private EmulatedSalesforce(SalesforceEmulatorOptions options) : base(options.Clock, options.Seed)
    {
        this.options = options;
        difficulties = new Difficulties(Controls, options.Seed);
        instanceUrl = options.InstanceUrl ?? DirectUrl;
        tokens = new Tokens(() => org!, options, () => instanceUrl);
        (org, mutations, router, quotas, locators, jobs) = Build();
    }

    /// <summary>Generates the data, and does not listen: <see cref="EmulatedCrm.Direct"/> leads to it. It has no life of its own.</summary>
    public static EmulatedSalesforce WithoutServer(SalesforceEmulatorOptions options) => new(options);

    /// <summary>Generates the data and starts to listen.</summary>
    public static async Task<EmulatedSalesforce> StartAsync(SalesforceEmulatorOptions options, CancellationToken cancellationToken = default)
    {
        var crm = new EmulatedSalesforce(options);
        try
        {
            await crm.ListenAsync(options.Url, cancellationToken);
        }
        catch
        {
            await crm.DisposeAsync();
            throw;
        }
        crm.instanceUrl = crm.Url.ToString().TrimEnd('/');
        if (options.Life > 0)
            crm.life = LivingCrm.Start(crm, () => crm.org, options);
        return crm;
    }

    /// <inheritdoc/>
    public override string App => "salesforce";

    /// <summary>The org's id, with 18 characters.</summary>
    public static string OrganizationId => SalesforceOrg.OrganizationId;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Endpoints => Router.Endpoints;

    /// <summary>Issues tokens as if a person had consented, without a request.</summary>
    public IssuedTokens IssueTokens()
    {
        lock (org.Gate)
            return tokens.Issue();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MutationResult> Mutate(params IReadOnlyList<Mutation> operations)
    {
        lock (org.Gate)
        {
            org.EmptyBin();
            return mutations.Apply(operations);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ControlException">Always, unless it ends them: Salesforce sends none that are emulated.</exception>
    public override void SendWebhooks(WebhookTarget? target)
    {
        if (target is not null)
            throw new ControlException("Salesforce sends no webhooks.");
    }

    /// <inheritdoc/>
    public override CrmState State(string? stream = null)
    {
        lock (org.Gate)
        {
            org.EmptyBin();
            return OrgState.Of(org, stream is null ? null : mutations.Table(stream));
        }
    }

    /// <summary>One record as it is now; null where the stream never had the id.</summary>
    /// <param name="stream">The object's name, in any case.</param>
    /// <param name="id">The id, with 15 or 18 characters; that of a merged record tells of itself, not of its survivor.</param>
    public RecordState? StateOf(string stream, string id)
    {
        lock (org.Gate)
        {
            org.EmptyBin();
            return mutations.Table(stream) is var table && table.Find(id) is { } record ? OrgState.Of(org, table, record) : null;
        }
    }

    /// <summary>The records of one object, one after the other.</summary>
    /// <param name="stream">The object's name, in any case.</param>
    public IEnumerable<RecordState> Each(string stream)
    {
        var table = mutations.Table(stream);
        foreach (var record in table.Records)
            yield return OrgState.Of(org, table, record);
    }

    /// <summary>The records that were written at an instant or later, and what became of them then.</summary>
    /// <param name="since">The instant, by the CRM's clock.</param>
    public IReadOnlyList<RecordMoment> WrittenSince(DateTimeOffset since)
    {
        lock (org.Gate)
            return
            [
                .. from table in org.Tables
                   from record in table.Records
                   where record.Now.Written >= since.ToUnixTimeMilliseconds()
                   select new RecordMoment(table.Name, table.IdOf(record), DateTimeOffset.FromUnixTimeMilliseconds(record.Now.Modified), record.Now.Life),
            ];
    }

    /// <summary>Whether a refresh token still fetches access tokens.</summary>
    public bool IsOpenTo(string refreshToken)
    {
        lock (org.Gate)
            return tokens.IsLive(refreshToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (life is not null)
            await life.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override Target Find(Call call)
    {
        lock (org.Gate)
            return router.Find(call) is { } route ? new Target(route.Endpoint, StreamOf(call, route)) : new Target("", null);
    }

    /// <inheritdoc/>
    protected override Answer Reply(Call call, Target target)
    {
        lock (org.Gate)
        {
            org.EmptyBin();
            Answer answer;
            var metered = false;
            try
            {
                answer = Checked(call, target, out metered);
            }
            catch (Refusal refusal)
            {
                answer = refusal.ToAnswer();
            }
            return metered ? answer with { Headers = [.. answer.Headers, quotas.Header] } : answer;
        }
    }

    private Answer Checked(Call call, Target target, out bool metered)
    {
        metered = false;
        // The vendor's own limits on the address, and on address and headers together.
        if (call.UrlLength > MostBytes)
            return Api.Reply.Html(414, "Bad Message 414</h1><pre>reason: URI Too Long</pre><h1>");
        if (call.UrlLength + call.HeaderBytes > MostBytes)
            return Api.Reply.Html(431, "Bad Message 431</h1><pre>reason: Request Header Fields Too Large</pre><h1>");
        if (router.Find(call) is not { } route)
            throw router.Allowed(call) is { Count: > 0 } allowed ? Refusal.WrongMethod(call.Method, allowed) : Refusal.NotFound();
        if (route.Open)
            return route.Reply(new Request(call, "", route.Version));
        metered = true;
        Router.RequireVersion(route.Version);
        var session = tokens.Check(call.Authorization);
        if (quotas.Take(writes: call.Method is not "GET" and not "HEAD") is { } exhausted)
            throw exhausted;
        Allow(target.Endpoint, target.Stream);
        return route.Reply(new Request(call, session, route.Version));
    }

    private void Allow(string endpoint, string? stream)
    {
        if (Controls.Strike<ForbidControl>(endpoint, stream) is not null)
            throw Refusal.Of(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id");
    }

    // Queries name their object in their text.
    private string? StreamOf(Call call, Route route) => route.Table?.Name ?? route.Endpoint switch
    {
        QueryCalls.QueryEndpoint or QueryCalls.QueryAllEndpoint => StreamOfQuery(call["q"] ?? ""),
        QueryCalls.MoreEndpoint => locators.StreamOf(call.Path),
        QueryJobCalls.CreateEndpoint => StreamOfQuery(TextIn(call, "query")),
        IngestJobCalls.CreateEndpoint => org.Find(TextIn(call, "object"))?.Name,
        _ => null,
    };

    // Empty where the body has none: it will be refused where it is answered.
    private static string TextIn(Call call, string member)
    {
        try
        {
            return Body.Parse(call).Text(member) ?? "";
        }
        catch (Refusal)
        {
            return "";
        }
    }

    private string? StreamOfQuery(string soql)
    {
        try
        {
            return soql.Length == 0 ? null : org.Find(SoqlParser.Parse(soql).From.Text)?.Name;
        }
        catch (Refusal)
        {
            // It will be refused again where the refusal is answered.
            return null;
        }
    }

    /// <inheritdoc/>
    protected override Answer Refuse(int status) => status switch
    {
        401 => Tokens.Unauthorized().ToAnswer(),
        403 => Refusal.Of(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").ToAnswer(),
        404 => Refusal.NotFound().ToAnswer(),
        420 or 429 or 502 or 503 or 504 => Api.Reply.Html(status, "The server is temporarily unable to answer."),
        _ => Refusal.Of(status, status < 500 ? "UNKNOWN_EXCEPTION" : "SERVER_ERROR", "An unexpected error occurred.").ToAnswer(),
    };

    /// <inheritdoc/>
    protected override string StreamNamed(string name)
    {
        lock (org.Gate)
            return mutations.Table(name).Name;
    }

    /// <inheritdoc/>
    protected override void Take(Control control)
    {
        lock (org.Gate)
            switch (control)
            {
                case LagControl lag:
                    org.LagHorizon = lag.Delay > org.LagHorizon ? lag.Delay : org.LagHorizon;
                    break;
                case TieControl tie:
                    mutations.Tie(tie.Stream ?? throw new ControlException("The control tie needs 'stream'."), tie);
                    break;
                case QuotaControl quota:
                    quotas.Set(quota);
                    break;
                case ExpireControl { What: "scroll" }:
                    throw new ControlException("Salesforce has no scrolls that could expire.");
                case ExpireControl { What: "locator" or "job", After: > 0 }:
                    throw new ControlException("Locators and jobs expire at once: the control expire takes no 'after' for them.");
                case ExpireControl { What: "job" }:
                    jobs.Clear();
                    break;
                case ExpireControl { What: "locator" }:
                    locators.Clear();
                    break;
                case ExpireControl expire:
                    tokens.Expire(expire);
                    break;
            }
    }

    /// <inheritdoc/>
    protected override void Relent()
    {
        lock (org.Gate)
        {
            org.LagHorizon = TimeSpan.Zero;
            quotas.Reset();
            tokens.Relent();
        }
    }

    /// <inheritdoc/>
    protected override void Restart() => (org, mutations, router, quotas, locators, jobs) = Build();

    private (SalesforceOrg, Mutations, Router, Quotas, Locators, BulkJobs) Build()
    {
        var built = new SalesforceOrg(Clock, options.DeleteLogLimit, options.MultiCurrency);
        OrgData.Load(built, options);
        var engine = new QueryEngine(built);
        var writes = new RowWrites(built);
        var budgets = new Quotas(Clock, options.DailyRequests);
        var open = new Locators(Clock);
        var work = new BulkJobs(Clock);
        return (built, new Mutations(built),
            new Router(built, tokens, new QueryCalls(built, engine, open, difficulties), new DescribeCalls(built), new RowCalls(built, engine, writes),
                new CollectionCalls(built, engine, writes, difficulties), new ReplicationCalls(built, difficulties), new ResourceCalls(built, budgets, () => instanceUrl),
                work, new JobCalls(work), new QueryJobCalls(built, engine, work, budgets, difficulties, options.PollsPerJob, options.PreRenderPages ? new KeptPages() : null),
                new IngestJobCalls(built, work, new IngestRun(writes), budgets, difficulties, options.PollsPerJob, options.MayHardDelete),
                (call, route) => Allow(route.Endpoint, StreamOf(call, route))),
            budgets, open, work);
    }
}
