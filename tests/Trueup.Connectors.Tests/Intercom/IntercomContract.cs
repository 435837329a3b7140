using Trueup.Connectors.Intercom;
using Trueup.Contract;
using Trueup.Emulators;
using Trueup.Emulators.Intercom;

namespace Trueup.Connectors.Tests.Intercom;

public sealed class IntercomContract : ConnectorContract
{
    protected override (string Stream, string Field) Main => ("contacts", "name");

    protected override (string List, string Modified) Endpoints => ("search", "search");

    protected override (string Stream, GoneCause Cause) Deleted => ("conversations", GoneCause.Deleted);

    protected override string UnknownId => "66f0a1b20000000000999999";

    protected override (string Name, string NumberType) Added => ("custom_attributes.trueup_new", "float");

    // Not at lists within a contact: their order is part of its value.
    protected override IReadOnlyList<Control> Disorder => [new OrderControl(OrderManner.Shuffle) { Endpoint = "search" }, new TwiceControl { Endpoint = "search" }];

    protected override async Task<IEmulatedCrm> StartAsync() =>
        await EmulatedIntercom.StartAsync(new IntercomEmulatorOptions { Records = 260, Seed = 7 });

    protected override IConnectorFactory CreateFactory() => new IntercomConnectorFactory(seed: 1);

    // Every record's own type, id and workspace, which the mirror holds once.
    protected override bool IsMirrored(string field) => field is not ("type" or "id" or "workspace_id" or "app_id");
}
