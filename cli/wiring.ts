/**
 * The one place where the program is put together: configuration, database, log, projections, queries,
 * commands and HTTP. Nothing else outside `infra/` knows which adapters there are.
 */
import { randomUUID } from 'node:crypto';
import { createAdaptorServer } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { createApi } from '../api/app.ts';
import type { ProbeResult } from '../api/ports.ts';
import { startCloseDayTimer } from '../commands/close-day-timer.ts';
import { createCommandHandler } from '../commands/handler/handler.ts';
import { tryInstant } from '../domain/dates.ts';
import type { Instant } from '../domain/dates.ts';
import { ConfigError, describeConfig, loadConfig } from '../infra/config/config.ts';
import type { Config } from '../infra/config/config.ts';
import { openDatabase } from '../infra/database/database.ts';
import type { Database } from '../infra/database/database.ts';
import { migrate } from '../infra/database/migrate.ts';
import { openEmbedded } from '../infra/embedded/embedded.ts';
import { createPostgresEventLog } from '../infra/event-store/postgres-event-log.ts';
import { createLogger } from '../infra/logging/logger.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import type { ProcessMetrics } from '../infra/metrics/metrics.ts';
import { createGenerations } from '../infra/projection-store/generations.ts';
import { createLinkedSecurities } from '../infra/read-model/linked-securities.ts';
import { createReadModels } from '../infra/read-model/read-models.ts';
import type { EventLog } from '../domain/log.ts';
import type { Logger } from '../projections/logger.ts';
import type { Slot } from '../projections/generation.ts';
import { createQueries } from '../projections/queries/queries.ts';
import { createRebuildJobs } from '../projections/rebuild/jobs.ts';
import { createKnownAt } from '../projections/replay/known-at.ts';
import { createProjections } from '../projections/service.ts';
import type { Projections } from '../projections/service.ts';
import type { App, Configure, Listening, Role } from './app.ts';

export const configure: Configure = (env) => {
  const config = loadConfig(env);
  return {
    settings: describeConfig(config),
    http: { host: config.http.host, port: config.http.port },
    projection: {
      timeoutMs: config.projection.timeoutMs,
      materialityBps: config.projection.materialityBps,
    },
    open: ({ role }) => open(config, role),
  };
};

/** The log has connections of its own: appends must not wait behind long projections. */
const LOG_CONNECTIONS = 4;

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
  if (config.kafka)
    throw new ConfigError([
      {
        variable: 'KAFKA_BROKERS',
        value: config.kafka.brokers.join(','),
        rule: 'must be unset: this version does not consume Kafka',
      },
    ]);
}

