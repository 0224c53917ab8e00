/** The log and the projections with what is measured of them. */
import type { Database } from '../../infra/database/database.ts';
import type { ProcessMetrics } from '../../infra/metrics/metrics.ts';
import type { EventLog } from '../../domain/log.ts';
import type { Generations } from '../../projections/generation.ts';
import type { Logger } from '../../projections/logger.ts';
import type { Cause } from '../../projections/register/model.ts';
import { createProjections } from '../../projections/service.ts';
import type { Projections } from '../../projections/service.ts';

/** Counts what is appended, and lets the projections know at once. */
export function observedLog(log: EventLog, metrics: ProcessMetrics, projections: Projections): EventLog {
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

export interface ObservedProjections {
  readonly log: EventLog;
  readonly generations: Generations;
  readonly pollMs: number;
  readonly retainHours: number;
  readonly metrics: ProcessMetrics;
  readonly logger: Logger;
  /** How many transactions fold at once. */
  readonly lanes: number;
  /** The marks that this process takes up while it runs; all, unless given. */
  readonly causes?: readonly Cause[];
  /** Something was folded: there may be news for whoever publishes it. */
  readonly onFolded: () => void;
}

export function observedProjections(options: ObservedProjections): Projections {
  const { log, generations, pollMs, retainHours, lanes, metrics, logger, causes, onFolded } = options;
  return createProjections({
    log,
    generations,
    now: () => Date.now(),
    pollMs,
    retainHours,
    lanes,
    ...(causes === undefined ? {} : { causes }),
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
        onFolded();
      },
    },
  });
}

const OBSERVE_EVERY_MS = 5_000;

/** Shows lag, backlog and size from now on. */
export function observeBacklog(
  projections: Projections,
  database: Database,
  metrics: ProcessMetrics,
  logger: Logger,
): () => Promise<void> {
  async function look(): Promise<void> {
    const status = await projections.status();
    metrics.lag('fold', status.lagEvents, status.lagSeconds);
    metrics.backlog(status);
    metrics.queue(status.queue);
    metrics.otherFoldVersions(status.rowVersions.filter((version) => version !== status.foldVersion).length);
    metrics.operations(await projections.state());
    const [row] = await database.query<{ bytes: number; open: number }>(
      `select pg_database_size(current_database()) as bytes,
              (select count(*) from dead_letters where status = 'open') as open`,
    );
    metrics.databaseSize(row?.bytes ?? 0);
    metrics.openDeadLetters(row?.open ?? 0);
  }
  const observe = () => {
    look().catch((error: unknown) =>
      logger.warn('the state of the projections could not be read', { error }),
    );
  };
  observe();
  const timer = setInterval(observe, OBSERVE_EVERY_MS);
  return async () => clearInterval(timer);
}
