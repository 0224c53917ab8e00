/** Retention on plain PostgreSQL: rows are deleted in batches, each in a transaction of its own. */
import type { Database, Queryable } from '../database/queryable.ts';
import { cutoff, daysOf, RETAINED_TABLES, takeLock } from './retention-work.ts';
import type { RetainedTable, RetentionWork } from './retention-work.ts';

/** Deletes some of what is older, and tells how many. */
type DeleteBatch = (tx: Queryable, before: string, rows: number) => Promise<number>;

interface Deleted {
  readonly deleted: number;
}

/**
 * By symbol, because the keys begin with it: a symbol without old rows costs one look into the index. A row
 * is found and deleted in one statement, so where it lies cannot change in between; rows that old are
 * amended no more.
 */
const DELETE: Readonly<Record<RetainedTable, DeleteBatch>> = {
  realtime_prices: (tx, before, rows) =>
    countOf(
      tx,
      `with gone as (
         delete from public.realtime_prices where ctid = any (array(
           select old.id from public.symbols s
           cross join lateral (
             select r.ctid as id from public.realtime_prices r
             where r.symbol_no = s.symbol_no and r.time < $1::timestamptz limit $2) old
           limit $2))
         returning 1)
       select count(*) as deleted from gone`,
      [before, rows],
    ),
  intraday_ohlcv: (tx, before, rows) =>
    countOf(
      tx,
      `with gone as (
         delete from public.intraday_ohlcv where ctid = any (array(
           select old.id from public.symbols s
           cross join lateral (
             select r.ctid as id from public.intraday_ohlcv r
             where r.symbol_no = s.symbol_no and r.time < $1::timestamptz limit $2) old
           limit $2))
         returning 1)
       select count(*) as deleted from gone`,
      [before, rows],
    ),
  intraday_analytics: (tx, before, rows) =>
    countOf(
      tx,
      `with gone as (
         delete from public.intraday_analytics where ctid = any (array(
           select old.id from public.symbols s
           cross join lateral (
             select r.ctid as id from public.intraday_analytics r
             where r.symbol_no = s.symbol_no and r.time < $1::timestamptz limit $2) old
           limit $2))
         returning 1)
       select count(*) as deleted from gone`,
      [before, rows],
    ),
  historical_ohlcv: (tx, before, rows) =>
    countOf(
      tx,
      `with gone as (
         delete from public.historical_ohlcv where ctid = any (array(
           select old.id from public.symbols s
           cross join lateral (
             select r.ctid as id from public.historical_ohlcv r
             where r.symbol_no = s.symbol_no and r.time < $1::timestamptz limit $2) old
           limit $2))
         returning 1)
       select count(*) as deleted from gone`,
      [before, rows],
    ),
  daily_analytics: (tx, before, rows) =>
    countOf(
      tx,
      `with gone as (
         delete from public.daily_analytics where ctid = any (array(
           select old.id from public.symbols s
           cross join lateral (
             select r.ctid as id from public.daily_analytics r
             where r.symbol_no = s.symbol_no and r.time < $1::timestamptz limit $2) old
           limit $2))
         returning 1)
       select count(*) as deleted from gone`,
      [before, rows],
    ),
};

/** @returns rows by table, or `undefined` when another process is at it */
export async function deleteOldRows(
  database: Database,
  work: RetentionWork,
): Promise<Partial<Record<RetainedTable, number>> | undefined> {
  const deleted: Partial<Record<RetainedTable, number>> = {};
  for (const table of RETAINED_TABLES) {
    const days = daysOf(table, work.days);
    if (days === undefined) continue;
    const count = await inBatches(database, work, cutoff(work.now, days), DELETE[table]);
    if (count === undefined) return undefined;
    deleted[table] = count;
  }
  return deleted;
}

/**
 * Checkpoints follow the bars they were made after, but the newest of each series stays: from it the
 * indicators go on, however long ago the last bar was.
 * @returns how many, or `undefined` when another process is at it
 */
export async function deleteOldCheckpoints(
  database: Database,
  work: RetentionWork,
): Promise<number | undefined> {
  let deleted = 0;
  for (const [tier, days] of [
    ['intraday', work.days.intraday],
    ['historical', work.days.daily],
  ] as const) {
    if (days === undefined) continue;
    const count = await inBatches(database, work, cutoff(work.now, days), (tx, before, rows) =>
      countOf(
        tx,
        `with gone as (
           delete from public.indicator_checkpoints where ctid = any (array(
             select c.ctid from public.indicator_checkpoints c
             where c.tier = $3 and c.time < $1::timestamptz
               and exists (select from public.indicator_checkpoints n
                           where n.symbol_no = c.symbol_no and n.tier = c.tier and n.time > c.time)
             limit $2))
           returning 1)
         select count(*) as deleted from gone`,
        [before, rows, tier],
      ),
    );
    if (count === undefined) return undefined;
    deleted += count;
  }
  return deleted;
}

async function inBatches(
  database: Database,
  { batchRows, signal }: RetentionWork,
  before: string,
  deleteBatch: DeleteBatch,
): Promise<number | undefined> {
  let total = 0;
  while (!signal.aborted) {
    const deleted = await database.transaction(async (tx) =>
      (await takeLock(tx)) ? deleteBatch(tx, before, batchRows) : undefined,
    );
    if (deleted === undefined) return undefined;
    total += deleted;
    if (deleted < batchRows) break;
  }
  return total;
}

async function countOf(tx: Queryable, statement: string, values: readonly unknown[]): Promise<number> {
  const [row] = await tx.query<Deleted>(statement, values);
  return row?.deleted ?? 0;
}