async function open(config: Config, role: Role): Promise<App> {
  refuseUnavailable(config);
  const logger = createLogger({ level: role === 'serve' ? config.logging.level : 'warn' });
  const metrics = createMetrics({ processMetrics: role === 'serve' });
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
    const generations = createGenerations((slot) => slots[slot]);
    const activeDatabase = async () => slots[await generations.active()];

    const stored = createPostgresEventLog({ database: main });
    closers.push(() => stored.close());
    const projections = observedProjections(stored, generations, config, metrics, logger);
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
    const app: App = {
      database: {
        server: `PostgreSQL ${version?.server_version ?? ''}`.trim(),
        embedded: location.kind === 'embedded',
        url: server.url,
        schemaVersion: migrated.version,
        applied: migrated.applied,
      },
      now,
      log,
      commands,
      queries,
      projections,
      listen: () => listen({ config, commands, queries, projections, metrics, logger, main }),
      close,
    };
    if (role === 'serve') {
      closers.push(observeBacklog(projections, metrics, logger));
      if (config.closeDay) {
        const timer = startCloseDayTimer({
          commands,
          ...config.closeDay,
          now: () => Date.now(),
          onError: (error) => logger.error('the business date could not be advanced', { error }),
        });
        closers.push(async () => timer.stop());
      }
    }
    return app;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Counts what is appended, and lets the projections know at once. */
function observedLog(log: EventLog, metrics: ProcessMetrics, projections: Projections): EventLog {
  const note = (events: number, source: Parameters<ProcessMetrics['eventsAppended']>[0] | undefined) => {
    if (events === 0 || source === undefined) return;
    metrics.eventsAppended(source, events);
    projections.wake();
  };
  return {
    ...log,
    async append(request) {
      const outcome = await log.append(request);
      if (outcome.status === 'appended') note(request.events.length, request.events[0]?.metadata.source);
      return outcome;
    },
    async appendMany(requests) {
      const outcomes = await log.appendMany(requests);
      outcomes.forEach(({ status }, i) => {
        const events = requests[i]!.events;
        if (status === 'appended') note(events.length, events[0]?.metadata.source);
      });
      return outcomes;
    },
    async appendBulk(requests) {
      const { committed, outcomes } = await log.appendBulk(requests);
      if (committed)
        note(
          requests.reduce(
            (sum, { events }, i) => sum + (outcomes[i]!.status === 'appended' ? events.length : 0),
            0,
          ),
          requests[0]?.events[0]?.metadata.source,
        );
      return { committed, outcomes };
    },
  };
}

function observedProjections(
  log: EventLog,
  generations: ReturnType<typeof createGenerations>,
  config: Config,
  metrics: ProcessMetrics,
  logger: Logger,
): Projections {
  return createProjections({
    log,
    generations,
    now: () => Date.now(),
    pollMs: config.projection.pollMs,
    onError: (error) => logger.error('projecting failed; trying again', { error }),
    events: {
      registered: (events) => metrics.eventsProjected('register', events.length),
      folded: ({ keys, rows, epochs, failures }, seconds) => {
        if (keys > 0) metrics.batch('fold', keys, seconds);
        if (rows > 0) metrics.rowsWritten('position_timeseries', rows);
        if (epochs > 0) metrics.epochs('flipped', epochs);
        if (failures > 0) {
          metrics.epochs('failed', failures);
          logger.error('keys were quarantined', { failures });
        }
      },
    },
  });
}

const OBSERVE_EVERY_MS = 5_000;

/** Shows lag and backlog from now on. */
function observeBacklog(
  projections: Projections,
  metrics: ProcessMetrics,
  logger: Logger,
): () => Promise<void> {
  const look = () => {
    projections.status().then(
      (status) => {
        metrics.lag('fold', status.lagEvents, status.lagSeconds);
        metrics.backlog(status);
      },
      (error: unknown) => logger.warn('the state of the projections could not be read', { error }),
    );
  };
  look();
  const timer = setInterval(look, OBSERVE_EVERY_MS);
  return async () => clearInterval(timer);
}

interface Listened {
  readonly config: Config;
  readonly commands: App['commands'];
  readonly queries: App['queries'];
  readonly projections: Projections;
  readonly metrics: ProcessMetrics;
  readonly logger: Logger;
  readonly main: Database;
}

async function listen({
  config,
  commands,
  queries,
  projections,
  metrics,
  logger,
  main,
}: Listened): Promise<Listening> {
  const started = Date.now();
  const rebuilds = createRebuildJobs({
    projections,
    now: () => Date.now(),
    newId: () => randomUUID(),
    onFailure: (error, job, correlationId) =>
      logger.error('a rebuild failed', { error, rebuild_id: job.rebuild_id, correlation_id: correlationId }),
    onProgress: (progress) => metrics.rebuild(progress),
  });
  const api = createApi({
    commands,
    queries,
    projections,
    rebuilds,
    health: {
      uptimeSeconds: () => (Date.now() - started) / 1000,
      check: async () => ({ database: await probe(main) }),
    },
    ...(config.metrics.enabled ? { metrics } : {}),
    observer: {
      request: ({ requestId, ...request }) => {
        metrics.httpRequest(request);
        logger.debug('request', { correlation_id: requestId, ...request });
      },
      failure: (requestId, error) => logger.error('a request failed', { correlation_id: requestId, error }),
    },
    config: {
      bodyLimitBytes: config.http.bodyLimitBytes,
      streamMaxRows: config.http.streamMaxRows,
      projectionTimeoutMs: config.projection.timeoutMs,
      corsOrigins: config.http.corsOrigins,
    },
  });
  const server = createAdaptorServer({ fetch: api.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.http.port, config.http.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Idle keep-alive connections would hold the server; those with a request in hand are waited for.
        if ('closeIdleConnections' in server) server.closeIdleConnections();
        setTimeout(() => {
          if ('closeAllConnections' in server) server.closeAllConnections();
        }, config.http.shutdownTimeoutMs).unref();
      }),
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
