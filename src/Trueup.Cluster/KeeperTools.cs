using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Trueup.Catalog;
using Trueup.Contract;
using Trueup.Engine;

namespace Trueup.Cluster;

/// <summary>What every <see cref="ConnectionKeeper"/> works with.</summary>
public sealed record KeeperTools(
    IDbContextFactory<CatalogContext> Catalog, SyncJournal Journal, EditJournal Edits, CredentialVault Vault, Outbox Outbox, Apps Apps, IMirrorStore Mirrors,
    ConnectionBoard Board, ScheduleOptions Schedule, EngineOptions Engine, TimeProvider Clock, SyncMeters Meters, ILoggerFactory Logs);
