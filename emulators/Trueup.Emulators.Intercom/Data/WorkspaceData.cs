using Trueup.Emulators.Intercom.Workspace;

namespace Trueup.Emulators.Intercom.Data;

/// <summary>Fills a new workspace with what its options ask for.</summary>
internal static class WorkspaceData
{
    public static void Load(IntercomWorkspace workspace, IntercomEmulatorOptions options)
    {
        WorkspaceFurniture.Add(workspace);
        if (options.Records > 0)
            new GeneratedData(workspace, options).Generate();
    }
}
