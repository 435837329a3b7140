using System.Text.Json;
using Trueup.Contract;

namespace Trueup.Engine.Tests.World;

/// <summary>Writing to the small CRM, and what goes wrong between sending and hearing.</summary>
internal sealed partial class SmallCrm : IWrites, IWritesLinks, IWritesInJobs, ITellsWhoChanged
{
    public WriteTraits Writing { get; set; } = new() { Updates = true, Creates = true, Deletes = true, Restores = true, RecordsPerBatch = 10 };

    /// <summary>Whether an answer tells the values written and the new stamp.</summary>
    public bool TellsValues { get; set; } = true;

    /// <summary>What happens to the next writes, one after the other; null for nothing unusual.</summary>
    public Queue<WriteTrouble?> WriteTroubles { get; } = [];

    /// <summary>Why a record is refused; null where it is not.</summary>
    public Func<RecordWrite, string?>? Refuses { get; set; }

    /// <summary>Records written, each as often as it was.</summary>
    public List<string> Written { get; } = [];

    /// <summary>Who changes things in the CRM; null where it does not tell.</summary>
    public string? Author { get; set; }

    public Task<IReadOnlyDictionary<RecordId, IReadOnlyList<LastChange>>> LastChangesAsync(
        StreamDescription stream, IReadOnlyList<ChangedRecord> records, CancellationToken cancellationToken)
    {
        if (Author is null)
            throw new CrmForbiddenException("The history may not be read.");
        return Task.FromResult<IReadOnlyDictionary<RecordId, IReadOnlyList<LastChange>>>(records.ToDictionary(
            record => record.Id, record => (IReadOnlyList<LastChange>)[.. record.Fields.Select(field => new LastChange(field, streams[stream.Name][long.Parse(record.Id.Value)].Modified, Author))]));
    }

    /// <summary>How often it was waited for what is under way.</summary>
    public int Settlements { get; private set; }

    public Task SettleAsync(StreamDescription stream, CancellationToken cancellationToken)
    {
        Settlements++;
        return Task.CompletedTask;
    }

    public WriteTraits WritesOf(StreamDescription stream) => Writing;

    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        Call("write", 0);
        var trouble = WriteTroubles.TryDequeue(out var next) ? next : null;
        if (trouble == WriteTrouble.NeverArrives)
            return Task.FromResult<IReadOnlyList<WriteOutcome>>([.. batch.Records.Select(_ => new WriteOutcome.Unheard("The CRM did not answer."))]);
        if (trouble == WriteTrouble.Quota)
            return Task.FromResult<IReadOnlyList<WriteOutcome>>([.. batch.Records.Select(_ => new WriteOutcome.Unsent(new CrmQuotaException("The quota is used up.", "daily", Now)))]);
        if (trouble == WriteTrouble.Dies)
            throw new OperationCanceledException("The process dies before the request left.");

