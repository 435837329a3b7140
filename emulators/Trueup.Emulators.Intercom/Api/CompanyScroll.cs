using Trueup.Emulators.Intercom.Search;
using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Api;

/// <summary>The one scroll through all companies that an app may have open (facts, section 6). It shows what there was when it was opened.</summary>
internal sealed class CompanyScroll(IntercomWorkspace workspace, Rendering rendering, Difficulties difficulties, IntercomEmulatorOptions options)
{
    public const string Endpoint = "scroll";

    private const int PerPage = 100;
    private const long Patience = 60_000;

    private string? parameter;
    private List<Hit> companies = [];
    private int position;
    private long usedAt;
    private long opened;

    public Answer Read(Request request)
    {
        if (parameter is not null && usedAt + Patience <= workspace.Clock.Milliseconds)
            End();
        if (request.Call["scroll_param"] is not { Length: > 0 } asked)
            Open();
        else if (asked != parameter)
            throw Refusal.NotFound("scroll parameter not found");
        usedAt = workspace.Clock.Milliseconds;
        if (position > 0 && difficulties.Any && difficulties.Twice(Endpoint, "companies"))
            position--;
        // An empty page is the end: the size of a page that is not the last is at least one.
        var size = Math.Max(1, difficulties.PageSize(Endpoint, "companies", PerPage));
        var page = companies.GetRange(position, Math.Min(size, companies.Count - position));
        if (!(difficulties.Any && difficulties.Repeats(Endpoint, "companies")))
            position += page.Count;
        var shown = parameter;
        if (page.Count == 0)
        {
            shown = options.KeepsLastScrollParameter ? parameter : null;
            End();
        }
        return rendering.Scrolled(request, Endpoint, workspace.Companies, page, shown);
    }

    /// <summary>Ends the open scroll, if there is one.</summary>
    public void End() => (parameter, companies, position) = (null, [], 0);

    private void Open()
    {
        if (parameter is not null)
            throw new Refusal(400, "scroll_exists", "scroll already exists for this workspace");
        var view = difficulties.View(Endpoint, "companies", workspace.Clock.Milliseconds);
        companies = [];
        foreach (var company in workspace.Companies.Records)
            if (view.See(company) is { Life: not RecordLife.Gone } version
                && (version.Life == RecordLife.Archived || options.ScrollsUserless || workspace.UsersOf(company) > 0))
                companies.Add(new Hit(company, version, default, company.Id));
        difficulties.Disturb(Endpoint, "companies", companies, null);
        opened++;
        parameter = new Guid([.. BitConverter.GetBytes(Chance.Mix(options.Seed ^ opened)), .. BitConverter.GetBytes(Chance.Mix(opened))]).ToString("D");
    }
}
