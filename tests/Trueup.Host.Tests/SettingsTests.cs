using System.Collections;
using Trueup.Cluster;
using Trueup.Host.Settings;

namespace Trueup.Host.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("trueup-settings-").FullName;

    [Fact]
    public void Without_any_setting_the_server_listens_on_this_machine_only()
    {
        var settings = Read();

        Assert.Equal(["http://127.0.0.1:8080"], settings.Urls);
        Assert.Equal(ScheduleOptions.Default, settings.Schedule);
        Assert.Equal((0.8, 0.2, false), (settings.Apps.BudgetShare, settings.Engine.DeletesBrake, settings.Apps.AllowCustomBaseUrl));
    }

    [Theory]
    [InlineData("TRUEUP_URLS", "nowhere")]
    [InlineData("TRUEUP_URLS", "ftp://127.0.0.1:8080")]
    [InlineData("TRUEUP_CLUSTER", "postgresql")]
    [InlineData("TRUEUP_API_TOKEN", "short")]
    [InlineData("TRUEUP_SCHEDULE__HOURLY", "1h")]
    [InlineData("TRUEUP_SCHEDULE__HOURLY", "PT0.5S")]
    [InlineData("TRUEUP_SCHEDULE__NIGHTLY", "25:00")]
    [InlineData("TRUEUP_BUDGET__SHARE", "0")]
    [InlineData("TRUEUP_BUDGET__SHARE", "1.1")]
    [InlineData("TRUEUP_DELETES__BRAKE", "a lot")]
    [InlineData("TRUEUP_SMTP__PORT", "65536")]
    [InlineData("TRUEUP_SMTP__TLS", "perhaps")]
    [InlineData("TRUEUP_OWNER_EMAIL", "nobody")]
    [InlineData("TRUEUP_APPS__HUBSPOT__BASEURL", "api.hubapi.com")]
    [InlineData("TRUEUP_APPS__ALLOWCUSTOMBASEURL", "yes")]
    public void A_wrong_value_is_one_line_that_names_the_key_and_what_is_allowed(string key, string value)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read((key, value)));

        Assert.StartsWith($"{key} is ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("allowed: ", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    [Theory]
    [InlineData("TRUEUP_OWNER_PASSWORD", "hunter2")]
    [InlineData("TRUEUP_API_TOKEN", "hunter2")]
    [InlineData("TRUEUP_DATABASE", "Host=db;Password=hunter2")]
    public void A_secret_is_not_repeated_when_it_is_wrong(string key, string value) =>
        Assert.DoesNotContain("hunter2", Assert.Throws<SettingsException>(() => Read(("TRUEUP_OWNER_EMAIL", "a@example.com"), (key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_command_line_outdoes_variables_which_outdo_the_file()
    {
        File.WriteAllText(Path.Combine(folder, "trueup.json"), """{"schedule": {"hourly": "PT10M", "nightly": "03:00"}, "TRUEUP_DATA": "from-file"}""");

        var settings = Read([("TRUEUP_SCHEDULE__HOURLY", "PT20M"), ("TRUEUP_DATA", "from-variable")], [new("data", "from-option")]);

        Assert.Equal(new ScheduleOptions(TimeSpan.FromMinutes(20), new NightlyRule.At(new TimeOnly(3, 0))), settings.Schedule);
        Assert.Equal("from-option", settings.Data);
    }

    [Fact]
    public void An_unknown_setting_is_refused_by_name() =>
        Assert.StartsWith("shedule-hourly is not a setting",
            Assert.Throws<SettingsException>(() => Read([], [new("shedule-hourly", "PT1H")])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_no_json_is_refused()
    {
        File.WriteAllText(Path.Combine(folder, "trueup.json"), "hourly = 1");

        Assert.Contains("trueup.json is not valid JSON", Assert.Throws<SettingsException>(() => Read()).Message, StringComparison.Ordinal);
    }

    private ServerSettings Read(params (string Key, string Value)[] variables) => Read(variables, []);

    private ServerSettings Read((string Key, string Value)[] variables, KeyValuePair<string, string>[] options)
    {
        var all = new Hashtable();
        foreach (var (key, value) in variables)
            all[key] = value;
        return new SettingsReader(SettingSources.Read(Path.Combine(folder, "trueup.json"), all, options), ["hubspot"]).Read();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
