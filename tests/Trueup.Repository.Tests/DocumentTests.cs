using System.Text.RegularExpressions;

namespace Trueup.Repository.Tests;

/// <summary>Documents lead where they say.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Every_link_in_a_document_leads_to_a_file()
    {
        var documents = Directory.EnumerateFiles(Checkout.Root, "*.md").Concat(Checkout.Files("*.md", "docs", "emulators", "bench")).ToList();

        Assert.NotEmpty(documents);
        foreach (var document in documents)
        {
            foreach (Match link in LocalLink().Matches(File.ReadAllText(document)))
            {
                var target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups[1].Value.Split('#')[0]);
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{Path.GetFileName(document)} links to {link.Groups[1].Value}, which does not exist.");
            }
        }
    }

    [Fact]
    public void Every_page_that_contributors_and_operators_are_sent_to_exists()
    {
        string[] pages =
        [
            "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md", "docs/writing-a-connector.md",
            "docs/connectors/hubspot.md", "docs/http-api.md", "docs/mirror.md", "docs/operating/settings.md",
        ];

        Assert.All(pages, page => Assert.True(File.Exists(Path.Combine(Checkout.Root, page)), $"{page} does not exist."));
    }

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)([^)\s]+)\)")]
    private static partial Regex LocalLink();
}
