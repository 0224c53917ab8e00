/**
 * The one place where the program is put together: configuration, database, log, projections, queries,
 * commands and HTTP. Nothing else outside `infra/` knows which adapters there are.
 */
import { startCloseDayTimer } from '../commands/close-day-timer.ts';
import { createCommandHandler } from '../commands/handler/handler.ts';
import { tryInstant } from '../domain/dates.ts';
import type { Instant } from '../domain/dates.ts';
import { ConfigError, describeConfig, loadConfig } from '../infra/config/config.ts';
import type { Config } from '../infra/config/config.ts';
import { openDatabase } from '../infra/database/database.ts';
import type { Database } from '../infra/database/database.ts';
import { migrate } from '../infra/database/migrate.ts';
import { createReaderRole } from '../infra/database/reader-role.ts';
import { createPostgresEventLog } from '../infra/event-store/postgres-event-log.ts';
import { createKafka } from '../infra/kafka/client.ts';
import { createKafkaOperations } from '../infra/kafka/operations.ts';
import { createLogger } from '../infra/logging/logger.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import { createSymbolBook } from '../infra/market-store/symbols.ts';
import { createGenerations } from '../infra/projection-store/generations.ts';
import { createFoldWorkers } from '../infra/projection-store/rebuild-workers.ts';
import { createLinkedSecurities } from '../infra/read-model/linked-securities.ts';
import { createExportModels } from '../infra/read-model/export.ts';
import { createReadModels } from '../infra/read-model/read-models.ts';
import type { Slot } from '../projections/generation.ts';
import { createQueries } from '../projections/queries/queries.ts';
import { createKnownAt } from '../projections/replay/known-at.ts';
import type { App, Configure, Role } from './app.ts';
import { requiresAccess, wireAccess } from './wiring/access.ts';
import { createDesk } from './wiring/desk.ts';
import { createFeedTools } from './wiring/feeds.ts';
import { observeBacklog, observedLog, observedProjections } from './wiring/observed.ts';
import { recoverRebuilds, rebuildsOverHttp } from './wiring/rebuilds.ts';
import { verifyPeriodically } from './wiring/verification.ts';
import { createMarketData } from './wiring/market.ts';
import { addressOf, DUTIES } from './wiring/roles.ts';
import { openServer } from './wiring/server.ts';
import { createStreams } from './wiring/streams.ts';
import type { Streams } from './wiring/streams.ts';

export const configure: Configure = (env) => {
  const config = loadConfig(env);
  return {
    settings: describeConfig(config),
    http: addressOf('all', config),
    projection: {
      timeoutMs: config.projection.timeoutMs,
      materialityBps: config.projection.materialityBps,
    },
    ...(config.kafka ? { kafka: createKafkaOperations(createKafka(config.kafka, QUIET), config.kafka) } : {}),
    feeds: createFeedTools(config, env),
    open: ({ role }) => open(config, role),
  };
};

/** What a command fails with is told by its own words. */
const QUIET = createLogger({ level: 'error' });

/**
 * The log and market data have connections of their own: neither must wait behind long projections. One more
 * is that of the relay. A process of market data alone projects nothing.
 */
const MAIN_CONNECTIONS = 5;
const RELAY_CONNECTIONS = 1;

function connectionsOf(role: Role, most: number): { readonly main: number; readonly perGeneration: number } {
  const left = most - RELAY_CONNECTIONS;
  const main = role === 'market-data' ? Math.floor(left / 2) : MAIN_CONNECTIONS;
  return { main, perGeneration: Math.floor((left - main) / 2) };
}

/** More transactions that fold at once do not fold more: two processors are busy with the two and an express. */
const MOST_LANES = 3;

/** Folding leaves connections of its generation to registering and to readers. */
function lanesOf(connections: number): number {
  return Math.max(1, Math.min(MOST_LANES, connections - 3));
}

function now(): Instant {
  return tryInstant(new Date().toISOString())!;
}

/** What the configuration may ask for and this version does not have yet: said at once, not ignored. */
function refuseUnavailable(config: Config): void {
  if (config.eventStore.kind !== 'postgres')
    throw new ConfigError([
      {
        variable: 'EVENT_STORE',
        value: config.eventStore.kind,
        rule: 'must be postgres: this version has no other event store',
      },
    ]);
}

