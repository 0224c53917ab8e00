/**
 * The one place where the program is put together: configuration, database, log, projections, queries,
 * commands and HTTP. Nothing else outside `infra/` knows which adapters there are.
 */
import { createApi } from '../api/app.ts';
import type { Health, Observer, ProbeResult } from '../api/ports.ts';
import { createStatusApi } from '../api/status-app.ts';
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
import { openEmbedded } from '../infra/embedded/embedded.ts';
import { createPostgresEventLog } from '../infra/event-store/postgres-event-log.ts';
import { createKafka } from '../infra/kafka/client.ts';
import { createKafkaOperations } from '../infra/kafka/operations.ts';
import { createLogger } from '../infra/logging/logger.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import type { ProcessMetrics } from '../infra/metrics/metrics.ts';
import { createGenerations } from '../infra/projection-store/generations.ts';
import { createFoldWorkers } from '../infra/projection-store/rebuild-workers.ts';
import { createLinkedSecurities } from '../infra/read-model/linked-securities.ts';
import { createReadModels } from '../infra/read-model/read-models.ts';
import type { Logger } from '../projections/logger.ts';
import type { Slot } from '../projections/generation.ts';
import { createQueries } from '../projections/queries/queries.ts';
import { createKnownAt } from '../projections/replay/known-at.ts';
import type { RebuildJobs } from '../projections/rebuild/jobs.ts';
import type { Projections } from '../projections/service.ts';
import type { App, Configure, Listening, Role, ServeRole } from './app.ts';
import { createDesk } from './wiring/desk.ts';
import { serveApi, serveMetrics } from './wiring/http.ts';
import { observeBacklog, observedLog, observedProjections } from './wiring/observed.ts';
import { recoverRebuilds, rebuildsOverHttp } from './wiring/rebuilds.ts';
import { verifyPeriodically } from './wiring/verification.ts';
import { addressOf, DUTIES, metricsAddressOf } from './wiring/roles.ts';
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
    open: ({ role }) => open(config, role),
  };
};

/** What a command fails with is told by its own words. */
const QUIET = createLogger({ level: 'error' });

/** The log has connections of its own: appends must not wait behind long projections. */
const LOG_CONNECTIONS = 4;

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
  const serving = role !== 'cli';
  const logger = createLogger({ level: serving ? config.logging.level : 'warn' });
  const metrics = createMetrics({ processMetrics: serving });
  const duties = DUTIES[serving ? role : 'all'];
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const { location } = config.database;
    const server =
      location.kind === 'embedded'
        ? await openEmbedded({
            home: config.home,
            onLog: (line) => logger.debug(line),
            ...(location.port === undefined ? {} : { port: location.port }),
          })
        : { url: location.url, close: async () => undefined };
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
    const main = pool('log', 'public', LOG_CONNECTIONS);
    const migrated = await migrate(main);
    const [version] = await main.query<{ server_version: string }>('show server_version');
    const perGeneration = Math.floor((config.database.maxConnections - LOG_CONNECTIONS) / 2);
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
    if (serving && config.kafka) {
      streams = createStreams({
        config: config.kafka,
        duties,
        log: stored,
        clock: now,
        main,
        activeDatabase,
        projections,
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
        embedded: location.kind === 'embedded',
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
      deadLetters: desk.deadLetters,
      async serve() {
        if (!serving) throw new Error('a command does not serve');
        if (duties.projects !== undefined) projections.start();
        streams?.start();
        const rebuilds = rebuildsOverHttp(projections, logger);
        if (duties.api) await recoverRebuilds(rebuilds, projections, logger);
        return listen({
          role,
          config,
          commands,
          queries,
          projections,
          rebuilds,
          streams,
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

interface Listened {
  readonly role: ServeRole;
  readonly config: Config;
  readonly commands: App['commands'];
  readonly queries: App['queries'];
  readonly projections: Projections;
  readonly rebuilds: RebuildJobs;
  readonly streams: Streams | undefined;
  readonly metrics: ProcessMetrics;
  readonly logger: Logger;
  readonly main: Database;
}

async function listen(parts: Listened): Promise<Listening> {
  const { role, config, streams, metrics, logger, main } = parts;
  const started = Date.now();
  const health: Health = {
    uptimeSeconds: () => (Date.now() - started) / 1000,
    check: async () => ({
      database: await probe(main),
      ...(streams ? { kafka: await streams.health() } : {}),
    }),
  };
  const observer: Observer = {
    request: ({ requestId, ...request }) => {
      metrics.httpRequest(request);
      logger.debug('request', { correlation_id: requestId, ...request });
    },
    failure: (requestId, error) => logger.error('a request failed', { correlation_id: requestId, error }),
  };
  const shared = { health, observer, ...(config.metrics.enabled ? { metrics } : {}) };
  const api = DUTIES[role].api ? createApi({ ...shared, ...apiParts(parts) }) : createStatusApi(shared);
  const server = await serveApi(api, addressOf(role, config), config.http);
  const metricsAddress = metricsAddressOf(role, config);
  if (metricsAddress === undefined) return server;
  try {
    const alone = await serveMetrics(metrics, config.metrics.path, metricsAddress, config.http);
    return {
      url: server.url,
      close: () => Promise.all([server.close(), alone.close()]).then(() => undefined),
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function apiParts({ config, commands, queries, projections, rebuilds }: Listened) {
  return {
    commands,
    queries,
    projections,
    rebuilds,
    generations: projections,
    config: {
      bodyLimitBytes: config.http.bodyLimitBytes,
      streamMaxRows: config.http.streamMaxRows,
      projectionTimeoutMs: config.projection.timeoutMs,
      corsOrigins: config.http.corsOrigins,
    },
  };
}

async function probe(database: Database): Promise<ProbeResult> {
  try {
    await database.query('select 1');
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
