using System.Buffers;
using System.Text;
using Trueup.Connectors.HubSpot;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Tests.HubSpot;

public sealed class GoldenTests
{
    [Theory]
    [InlineData("list-contacts")]
    [InlineData("search-deals")]
    public void A_page_is_translated_as_approved(string name)
    {
        var body = Encoding.UTF8.GetBytes(Golden($"{name}.json"));
        var buffer = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(buffer, 0);
        using var headers = new HttpResponseMessage();
        using var answer = new CrmAnswer(200, "application/json", headers.Headers, ArrayPool<byte>.Shared, buffer, body.Length);

        using var page = PageReading.Read(answer, isOwners: false).Page;

        var text = new StringBuilder();
        foreach (var record in page.Records)
            text.Append($"{page.RecordIdOf(record)} {record.ModifiedMilliseconds} {Encoding.UTF8.GetString(page.PropertiesOf(record).Span)}\n");
        Assert.Equal(Golden($"{name}.approved.txt"), $"{text}next {page.Next}\n");
    }

    [Fact]
    public async Task A_schema_is_translated_as_approved()
    {
        await using var hubspot = await HubSpotStub.StartAsync(request => StubAnswer.Ok(
            Golden(request.Path.Contains("pipelines", StringComparison.Ordinal) ? "pipelines-deals.json" : "properties-deals.json")));

        var schema = await hubspot.Connector.DescribeAsync(HubSpotStub.Deals, CancellationToken.None);

        Assert.Equal(Golden("schema-deals.approved.txt"), Describe(schema));
    }

    private static string Describe(StreamSchema schema)
    {
        var text = new StringBuilder();
        foreach (var field in schema.Fields)
        {
            string[] marks =
            [
                .. field.ReadOnly ? ["read-only"] : Array.Empty<string>(), .. field.Calculated ? ["calculated"] : Array.Empty<string>(),
                .. field.Unique ? ["unique"] : Array.Empty<string>(), .. field.References is { } stream ? [$"->{stream}"] : Array.Empty<string>(),
            ];
            var options = string.Join(", ", field.Options.Select(option => $"{option.Value}={option.Label}{(option.Hidden ? " (hidden)" : "")}"));
            text.Append($"{field.Name} | {field.Label} | {field.Type} | {field.VendorType} | {options} | {string.Join(' ', marks)}\n");
        }
        foreach (var pipeline in schema.Pipelines)
        {
            var stages = pipeline.Stages.Select(stage => $"{stage.Id} {stage.Label} {stage.Closed switch { true => "closed", false => "open", null => "?" }}");
            text.Append($"pipeline {pipeline.Id} {pipeline.Label}: {string.Join(", ", stages)}\n");
        }
        return text.ToString();
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name));
}
