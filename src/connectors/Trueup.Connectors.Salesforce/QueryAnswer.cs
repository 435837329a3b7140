using System.Text.Json;
using System.Text.Unicode;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>An answer to a query.</summary>
/// <param name="Page">The records.</param>
/// <param name="Rows">Rows in the answer, usable or not.</param>
/// <param name="Total">How many rows Salesforce says the query has; meaningful for counts alone.</param>
/// <param name="IsDone">Whether Salesforce says that this is the end.</param>
/// <param name="Locator">The token for the rest; null where there is none.</param>
internal sealed record QueryAnswer(RecordPage Page, int Rows, long? Total, bool IsDone, string? Locator)
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Cuts the records out of an answer without allocating for each of them: the page owns the answer's buffer.</summary>
    /// <param name="answer">The answer; its buffer moves to the page.</param>
    /// <param name="stamp">The field with the modified stamp; null for none.</param>
    public static QueryAnswer Read(CrmAnswer answer, string? stamp) => Read(answer, stamp, compositeEndpoint: null);

    /// <summary>Reads the answer to a query that was sent within a composite request.</summary>
    public static QueryAnswer ReadComposite(CrmAnswer answer, string? stamp, string endpoint) => Read(answer, stamp, endpoint);

    private static QueryAnswer Read(CrmAnswer answer, string? stamp, string? compositeEndpoint)
    {
        var page = new RecordPage(answer.PooledBuffer);
        var body = answer.PooledBuffer.AsSpan(0, answer.BodyBytes);
        var start = body.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        var rows = new RowReading(page, body, start, Utf8.IsValid(body), stamp);
        var reader = new Utf8JsonReader(answer.Body[start..]);
        Demand(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "no object");
        var read = compositeEndpoint is null ? ReadResult(ref reader, ref rows) : ReadParts(ref reader, ref rows, compositeEndpoint);
        Demand(!reader.Read(), "something after its end");

        // Only now: of an answer that cannot be read, the pipeline still wants to know what it was.
        answer.GiveAwayBuffer();
        return read with { Page = page };
    }

    private static QueryAnswer ReadResult(ref Utf8JsonReader reader, ref RowReading rows)
    {
        var (hasRecords, total, done, next) = (false, (long?)null, (bool?)null, (string?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("records"u8))
            {
                hasRecords = true;
                rows.ReadAll(ref reader);
            }
            else if (reader.ValueTextEquals("nextRecordsUrl"u8))
            {
                reader.Read();
                next = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (reader.ValueTextEquals("done"u8))
            {
                reader.Read();
                done = reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : null;
            }
            else if (reader.ValueTextEquals("totalSize"u8))
            {
                reader.Read();
                total = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : null;
            }
            else
            {
                reader.Skip();
            }
        }
        Demand(hasRecords && done is not null, "no records, or does not say whether it is done");
        // Only the token is taken from the address, which could lead anywhere.
        var locator = next?[(next.LastIndexOf('/') + 1)..];
        Demand(done == true || !string.IsNullOrEmpty(locator), "no token for the rest");
        return new QueryAnswer(null!, rows.Rows, total, done == true && locator is null, locator);
    }

    // {"compositeResponse":[{"body":{…},"httpHeaders":{},"httpStatusCode":200,"referenceId":"query"}]}
    private static QueryAnswer ReadParts(ref Utf8JsonReader reader, ref RowReading rows, string endpoint)
    {
        QueryAnswer? read = null;
        var error = new SalesforceError("", "");
        var status = 0;
        Demand(reader.Read() && reader.ValueTextEquals("compositeResponse"u8) && reader.Read() && reader.TokenType == JsonTokenType.StartArray
            && reader.Read() && reader.TokenType == JsonTokenType.StartObject, "no parts");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    read = ReadResult(ref reader, ref rows);
                }
                else
                {
                    using var errors = JsonDocument.ParseValue(ref reader);
                    error = SalesforceError.Of(errors.RootElement);
                }
            }
            else if (reader.ValueTextEquals("httpStatusCode"u8))
            {
                reader.Read();
                status = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value : 0;
            }
            else
            {
                reader.Skip();
            }
        }
        Demand(reader.Read() && reader.TokenType == JsonTokenType.EndArray && reader.Read() && reader.TokenType == JsonTokenType.EndObject, "more parts than one");
        if (status is < 200 or >= 300)
            throw CompositeAnswer.FailureOf(error, status, endpoint);
        return read ?? throw new CrmContractException("The answer to a query has no result.");
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds)
            throw new CrmContractException($"The answer to a query has {what}.");
    }
}
