namespace Trueup.Emulators;

/// <summary>Invented names and values for generated data.</summary>
public static class Words
{
    /// <summary>First names of many languages.</summary>
    public static readonly string[] FirstNames =
    [
        "Ada", "Élodie", "Jon", "Mara", "Sören", "Nour", "Priya", "Zoë", "José", "Ngozi", "Li", "Hana", "Ivan", "Fatima", "Owen", "Aoife",
        "Björn", "Chloé", "Dmitri", "Esther", "Gwen", "Hiro", "Ines", "Jürgen", "Kofi", "Lucía", "Małgorzata", "Noah", "Ольга", "Paul", "Quinn",
        "Rosa", "Søren", "Tomáš", "Ulla", "Vera", "Wim", "Xin", "Yusuf", "محمد", "שרה", "明", "さくら", "Ana-Maria", "D'Arcy",
    ];

    /// <summary>Last names of many languages.</summary>
    public static readonly string[] LastNames =
    [
        "Keller", "Berg", "Dubois", "Ångström", "Haddad", "Raman", "O'Brien", "Müller", "García", "Okafor", "Wang", "Sato", "Petrov", "Khan",
        "Smith", "Ní Dhuibhne", "Lindqvist", "Lefèvre", "Novák", "Adler", "Evans", "Tanaka", "Ferreira", "Weiß", "Mensah", "Hernández",
        "Kowalska", "Brown", "Иванова", "van der Berg", "Jansen", "Rossi", "Sørensen", "Svoboda", "Meier", "Yılmaz", "Chen", "Aziz", "كريم", "כהן",
    ];

    /// <summary>Cities.</summary>
    public static readonly string[] Cities =
        ["Kiel", "Zürich", "Kraków", "São Paulo", "Montréal", "Köln", "Tōkyō", "Αθήνα", "القاهرة", "Bern", "Gent", "Malmö", "Łódź", "Austin", "Nice"];

    /// <summary>First words of company names.</summary>
    public static readonly string[] Companies =
        ["Nordlicht", "Alpenglühen", "Harbor", "Blue Fjord", "Quantum", "Rösti", "Pampas", "Sakura", "Delta", "Orion", "Granite", "Tulip", "Zephyr"];

    /// <summary>Last words of company names.</summary>
    public static readonly string[] CompanyForms = ["AG", "GmbH", "Ltd", "Inc.", "S.A.", "B.V.", "AB", "& Söhne"];

    /// <summary>Job titles.</summary>
    public static readonly string[] Titles = ["Engineer", "Head of Sales", "CFO", "Buyer", "Operations", "Owner", "Intern", "VP, Marketing & PR"];

    /// <summary>Subjects of messages and deals.</summary>
    public static readonly string[] Subjects =
        ["Renewal", "Onboarding", "Price question", "Invoice", "Broken link", "Feature idea", "Meeting notes", "Follow-up", "Contract"];

    /// <summary>The values that mirrors get wrong. An empty text is a value that was cleared.</summary>
    public static readonly string[] Awkward =
    [
        "", "0", "false", "N/A", "null", "NULL", "undefined", " leading and trailing ", "9007199254740993", "18446744073709551616",
        "0.1", "12500.50", "1E-7", "-0", "007", "🚀👩‍👩‍👧‍👦", "שלום עולם", "مرحبا بالعالم", "line one\nline two\r\nline three", "tab\there",
        "a\u0000b", "\"quoted\" \\back\\slash", "'; DROP TABLE contacts; --", "<b>bold</b>&amp;", "=SUM(A1:A9)", "e\u0301 is not é", "a,b;c|d",
        "\u200Bzero width", "\uFEFFbyte order mark", "\u2028separator", "𝒳 beyond the basic plane", "2026-03-29T02:30:00", "[]", "{}",
    ];

    /// <summary>Dates and instants where calendars and zones go wrong.</summary>
    public static readonly string[] Instants =
    [
        "2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z",
        "2026-03-08T09:59:59Z", "2025-12-31T23:30:00Z", "2024-02-29T12:00:00Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z",
    ];

    /// <summary>Days where calendars go wrong.</summary>
    public static readonly string[] Days =
        ["2026-03-29", "2025-10-26", "2024-02-29", "1970-01-01", "1899-12-31", "2025-12-31", "2026-01-01", "9999-12-31"];

    /// <summary>A text of 65,536 characters, the longest that HubSpot keeps.</summary>
    public static string Longest(string seed) => string.Concat(Enumerable.Repeat(seed + " — ", 65_535 / (seed.Length + 3)))
        .PadRight(65_536, '.');
}
