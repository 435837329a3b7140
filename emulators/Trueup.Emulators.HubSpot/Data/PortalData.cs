using Trueup.Emulators.HubSpot.Portal;

namespace Trueup.Emulators.HubSpot.Data;

/// <summary>Fills a new portal with what its options ask for.</summary>
internal static class PortalData
{
    public static void Load(HubSpotPortal portal, HubSpotEmulatorOptions options)
    {
        PortalFurniture.Add(portal);
        if (options.DataFolder is { } folder)
            FolderData.Load(portal, folder);
        if (options.Records > 0)
            new GeneratedData(portal, options).Generate();
    }
}
