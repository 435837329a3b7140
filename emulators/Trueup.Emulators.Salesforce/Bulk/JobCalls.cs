using System.Text.Json.Nodes;
using Trueup.Emulators.Salesforce.Api;

namespace Trueup.Emulators.Salesforce.Bulk;

/// <summary>What is asked of jobs of every kind alike. Used under the org's lock.</summary>
internal sealed class JobCalls(BulkJobs jobs)
{
    public Answer Poll(BulkJob job)
    {
        job.Poll(jobs.Now);
        return Reply.Json(200, job.Progress());
    }

    public Answer List<T>() where T : BulkJob => Reply.Json(200, new JsonObject
    {
        ["done"] = true, ["nextRecordsUrl"] = null, ["records"] = new JsonArray([.. jobs.All<T>().Select(job => job.Info())]),
    });

    public Answer Delete(BulkJob job)
    {
        if (job.State is JobState.Open or JobState.InProgress)
            throw BulkJob.WrongState($"A job that is {job.State} cannot be deleted");
        jobs.Remove(job);
        return Reply.NoContent;
    }
}
