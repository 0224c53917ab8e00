/**
 * Appends a whole import in one transaction. The rows are staged and checked against each other
 * before the lock of the log is taken, so that other appenders wait only for the last part.
 */
import type { Instant } from '../../domain/dates.ts';
import type { AppendOutcome, AppendRequest } from '../../domain/log.ts';
import { EventLogError } from '../../domain/log-error.ts';
import type { EventShapes } from '../../domain/upcast.ts';
import type { Database, DatabaseTransaction } from '../database/queryable.ts';
import { bulkOutcomes, conflicts, type LogBefore, type Repeat } from './bulk-outcomes.ts';
import { eventRows, requestRows } from './bulk-rows.ts';
import * as sql from './bulk-sql.ts';

export interface BulkResult {
  readonly committed: boolean;
  readonly outcomes: AppendOutcome[];
}

/** Ends the transaction without a commit when a request conflicts. */
class BulkRefused extends Error {
  readonly outcomes: AppendOutcome[];

  constructor(outcomes: AppendOutcome[]) {
    super('the bulk conflicts with the log');
    this.outcomes = outcomes;
  }
}

/** @throws EventLogError `invalid_append`, or DatabaseError; nothing was appended then. */
export async function appendBulk(
  database: Database,
  requests: readonly AppendRequest[],
  shapes: EventShapes,
): Promise<BulkResult> {
  if (requests.length === 0) return { committed: true, outcomes: [] };
  if (requests.some(({ events }) => events.length === 0)) {
    throw new EventLogError('invalid_append', 'a request of the bulk has no events');
  }
  try {
    const outcomes = await database.transaction(
      async (tx) => {
        await stage(tx, requests, shapes);
        await tx.query(sql.LOCK_HEAD);
        return insertStaged(tx, requests);
      },
      { isolation: 'read committed' },
    );
    return { committed: true, outcomes };
  } catch (error) {
    if (error instanceof BulkRefused) return { committed: false, outcomes: error.outcomes };
    throw error;
  }
}

async function stage(
  tx: DatabaseTransaction,
  requests: readonly AppendRequest[],
  shapes: EventShapes,
): Promise<void> {
  await tx.query(sql.CREATE_STAGING);
  await tx.copyIn(sql.COPY_REQUESTS, requestRows(requests));
  await tx.copyIn(sql.COPY_EVENTS, eventRows(requests, shapes));
  await tx.query(sql.ANALYZE_STAGING);
  await tx.query(sql.FIND_REPEATS_WITHIN);
}

async function insertStaged(
  tx: DatabaseTransaction,
  requests: readonly AppendRequest[],
): Promise<AppendOutcome[]> {
  const [last] = await tx.query<{ position: number; learned_at: Instant }>(sql.READ_LAST);
  const before: LogBefore = { head: last?.position ?? 0, versions: await readVersions(tx) };
  await tx.query(sql.FIND_REPEATS_STORED);
  const outcomes = bulkOutcomes(requests, before, await readRepeats(tx));
  if (outcomes.some(conflicts)) throw new BulkRefused(outcomes);

  await tx.query(sql.PLACE_REQUESTS);
  await tx.query(sql.INSERT_EVENTS, [
    before.head,
    last?.learned_at ?? (await readClock(tx)),
    [...before.versions.keys()],
    [...before.versions.values()],
  ]);
  await tx.query(sql.INSERT_KEYS, [before.head]);
  return outcomes;
}

async function readVersions(tx: DatabaseTransaction): Promise<Map<string, number>> {
  const rows = await tx.query<{ stream_id: string; version: number }>(sql.READ_VERSIONS);
  return new Map(rows.map((row) => [row.stream_id, row.version]));
}

async function readClock(tx: DatabaseTransaction): Promise<Instant> {
  const [row] = await tx.query<{ now: Instant }>('select clock_timestamp() as now');
  if (!row) throw new Error('the server did not tell the time');
  return row.now;
}

const PAGE = 20_000;

/** In pages: after an import is repeated, every request is a repeat. */
async function readRepeats(tx: DatabaseTransaction): Promise<Map<number, Repeat>> {
  const repeats = new Map<number, Repeat>();
  for (let after = -1; ;) {
    const page = await tx.query<Repeat>(sql.READ_REPEATS, [after, PAGE]);
    for (const repeat of page) repeats.set(repeat.request, repeat);
    if (page.length < PAGE) return repeats;
    after = page.at(-1)!.request;
  }
}
