/** The keys and indexes of a generation's large tables: taken off before a bulk load, put back after it. */
import { join } from 'node:path';
import type { Database } from '../database/database.ts';
import { migrationsDirectory, readMigrations } from '../database/migration-files.ts';

/** What `0002_keys.sql` adds; put back by that very file. */
export const TAKE_KEYS_OFF = `
  alter table transactions drop constraint if exists transactions_pkey;
  alter table prices drop constraint if exists prices_pkey;
  alter table fx_rates drop constraint if exists fx_rates_pkey;
  alter table fold_checkpoints drop constraint if exists fold_checkpoints_pkey;
  drop index if exists transactions_key, transactions_time, transactions_target,
    position_history_current, position_history_superseded, position_history_order;
  -- One by one, as TimescaleDB demands of the indexes of hypertables.
  drop index if exists daily_position_snapshots_current;
  drop index if exists daily_position_snapshots_superseded;
  drop index if exists position_timeseries_current;
  drop index if exists position_timeseries_superseded;
  drop index if exists portfolio_timeseries_current;
  drop index if exists portfolio_timeseries_superseded`;

/** Those of the facts' tables, which the fold of a rebuild reads already. */
export const FACT_KEYS = /^(transactions|prices|fx_rates)_/;
/** All of them. */
export const ALL_KEYS = /^/;

/** Builds at once; each keeps a processor of the server busy. */
const BUILDERS = 2;

interface Key {
  readonly name: string;
  readonly statement: string;
}

async function keysOfMigration(): Promise<Key[]> {
  const keys = (await readMigrations(join(migrationsDirectory(), 'generation'))).find(
    ({ name }) => name === 'keys',
  );
  if (!keys) throw new Error('migrations/generation/0002_keys.sql is missing');
  return keys.sql.split(/;\s*$/m).flatMap((statement) => {
    const index = /create\s+(?:unique\s+)?index\s+(\w+)/.exec(statement)?.[1];
    const table = /alter\s+table\s+(\w+)\s+add\s+primary\s+key/.exec(statement)?.[1];
    const name = index ?? (table === undefined ? undefined : `${table}_pkey`);
    return name === undefined ? [] : [{ name, statement }];
  });
}

/** Adds those of the keys that are not there: a rebuild that was killed goes on with the next one. */
export async function addMissingKeys(
  database: Database,
  wanted: RegExp,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const keys = (await keysOfMigration()).filter(({ name }) => wanted.test(name));
  const present = await database.query<{ name: string }>(
    `select indexname as name from pg_indexes where schemaname = current_schema() and indexname = any($1::text[])`,
    [keys.map(({ name }) => name)],
  );
  const there = new Set(present.map(({ name }) => name));
  const missing = keys.filter(({ name }) => !there.has(name));
  let done = 0;
  await sideBySide(
    missing.map(({ statement }) => async () => {
      await database.query(statement);
      onProgress(++done, missing.length);
    }),
  );
}

/** Tasks on several connections at once, begun in their order. */
export async function sideBySide(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = tasks.values();
  await Promise.all(
    Array.from({ length: BUILDERS }, async () => {
      for (const task of queue) await task();
    }),
  );
}
