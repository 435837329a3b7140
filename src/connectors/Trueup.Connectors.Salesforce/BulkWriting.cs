using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Trueup.Contract;
using Trueup.Http;

namespace Trueup.Connectors.Salesforce;

/// <summary>Writes many records as one job of the Bulk API 2.0. A job that is done says nothing of its rows, so what became of each is read from its three results.</summary>
/// <remarks>Nothing runs before the job is told that its file is complete; whether it was told is what its state says, so a lost answer is no question.
/// Source: developer.salesforce.com "Bulk API 2.0 Ingest", read on 2026-09; salesforce.md, sections 8.5 and 11.8.</remarks>
internal sealed class BulkWriting(SalesforceApi api, TimeProvider clock, ILogger log)
{
    // A file may have 150 MB in base64; the vendor asks to stay below 100 MB.
    private const int MostBytes = 90 * 1024 * 1024;

    private static readonly TimeSpan FirstPoll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SlowestPoll = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(3);

    // It may be somebody else's job, of which there is always another.
    private static readonly TimeSpan PatienceWithOthers = TimeSpan.FromMinutes(30);

    /// <summary>Writes records.</summary>
    /// <returns>One outcome for each record, in order. Null where they have to be written another way, and nothing was: the Bulk API does not take the object or the values.</returns>
    public async Task<IReadOnlyList<WriteOutcome>?> WriteAsync(ObjectShape shape, WriteKind kind, IReadOnlyList<RecordWrite> records, CancellationToken cancellationToken)
    {
        if (IngestFile.Of(kind, records) is not { } file || file.Bytes.Length > MostBytes)
            return null;
        string job;
        try
        {
            job = await CreateAsync(shape, kind, cancellationToken);
        }
        catch (Exception refused) when (refused is CrmRefusedException or CrmForbiddenException or CrmNotFoundException)
        {
            log.LogInformation("Salesforce does not take a bulk job for {Object}: {Reason}", shape.Name, refused.Message);
            return null;
        }

        await api.UploadAsync(api.Paths.IngestFile(job), $"bulk upload {shape.Name}", file.Bytes, cancellationToken);
        var state = await CloseAsync(shape, job, cancellationToken);
        if (state is null)
            return [.. records.Select(_ => new WriteOutcome.Unheard($"Salesforce was not heard of again about the bulk job {job}."))];
        return await ResultsAsync(shape, job, state, file, records, cancellationToken);
    }

    /// <summary>Waits for the jobs that write an object and are under way, such as one whose maker died.</summary>
    public async Task SettleAsync(ObjectShape shape, CancellationToken cancellationToken)
    {
        JsonElement jobs;
        try
        {
            jobs = await api.GetAsync(api.Paths.IngestJobs, "bulk jobs", cancellationToken);
        }
        catch (Exception refusal) when (refusal is CrmRefusedException or CrmForbiddenException or CrmNotFoundException)
        {
            // Whoever may not see jobs has none.
            log.LogInformation("Salesforce does not list bulk jobs: {Reason}", refusal.Message);
            return;
        }

        foreach (var job in jobs.Items("records").Where(job => job.Text("object") == shape.Name && job.Text("state") is "UploadComplete" or "InProgress").Select(job => job.Text("id")).OfType<string>())
        {
            log.LogInformation("Waiting for the bulk job {Job} of {Object}, which was begun before", job, shape.Name);
            await WaitAsync(shape, job, PatienceWithOthers, cancellationToken);
        }
    }

