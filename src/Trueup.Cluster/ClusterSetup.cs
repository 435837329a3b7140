using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Trueup.Engine;

namespace Trueup.Cluster;

/// <summary>Puts the cluster together: one silo inside this process.</summary>
public static class ClusterSetup
{
    /// <summary>Adds the silo and the keepers. Connectors, the mirror store and the catalog have to be there too.</summary>
    public static IHostApplicationBuilder AddCluster(this IHostApplicationBuilder builder, ScheduleOptions schedule, EngineOptions engine, AppOptions apps)
    {
        builder.UseOrleans(silo =>
        {
            // Every server on a machine has ports of its own; a silo alone in its cluster is found by nobody else.
            var (siloPort, gatewayPort) = FreePorts();
            silo.UseLocalhostClustering(siloPort, gatewayPort, serviceId: "trueup", clusterId: $"single-{Environment.ProcessId}");
            silo.Configure<EndpointOptions>(endpoint => endpoint.AdvertisedIPAddress = IPAddress.Loopback);
            silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromDays(1));
        });
        builder.Services.AddSingleton(schedule);
        builder.Services.AddSingleton(engine);
        builder.Services.AddSingleton(apps);
        builder.Services.AddSingleton<Apps>();
        builder.Services.AddSingleton<ConnectionBoard>();
        builder.Services.AddSingleton<SyncMeters>();
        builder.Services.AddSingleton<KeeperTools>();
        builder.Services.AddSingleton<ConnectionKeepers>();
        builder.Services.AddSingleton<Verifications>();
        builder.Services.AddHostedService<Awakening>();
        return builder;
    }

    private static (int Silo, int Gateway) FreePorts()
    {
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        gateway.Start();
        return (((IPEndPoint)silo.LocalEndpoint).Port, ((IPEndPoint)gateway.LocalEndpoint).Port);
    }
}
