/**
 * Drops market data that is older than it is kept: whole chunks by the policies of TimescaleDB's full
 * edition, the same by ourselves on its Apache edition, rows in batches on plain PostgreSQL.
 *
 * What is dropped cannot come in again: a tick older than ticks are kept has lost the rows that would tell a
 * repetition from news, and must be refused before it reaches the store.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../projections/logger.ts';
import type { TimescaleEdition } from '../database/capabilities.ts';
import type { Database } from '../database/queryable.ts';
import { dropChunks, setPolicies } from './retention-chunks.ts';
import { deleteOldCheckpoints, deleteOldRows } from './retention-rows.ts';
import type { RetainedTable, RetentionDays } from './retention-work.ts';

export type { RetainedTable, RetentionDays } from './retention-work.ts';

export interface RetentionReport {
  /** Whether another process was at it; then nothing was done here. */
  readonly busy: boolean;
  /** Rows deleted, on plain PostgreSQL; chunks dropped, on the Apache edition. Checkpoints are rows anywhere. */
  readonly dropped: Readonly<Partial<Record<RetainedTable | 'indicator_checkpoints', number>>>;
}

export interface RetentionOptions {
  readonly database: Database;
  readonly timescale: { readonly edition: TimescaleEdition };
  readonly days: RetentionDays;
  readonly logger: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Rows of one statement, 10,000 by default. */
  readonly batchRows?: number;
  /** Milliseconds between two runs, an hour by default. */
  readonly everyMs?: number;
  /** Told of every run that was not somebody else's. */
  readonly onRun?: (report: RetentionReport) => void;
}

export interface Retention {
  /** Runs now and every hour, until stopped. */
  start(): void;
  /** Waits for the statement under way. */
  stop(): Promise<void>;
  /** @throws DatabaseError */
  run(): Promise<RetentionReport>;
}

const HOUR = 3_600_000;

export function createRetention(options: RetentionOptions): Retention {
  const { database, timescale, days, logger, now, batchRows = 10_000, everyMs = HOUR } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<RetentionReport> {
    const present = now();
    const work = { days, now: present, batchRows, signal: stopping.signal };
    const byChunk = { none: deleteOldRows, apache: dropChunks, full: setPolicies }[timescale.edition];
    const dropped = await byChunk(database, work);
    const checkpoints = dropped && (await deleteOldCheckpoints(database, work));
    if (dropped === undefined || checkpoints === undefined) return { busy: true, dropped: {} };
    const report = { busy: false, dropped: { ...dropped, indicator_checkpoints: checkpoints } };
    options.onRun?.(report);
    return report;
  }

  async function repeat(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const { dropped } = await run();
        if (Object.values(dropped).some((count) => count > 0)) {
          logger.info('market data past its retention was dropped', { dropped });
        }
      } catch (error) {
        // The next run finds what this one has left.
        logger.warn('market data past its retention could not be dropped', { error });
      }
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    run,
    start() {
      running ??= repeat();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
