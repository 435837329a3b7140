using Trueup.Emulators.Intercom;

namespace Trueup.Emulators.Tests.Intercom;

public sealed class AccessTests
{
    [Fact]
    public async Task Without_a_token_or_with_one_of_another_region_nothing_opens()
    {
        await using var crm = await IntercomCalls.StartAsync(options: new IntercomEmulatorOptions { Region = "EU" });

        foreach (var token in new[] { "", "au:secret", "us:secret" })
        {
            crm.Token = token;
            var answer = await crm.GetAsync("/me");
            Assert.Equal((401, "unauthorized"), (answer.Status, answer.Code));
            Assert.DoesNotContain("X-RateLimit-Limit", answer.Headers.Keys);
        }
        crm.Token = "eu:secret";
        var me = await crm.GetAsync("/me");
        Assert.Equal("EU", me.Json.GetProperty("app").GetProperty("region").GetString());
    }

    [Fact]
    public async Task A_code_gives_one_token_which_lives_until_it_is_withdrawn()
    {
        await using var crm = await IntercomCalls.StartAsync(options: new IntercomEmulatorOptions { ClientId = "client", ClientSecret = "secret" });
        crm.Token = "";
        var consent = await crm.GetAsync("/oauth?client_id=client&state=s1&redirect_uri=https://app.example/callback");
        var back = System.Web.HttpUtility.ParseQueryString(new Uri(consent.Headers["Location"]).Query);
        var form = $"client_id=client&client_secret=secret&code={back["code"]}";

        var answer = await crm.SendAsync(HttpMethod.Post, "/auth/eagle/token", form, "application/x-www-form-urlencoded");
        var again = await crm.SendAsync(HttpMethod.Post, "/auth/eagle/token", form, "application/x-www-form-urlencoded");

        Assert.Equal(("s1", "Bearer", answer["token"]), (back["state"], answer["token_type"], answer["access_token"]));
        Assert.Equal(404, again.Status);
        crm.Token = answer["token"]!;
        crm.Clock.Advance(TimeSpan.FromDays(400));
        Assert.Equal(200, (await crm.GetAsync("/me")).Status);
        await crm.ControlAsync("""{"control":"expire","what":"revoke"}""");
        Assert.Equal((401, "token_revoked"), ((await crm.GetAsync("/me")).Status, (await crm.GetAsync("/me")).Code));
        Assert.False(crm.Crm.IsOpenTo(crm.Token));
    }

    [Fact]
    public async Task Addresses_that_are_neither_secure_nor_local_get_no_code()
    {
        await using var crm = await IntercomCalls.StartAsync();

        Assert.Equal(400, (await crm.GetAsync("/oauth?client_id=client&redirect_uri=http://app.example/callback")).Status);
        Assert.Equal(302, (await crm.GetAsync("/oauth?client_id=client&redirect_uri=http://127.0.0.1:9/callback")).Status);
    }

    [Theory]
    [InlineData("2.18", 400)]
    [InlineData("3.0", 400)]
    [InlineData("2.14", 200)]
    [InlineData("2.17", 200)]
    [InlineData("Preview", 200)]
    [InlineData("", 200)]
    public async Task Only_versions_that_there_are_answer(string version, int status)
    {
        await using var crm = await IntercomCalls.StartAsync();
        crm.Version = version;

        Assert.Equal(status, (await crm.GetAsync("/me")).Status);
    }

    [Theory]
    [InlineData("GET", "/conversations/deleted", "2.15", "2.16")]
    [InlineData("GET", "/conversations/attributes", "2.15", "2.16")]
    [InlineData("POST", "/companies/search", "2.16", "2.17")]
    public async Task What_a_version_does_not_have_is_refused_by_its_own_code(string method, string path, string without, string with)
    {
        await using var crm = await IntercomCalls.StartAsync();
        var body = method == "POST" ? """{"query":{"field":"created_at","operator":">","value":0}}""" : null;

        crm.Version = without;
        var refused = await crm.SendAsync(new HttpMethod(method), path, body);
        crm.Version = with;
        var answered = await crm.SendAsync(new HttpMethod(method), path, body);

        Assert.Equal((400, "intercom_version_invalid"), (refused.Status, refused.Code));
        Assert.Equal(200, answered.Status);
    }

    [Fact]
    public async Task Calls_are_counted_in_slices_of_ten_seconds_and_every_answer_says_how_many_are_left()
    {
        await using var crm = await IntercomCalls.StartAsync(options: new IntercomEmulatorOptions { CallsPerSlice = 2 });

        var answers = new[] { await crm.GetAsync("/me"), await crm.GetAsync("/nowhere"), await crm.GetAsync("/me") };
        crm.Clock.Advance(TimeSpan.FromSeconds(10));
        var later = await crm.GetAsync("/me");

        Assert.Equal([200, 404, 429, 200], answers.Append(later).Select(answer => answer.Status));
        Assert.Equal(["1", "0", "0", "1"], answers.Append(later).Select(answer => answer.Headers["X-RateLimit-Remaining"]));
        Assert.Equal("Exceeded rate limit of 2 in 10_seconds", answers[2].Message);
        Assert.Equal(IntercomCalls.Start.ToUnixTimeSeconds() + 10, long.Parse(answers[0].Headers["X-RateLimit-Reset"], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_wrong_method_is_an_unknown_path()
    {
        await using var crm = await IntercomCalls.StartAsync();

        Assert.Equal(404, (await crm.PutAsync("/me", new { })).Status);
        Assert.Equal(404, (await crm.GetAsync("/companies/list")).Status);
        Assert.Equal(404, (await crm.GetAsync("/tickets/search")).Status);
    }
}