        var outcomes = batch.Records.Select(record => Refuses?.Invoke(record) is { } why ? new WriteOutcome.Rejected(why) : Write(batch.Stream.Name, batch.Kind, record)).ToList();
        return trouble switch
        {
            WriteTrouble.AnswerLost => Task.FromResult<IReadOnlyList<WriteOutcome>>([.. outcomes.Select(_ => new WriteOutcome.Unheard("The CRM did not answer."))]),
            WriteTrouble.DiesAfterwards => throw new OperationCanceledException("The process dies before the answer arrives."),
            _ => Task.FromResult<IReadOnlyList<WriteOutcome>>(outcomes),
        };
    }

    /// <summary>The company that is marked as the primary one of a contact.</summary>
    public Dictionary<string, string> Primary { get; } = [];

    public int LinksPerBatch => 10;

    private static readonly LinkType Unlabelled = new("T", "1", null);
    private static readonly LinkType Marked = new("T", "2", "Primary", IsSingle: true);

    public Task<IReadOnlyList<LinkType>> LinkTypesAsync(StreamDescription from, StreamDescription to, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LinkType>>([Unlabelled, Marked]);

    public Task<IReadOnlyList<WriteOutcome>> WriteLinksAsync(LinkBatch batch, CancellationToken cancellationToken)
    {
        Call("write", 0);
        var trouble = WriteTroubles.TryDequeue(out var next) ? next : null;
        if (trouble == WriteTrouble.NeverArrives)
            return Task.FromResult<IReadOnlyList<WriteOutcome>>([.. batch.Links.Select(_ => new WriteOutcome.Unheard("The CRM did not answer."))]);
        if (trouble == WriteTrouble.Dies)
            throw new OperationCanceledException("The process dies before the request left.");
        foreach (var link in batch.Links)
            Write(link, batch.Removes);
        return trouble switch
        {
            WriteTrouble.AnswerLost => Task.FromResult<IReadOnlyList<WriteOutcome>>([.. batch.Links.Select(_ => new WriteOutcome.Unheard("The CRM did not answer."))]),
            WriteTrouble.DiesAfterwards => throw new OperationCanceledException("The process dies before the answer arrives."),
            _ => Task.FromResult<IReadOnlyList<WriteOutcome>>([.. batch.Links.Select(link => new WriteOutcome.Written(link.Source))]),
        };
    }

    private void Write(LinkWrite link, bool removes)
    {
        var (contact, company) = (link.Source.Value, link.Target.Value);
        Written.Add($"{contact}-{company}");
        if (removes && link.Type != Marked)
            Links.Remove((contact, company));
        else
            Links.Add((contact, company));
        if (link.Type == Marked && !removes)
            Primary[contact] = company;
        else if (removes && Primary.GetValueOrDefault(contact) == company)
            Primary.Remove(contact);
    }

    private IEnumerable<LinkType> TypesOf((string Contact, string Company) link) =>
        Primary.GetValueOrDefault(link.Contact) == link.Company ? [Unlabelled, Marked] : [Unlabelled];

    private WriteOutcome Write(StreamName stream, WriteKind kind, RecordWrite record)
    {
        var values = record.Values.ToDictionary(value => value.Key, value => value.Value.ValueKind == JsonValueKind.Null ? null : value.Value.ToString());
        if (kind == WriteKind.Create)
        {
            var id = nextId++;
            streams[stream][id] = new Row(clock.GetUtcNow(), values);
            Written.Add(id.ToString());
            return new WriteOutcome.Written(new RecordId(id.ToString()));
        }

        if (!streams[stream].TryGetValue(long.Parse(record.Id.Value), out var row))
            return new WriteOutcome.Rejected("resource not found");
        Written.Add(record.Id.Value);
        if (kind == WriteKind.Delete)
            row.ArchivedAt ??= clock.GetUtcNow();
        else if (kind == WriteKind.Restore)
            row.ArchivedAt = null;
        foreach (var (name, value) in values)
            row.Properties[name] = value;
        if (kind != WriteKind.Delete)
            row.Modified = clock.GetUtcNow();
        return TellsValues && kind == WriteKind.Update
            ? new WriteOutcome.Written(record.Id, row.Modified.ToUnixTimeMilliseconds(), values.ToDictionary(value => value.Key, value => JsonSerializer.SerializeToElement(value.Value)))
            : new WriteOutcome.Written(record.Id);
    }
}

/// <summary>What can go wrong with a write.</summary>
internal enum WriteTrouble
{
    /// <summary>It is carried out, and the answer is lost.</summary>
    AnswerLost,
    /// <summary>It is lost on its way, which looks the same.</summary>
    NeverArrives,
    /// <summary>The quota is used up.</summary>
    Quota,
    /// <summary>The process dies before it is carried out.</summary>
    Dies,
    /// <summary>The process dies after it was carried out.</summary>
    DiesAfterwards,
}