async function open(config: Config, role: Role): Promise<App> {
  refuseUnavailable(config);
  const required = requiresAccess(role, config);
  const serving = role !== 'cli';
  const logger = createLogger({ level: serving ? config.logging.level : 'warn' });
  const metrics = createMetrics({ processMetrics: serving });
  const duties = DUTIES[serving ? role : 'all'];
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const server = await openServer(config, logger);
    closers.push(() => server.close());

    const pool = (name: string, searchPath: string, maxConnections: number): Database => {
      const database = openDatabase({
        url: server.url,
        maxConnections,
        searchPath,
        applicationName: `chronofolio ${role}`,
        onQuery: (observation) => metrics.databaseQuery(observation),
      });
      closers.push(() => database.close());
      metrics.watchPool(name, () => database.poolStats());
      return database;
    };
    const connections = connectionsOf(role, config.database.maxConnections);
    const { perGeneration } = connections;
    const main = pool('log', 'public', connections.main);
    const migrated = await migrate(main);
    const [version] = await main.query<{ server_version: string }>('show server_version');
    const slots: Readonly<Record<Slot, Database>> = {
      gen_a: pool('gen_a', 'gen_a,public', perGeneration),
      gen_b: pool('gen_b', 'gen_b,public', perGeneration),
    };
    const generations = createGenerations(
      (slot) => slots[slot],
      createFoldWorkers({ url: server.url, threads: config.projection.rebuildThreads }),
      config.kafka && { replays: config.kafka.republishReplays },
    );
    const activeDatabase = async () => slots[await generations.active()];

    const stored = createPostgresEventLog({ database: main });
    closers.push(() => stored.close());
    let streams: Streams | undefined;
    const projections = observedProjections({
      log: stored,
      generations,
      pollMs: config.projection.pollMs,
      lanes: lanesOf(perGeneration),
      retainHours: config.projection.retentionHours,
      metrics,
      logger,
      ...(duties.projects === undefined || duties.projects === 'all' ? {} : { causes: duties.projects }),
      onFolded: () => streams?.wake(),
    });
    closers.push(() => projections.stop());
    const log = observedLog(stored, metrics, projections);

    const { current } = createReadModels(activeDatabase);
    const knownAt = createKnownAt(stored, { current });
    const queries = createQueries(createReadModels(activeDatabase, knownAt), stored);
    const commands = createCommandHandler({
      log,
      clock: now,
      linkedSecurities: createLinkedSecurities(activeDatabase),
    });
    const {
      access,
      guard,
      keys,
      close: closeAccess,
    } = wireAccess({
      config,
      required,
      log,
      main,
      clock: now,
      logger,
      metrics,
    });
    closers.push(closeAccess);
    const symbols = createSymbolBook({
      database: main,
      calendars: config.marketData.calendars.calendars,
      now: () => Date.now(),
      intradayDays: config.marketData.retention.intraday,
    });
    const market =
      serving && duties.market !== undefined
        ? createMarketData({
            config,
            duties,
            main,
            url: server.url,
            timescale: migrated.timescale,
            activeDatabase,
            commands,
            guard,
            symbols,
            metrics,
            logger,
          })
        : undefined;
    if (market) closers.push(market.stop);
    if (serving && config.kafka) {
      streams = createStreams({
        config: config.kafka,
        duties,
        log: stored,
        clock: now,
        main,
        activeDatabase,
        projections,
        ...(market?.ticks ? { ticks: market.ticks } : {}),
        metrics,
        logger,
      });
      closers.push(streams.stop);
    }
    const desk = createDesk(main, config.kafka, logger);
    closers.push(desk.close);
    const app: App = {
      database: {
        server: `PostgreSQL ${version?.server_version ?? ''}`.trim(),
        embedded: config.database.location.kind === 'embedded',
        url: server.url,
        timescale: migrated.timescale,
        schemaVersion: migrated.version,
        applied: migrated.applied,
      },
      now,
      log,
      commands,
      queries,
      projections,
      reader: createReaderRole(main),
      keys,
      deadLetters: desk.deadLetters,
      symbols,
      async serve() {
        if (!serving) throw new Error('a command does not serve');
        if (duties.projects !== undefined) projections.start();
        await market?.start(streams?.publishAlerts);
        streams?.start();
        const rebuilds = rebuildsOverHttp(projections, logger);
        if (duties.api) await recoverRebuilds(rebuilds, projections, logger);
        // What HTTP takes (formats and all) is loaded by those who serve it.
        const { listen } = await import('./wiring/listen.ts');
        return listen({
          role,
          config,
          commands,
          queries,
          exports: createExportModels(activeDatabase),
          projections,
          rebuilds,
          streams,
          market,
          access,
          keys,
          metrics,
          logger,
          main,
        });
      },
      close,
    };
    if (serving) closers.push(observeBacklog(projections, main, metrics, logger));
    if (serving && duties.projects !== undefined && config.projection.verifyEveryHours !== undefined)
      closers.push(verifyPeriodically(projections, config.projection.verifyEveryHours, metrics, logger));
    if (serving && duties.closesDays && config.closeDay) {
      const timer = startCloseDayTimer({
        commands,
        ...config.closeDay,
        now: () => Date.now(),
        onError: (error) => logger.error('the business date could not be advanced', { error }),
      });
      closers.push(async () => timer.stop());
    }
    return app;
  } catch (error) {
    await close();
    throw error;
  }
}
