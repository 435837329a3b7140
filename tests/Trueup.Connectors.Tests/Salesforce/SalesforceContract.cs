using Trueup.Connectors.Salesforce;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Salesforce;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class SalesforceContract : ConnectorContract
{
    protected override (string Stream, string Field) Main => ("Contact", "Title");

    protected override (string List, string Modified) Endpoints => ("query-more", "query");

    protected override string UnknownId => "003000000000999AAA";

    protected override (string Name, string NumberType) Added => ("Trueup_New__c", "double");

    protected override async Task<IEmulatedCrm> StartAsync() =>
        await EmulatedSalesforce.StartAsync(new SalesforceEmulatorOptions { Records = 260, Seed = 7 });

    protected override IConnectorFactory CreateFactory() => new SalesforceConnectorFactory(seed: 1);

    // The emulator calls objects by their API names, as they are spelled.
    protected override StreamName NameOf(string controlName, IReadOnlyList<StreamDescription> streams) => new(controlName.ToLowerInvariant());

    // A list of choices, which Salesforce keeps as an object.
    protected override bool IsStream(string controlName) => controlName != "TaskStatus";

    // Compound addresses repeat their components; who looked at a record last is another value for each user.
    protected override bool IsMirrored(string field) =>
        !field.EndsWith("Address", StringComparison.Ordinal) && field is not ("LastViewedDate" or "LastReferencedDate");
}
