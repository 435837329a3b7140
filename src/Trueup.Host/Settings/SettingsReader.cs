using System.Globalization;
using System.Xml;
using Trueup.Catalog;
using Trueup.Cluster;
using Trueup.Engine;

namespace Trueup.Host.Settings;

/// <summary>Checks settings, one by one; the first wrong one stops the start.</summary>
/// <param name="sources">What is set.</param>
/// <param name="apps">The names of the apps this build knows.</param>
internal sealed class SettingsReader(SettingSources sources, IReadOnlyList<string> apps)
{
    private static readonly string[] Keys =
    [
        "URLS", "DATA", "DATABASE", "CLUSTER", "OWNER_EMAIL", "OWNER_PASSWORD", "API_TOKEN", "SCHEDULE__HOURLY", "SCHEDULE__NIGHTLY",
        "BUDGET__SHARE", "DELETES__BRAKE", "SMTP__HOST", "SMTP__PORT", "SMTP__USER", "SMTP__PASSWORD", "SMTP__FROM", "SMTP__TLS",
        "APPS__ALLOWCUSTOMBASEURL", "PUBLICURL", "LOG", "URL", "TOKEN",
    ];

    /// <summary>Reads all settings.</summary>
    /// <exception cref="SettingsException">One is wrong, or unknown.</exception>
    internal ServerSettings Read()
    {
        RefuseUnknown();
        OneOf("DATABASE", "sqlite", ["sqlite"], "a PostgreSQL database is not in this build yet");
        OneOf("CLUSTER", "single", ["single"], "a cluster of several servers is not in this build yet");
        return new ServerSettings
        {
            Urls = ReadUrls(),
            PublicUrl = Text(
                "PUBLICURL", u => Uri.TryCreate(u, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/",
                "the address people and apps reach the server at, such as https://trueup.example.com")?.TrimEnd('/'),
            Data = sources.Find("DATA") ?? "./data",
            Owner = ReadOwner(),
            ApiToken = Text("API_TOKEN", token => token.Length >= 32, "at least 32 characters", secret: true),
            Schedule = new ScheduleOptions(Duration("SCHEDULE__HOURLY", TimeSpan.FromHours(1)), ReadNightly()),
            Engine = new EngineOptions { DeletesBrake = Share("DELETES__BRAKE", 0.2) },
            Mail = ReadMail(),
            Apps = ReadApps(),
            JsonLog = OneOf("LOG", "text", ["text", "json"]) == "json",
        };
    }

    private void RefuseUnknown()
    {
        var known = Keys.Concat(apps.SelectMany(KeysOf)).Select(SettingSources.Plain).ToHashSet();
        foreach (var (plain, spelled) in sources.Spelled)
            if (!known.Contains(plain))
                throw new SettingsException($"{spelled} is not a setting; allowed are {string.Join(", ", Keys.Select(k => "TRUEUP_" + k))} and, per app, {string.Join(", ", apps.SelectMany(KeysOf).Select(k => "TRUEUP_" + k))}.");
    }

    private static IEnumerable<string> KeysOf(string app) =>
        [$"APPS__{app.ToUpperInvariant()}__BASEURL", $"APPS__{app.ToUpperInvariant()}__CLIENTID", $"APPS__{app.ToUpperInvariant()}__CLIENTSECRET"];

    private string[] ReadUrls()
    {
        var urls = (sources.Find("URLS") ?? "http://127.0.0.1:8080").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var url in urls)
            // A host of * or + means every address, which is no URL to .NET.
            if (!Uri.TryCreate(url.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal), UriKind.Absolute, out var parsed)
                || parsed.Scheme is not ("http" or "https") || parsed.PathAndQuery != "/")
                throw Wrong("URLS", url, "addresses such as http://127.0.0.1:8080, separated by semicolons");
        return urls.Length > 0 ? urls : throw Wrong("URLS", "", "at least one address such as http://127.0.0.1:8080");
    }

    private (string Email, string Password)? ReadOwner()
    {
        var email = Text("OWNER_EMAIL", MailOptions.IsAddress, "an e-mail address");
        var password = Text("OWNER_PASSWORD", p => p.Length >= 12, "at least 12 characters", secret: true);
        return (email, password) switch
        {
            (null, null) => null,
            ({ } both, { } given) => (both, given),
            (null, _) => throw Wrong("OWNER_EMAIL", "nothing", "an e-mail address, because TRUEUP_OWNER_PASSWORD is set"),
            (_, null) => throw Wrong("OWNER_PASSWORD", "nothing", "at least 12 characters, because TRUEUP_OWNER_EMAIL is set"),
        };
    }

    private NightlyRule ReadNightly()
    {
        const string allowed = "a local time such as 02:00, or an interval of at least PT1S such as PT30S";
        var text = sources.Find("SCHEDULE__NIGHTLY") ?? "02:00";
        if (TimeOnly.TryParseExact(text, ["HH:mm", "H:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
            return new NightlyRule.At(at);
        return TryDuration(text, out var interval) ? new NightlyRule.Every(interval) : throw Wrong("SCHEDULE__NIGHTLY", text, allowed);
    }

    private MailOptions ReadMail() => new()
    {
        Host = Text("SMTP__HOST", h => Uri.CheckHostName(h) != UriHostNameType.Unknown, "a host name"),
        Port = Number("SMTP__PORT", 587, 1, 65535),
        User = sources.Find("SMTP__USER"),
        Password = sources.Find("SMTP__PASSWORD"),
        From = Text("SMTP__FROM", MailOptions.IsAddress, "an e-mail address") ?? "trueup@localhost",
        Encryption = OneOf("SMTP__TLS", "auto", ["auto", "tls", "starttls", "none"]) switch
        {
            "tls" => MailEncryption.Tls,
            "starttls" => MailEncryption.StartTls,
            "none" => MailEncryption.None,
            _ => MailEncryption.Auto,
        },
    };

    private AppOptions ReadApps()
    {
        var urls = new Dictionary<string, Uri>();
        var clients = new Dictionary<string, OAuthClient>();
        foreach (var app in apps)
        {
            var keys = KeysOf(app).ToList();
            if (Text(keys[0], u => Uri.TryCreate(u, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", "a URL such as https://api.example.com") is { } set)
                urls[app] = new Uri(set.TrimEnd('/'));
            var (id, secret) = (sources.Find(keys[1]), sources.Find(keys[2]));
            if (id is null != secret is null)
                throw Wrong(id is null ? keys[1] : keys[2], "nothing", "the other half of the OAuth client, because one half is set");
            if (id is not null && secret is not null)
                clients[app] = new OAuthClient(id, secret);
        }
        return new AppOptions
        {
            BaseUrls = urls, OAuthClients = clients, BudgetShare = Share("BUDGET__SHARE", 0.8),
            AllowCustomBaseUrl = OneOf("APPS__ALLOWCUSTOMBASEURL", "false", ["true", "false"]) == "true",
        };
    }

    private string? Text(string key, Func<string, bool> isGood, string allowed, bool secret = false)
    {
        var text = sources.Find(key);
        return text is null || isGood(text) ? text : throw Wrong(key, secret ? $"a value of {text.Length} characters" : text, allowed);
    }

    private string OneOf(string key, string usual, string[] allowed, string? why = null)
    {
        var text = sources.Find(key) ?? usual;
        return allowed.FirstOrDefault(a => a.Equals(text, StringComparison.OrdinalIgnoreCase))
            // A connection string may hold a password, so only its kind is repeated.
            ?? throw Wrong(key, key == "DATABASE" ? "something else" : text, string.Join(" or ", allowed) + (why is null ? "" : $" ({why})"));
    }

    private int Number(string key, int usual, int least, int most)
    {
        if (sources.Find(key) is not { } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Wrong(key, text, $"a whole number from {least} to {most}");
    }

    private double Share(string key, double usual)
    {
        if (sources.Find(key) is not { } text)
            return usual;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is > 0 and <= 1
            ? share : throw Wrong(key, text, "a number above 0 and at most 1, such as 0.8");
    }

    private TimeSpan Duration(string key, TimeSpan usual)
    {
        if (sources.Find(key) is not { } text)
            return usual;
        return TryDuration(text, out var duration) ? duration : throw Wrong(key, text, "an ISO 8601 duration of at least PT1S, such as PT1H");
    }

    private static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return duration >= TimeSpan.FromSeconds(1) && duration <= TimeSpan.FromDays(366);
        }
        catch (Exception failure) when (failure is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static SettingsException Wrong(string key, string value, string allowed) =>
        new($"TRUEUP_{key} is {value}; allowed: {allowed}.");
}