    private Task<string> CreateAsync(ObjectShape shape, WriteKind kind, CancellationToken cancellationToken)
    {
        var body = SalesforceApi.Body(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, shape.Name);
            writer.WriteString("operation"u8, kind switch { WriteKind.Create => "insert", WriteKind.Update => "update", _ => "delete" });
            writer.WriteString("contentType"u8, "CSV"u8);
            writer.WriteString("columnDelimiter"u8, "COMMA"u8);
            writer.WriteString("lineEnding"u8, "LF"u8);
            writer.WriteEndObject();
        });

        // A job that is made twice is one that never runs.
        return api.PostAsync(
            api.Paths.IngestJobs, $"bulk write {shape.Name}", body, repeatable: true,
            answer => SalesforceApi.Json(answer).Text("id") is { Length: > 0 } id ? id : throw new CrmContractException("The answer to a bulk job does not name it."), cancellationToken);
    }

    /// <summary>Lets the job run, and waits for its end.</summary>
    /// <returns>Its last state; null where it could not be asked any more whether it runs.</returns>
    /// <exception cref="CrmException">It certainly does not run.</exception>
    private async Task<string?> CloseAsync(ObjectShape shape, string job, CancellationToken cancellationToken)
    {
        var body = "{\"state\":\"UploadComplete\"}"u8.ToArray();
        try
        {
            await api.WriteAsync(HttpMethod.Patch, api.Paths.IngestJob(job), $"bulk start {shape.Name}", body, null, answer => answer.Status, cancellationToken);
        }
        catch (CrmUnavailableException lost) when (lost.MayBeDone)
        {
            log.LogInformation("Whether the bulk job {Job} runs was not heard; it is asked", job);
        }

        try
        {
            return await WaitAsync(shape, job, Patience, cancellationToken);
        }
        catch (CrmException problem)
        {
            log.LogWarning("The bulk job {Job} of {Object} can no longer be asked: {Reason}", job, shape.Name, problem.Message);
            return null;
        }
    }

    /// <summary>Waits for the end of a job. One that is still open is told again to run.</summary>
    private async Task<string?> WaitAsync(ObjectShape shape, string job, TimeSpan patience, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + patience;
        for (var pause = FirstPoll; clock.GetUtcNow() < until; pause = pause * 1.5 > SlowestPoll ? SlowestPoll : pause * 1.5)
        {
            await Task.Delay(pause, clock, cancellationToken);
            var state = (await api.GetAsync(api.Paths.IngestJob(job), $"bulk state {shape.Name}", cancellationToken)).Text("state");
            if (state is "JobComplete" or "Failed" or "Aborted")
                return state;
            if (state == "Open")
                await api.WriteAsync(HttpMethod.Patch, api.Paths.IngestJob(job), $"bulk start {shape.Name}", "{\"state\":\"UploadComplete\"}"u8.ToArray(), null, answer => answer.Status, cancellationToken);
        }

        return null;
    }

    private async Task<IReadOnlyList<WriteOutcome>> ResultsAsync(
        ObjectShape shape, string job, string state, IngestFile file, IReadOnlyList<RecordWrite> records, CancellationToken cancellationToken)
    {
        var outcomes = new WriteOutcome?[records.Count];
        try
        {
            foreach (var result in new[] { "successfulResults", "failedResults", "unprocessedrecords" })
                await api.GetCsvAsync(
                    api.Paths.IngestResults(job, result), $"bulk outcome {shape.Name}", ArrayPool<byte>.Shared,
                    answer => file.Note(answer.Body, outcomes, result[0] switch
                    {
                        's' => (id, _) => new WriteOutcome.Written(new RecordId(SalesforceId.Long(id) ?? id)),
                        'f' => (_, error) => Refused(error),
                        _ => (_, _) => new WriteOutcome.Rejected($"Salesforce did not work through it: the bulk job ended as {state}.") { IsPassing = false },
                    }),
                    cancellationToken);
            await ForgetAsync(shape, job, cancellationToken);
        }
        catch (CrmException problem)
        {
            // The records themselves show what became of those that were not told of.
            log.LogWarning("The outcomes of the bulk job {Job} of {Object} cannot be read: {Reason}", job, shape.Name, problem.Message);
        }

        return [.. outcomes.Select(outcome => outcome ?? new WriteOutcome.Unheard("The bulk job's results do not speak of this record."))];
    }

    [SuppressMessage("Design", "CA1031", Justification = "Only errors of the CRM are caught.")]
    private async Task ForgetAsync(ObjectShape shape, string job, CancellationToken cancellationToken)
    {
        try
        {
            await api.WriteAsync(HttpMethod.Delete, api.Paths.IngestJob(job), $"bulk forget {shape.Name}", default, null, answer => answer.Status, cancellationToken);
        }
        catch (CrmException kept)
        {
            // Salesforce forgets it by itself after seven days.
            log.LogInformation("The bulk job {Job} stays for seven days: {Reason}", job, kept.Message);
        }
    }

    // CODE:words:fields --
    private static WriteOutcome.Rejected Refused(string error)
    {
        var code = error[..Math.Max(0, error.IndexOf(':', StringComparison.Ordinal))];
        return new WriteOutcome.Rejected(error.Length > 0 ? VendorText.Clean(error) : "Salesforce gave no reason.") { IsPassing = code == Refusals.Locked };
    }
}
