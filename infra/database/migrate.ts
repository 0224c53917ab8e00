/**
 * Brings a database up to this version of the program. Migrations only ever go forward.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Timescale, type TimescaleEdition, ensureTimescale, hasCompressedRows } from './capabilities.ts';
import type { Database, DatabaseTransaction } from './queryable.ts';
import { type Migration, migrationsDirectory, readMigrations } from './migration-files.ts';

/** The two schemas between which a rebuild flips. */
export const GENERATION_SLOTS = ['gen_a', 'gen_b'] as const;
export type GenerationSlot = (typeof GENERATION_SLOTS)[number];

const OLDEST_SERVER = 15;
// Any constant will do as long as it stays the same: it is the name of the lock.
const LOCK_KEY = 7_236_114_902;

export type MigrationErrorCode =
  'database_newer' | 'migration_changed' | 'unsupported_server' | 'columnstore_unreadable';

export class MigrationError extends Error {
  readonly code: MigrationErrorCode;

  constructor(code: MigrationErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'MigrationError';
    this.code = code;
  }
}

export interface MigrationReport {
  /** What was applied now, such as `0001_log` or `gen_a/0002_keys`; empty when nothing was missing. */
  readonly applied: readonly string[];
  /** The database's version after it. */
  readonly version: number;
  /** What of TimescaleDB this database uses from now on. */
  readonly timescale: Timescale;
}

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/** Migrations that only some servers can take, by folder; each set comes on top of those before it. */
const TIMESCALE_SETS = ['apache', 'full'] as const;
type TimescaleSet = (typeof TIMESCALE_SETS)[number];
/** The tables of market data are in the schema public, once, and have sets of their own in this folder. */
const MARKET = 'market';

interface TimescaleMigrations {
  /** For each of the two generations. */
  readonly generation: readonly Migration[];
  readonly market: readonly Migration[];
}

/**
 * Applies what is missing, all of it in one transaction under a lock, so that several processes may
 * start at once and a failed migration leaves the database as it was. What needs TimescaleDB is applied
 * where there is TimescaleDB, also when a server gains it later.
 * @throws MigrationError, or DatabaseError when a migration fails.
 */
export async function migrate(
  database: Database,
  directory: string = migrationsDirectory(),
): Promise<MigrationReport> {
  const main = await readMigrations(directory);
  const generation = await readMigrations(join(directory, 'generation'));
  const views = await readOptional(join(directory, 'views'));
  const sets: [TimescaleSet, TimescaleMigrations][] = [];
  for (const set of TIMESCALE_SETS) sets.push([set, await readTimescale(directory, set)]);
  return database.transaction(async (tx) => {
    await tx.query('set local client_min_messages = warning');
    await refuseOldServer(tx);
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [LOCK_KEY]);
    await createBookkeeping(tx);
    const timescale = await ensureTimescale(tx);
    await refuseHiddenRows(tx, timescale);
    const applied = await applyMain(tx, main);
    for (const slot of GENERATION_SLOTS) {
      // The slot's name is one of our two constants, never input.
      await tx.query(`create schema if not exists ${slot}`);
      applied.push(...(await applySet(tx, slot, `${slot}, public`, generation)));
    }
    if (timescale.edition === 'none') await forgetTimescale(tx);
    const path = await extensionPath(tx);
    for (const [set, { generation: ofSlots, market }] of sets) {
      if (!includes(timescale.edition, set)) continue;
      for (const slot of GENERATION_SLOTS)
        applied.push(...(await applySet(tx, `${slot}/${set}`, `${slot}, ${path}`, ofSlots)));
      applied.push(...(await applySet(tx, `${MARKET}/${set}`, path, market)));
    }
    // Over both slots, hence after them.
    applied.push(...(await applySet(tx, 'views', 'public', views)));
    return { applied, version: main.length, timescale };
  });
}

async function readTimescale(directory: string, set: TimescaleSet): Promise<TimescaleMigrations> {
  return {
    generation: await readOptional(join(directory, 'timescale', set)),
    market: await readOptional(join(directory, 'timescale', MARKET, set)),
  };
}

async function readOptional(directory: string): Promise<readonly Migration[]> {
  return existsSync(directory) ? readMigrations(directory) : [];
}

function includes(edition: TimescaleEdition, set: TimescaleSet): boolean {
  return edition === 'full' || edition === set;
}

async function refuseOldServer(tx: DatabaseTransaction): Promise<void> {
  const [row] = await tx.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  const major = Math.floor((row?.version ?? 0) / 10_000);
  if (major < OLDEST_SERVER) {
    throw new MigrationError(
      'unsupported_server',
      `PostgreSQL ${major} is too old: ${OLDEST_SERVER} or newer is needed`,
    );
  }
}

/** The Apache edition leaves compressed rows out of every answer and says nothing. */
async function refuseHiddenRows(tx: DatabaseTransaction, { edition }: Timescale): Promise<void> {
  if (edition !== 'apache' || !(await hasCompressedRows(tx))) return;
  throw new MigrationError(
    'columnstore_unreadable',
    'the database has days in the columnstore, which the Apache edition of TimescaleDB would leave out of every answer: ' +
      'start the server with timescaledb.license = timescale, or decompress them there first',
  );
}

async function createBookkeeping(tx: DatabaseTransaction): Promise<void> {
  await tx.query(`
    set local search_path = public;
    create table if not exists schema_migrations (
      version    integer primary key,
      name       text not null,
      checksum   text not null,
      applied_at timestamptz not null default clock_timestamp()
    );
    create table if not exists generation_migrations (
      slot       text not null,
      version    integer not null,
      name       text not null,
      checksum   text not null,
      applied_at timestamptz not null default clock_timestamp(),
      primary key (slot, version)
    )`);
}

async function applyMain(tx: DatabaseTransaction, migrations: readonly Migration[]): Promise<string[]> {
  const applied = await tx.query<Applied>(
    'select version, name, checksum from public.schema_migrations order by version',
  );
  const missing = missingFrom(applied, migrations, '');
  for (const { version, name, sql, checksum } of missing) {
    await tx.query(`set local search_path = public; ${sql}`);
    await tx.query('insert into public.schema_migrations (version, name, checksum) values ($1, $2, $3)', [
      version,
      name,
      checksum,
    ]);
  }
  return missing.map((migration) => label(migration));
}

/** @param slot the name of the set in the bookkeeping, such as `gen_a`, `gen_a/apache`, `market/full` or `views` */
async function applySet(
  tx: DatabaseTransaction,
  slot: string,
  searchPath: string,
  migrations: readonly Migration[],
): Promise<string[]> {
  const applied = await tx.query<Applied>(
    'select version, name, checksum from public.generation_migrations where slot = $1 order by version',
    [slot],
  );
  const missing = missingFrom(applied, migrations, `${slot}/`);
  for (const { version, name, sql, checksum } of missing) {
    await tx.query(`set local search_path = ${searchPath}; ${sql}`);
    await tx.query(
      'insert into public.generation_migrations (slot, version, name, checksum) values ($1, $2, $3, $4)',
      [slot, version, name, checksum],
    );
  }
  return missing.map((migration) => `${slot}/${label(migration)}`);
}

/**
 * Without the extension there are no hypertables, whatever was applied once: should it come back, the
 * tables are to be made into hypertables again.
 */
async function forgetTimescale(tx: DatabaseTransaction): Promise<void> {
  await tx.query(
    `delete from public.generation_migrations
     where slot = any($1::text[])`,
    [[...GENERATION_SLOTS, MARKET].flatMap((slot) => TIMESCALE_SETS.map((set) => `${slot}/${set}`))],
  );
}

/** Where the extension's functions are found: an administrator may have put them outside `public`. */
async function extensionPath(tx: DatabaseTransaction): Promise<string> {
  const [row] = await tx.query<{ path: string }>(
    `select 'public, ' || quote_ident(n.nspname) as path
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'timescaledb'`,
  );
  return row?.path ?? 'public';
}

function missingFrom(
  applied: readonly Applied[],
  known: readonly Migration[],
  prefix: string,
): readonly Migration[] {
  const newest = applied.at(-1)?.version ?? 0;
  if (newest > known.length) {
    throw new MigrationError(
      'database_newer',
      `the database is newer than this program: it has migration ${prefix}${newest}, the program knows ${known.length}`,
    );
  }
  for (const { version, name, checksum } of applied) {
    if (known[version - 1]?.checksum !== checksum) {
      throw new MigrationError(
        'migration_changed',
        `migration ${prefix}${label({ version, name })} was changed after it had been applied`,
      );
    }
  }
  const have = new Set(applied.map(({ version }) => version));
  return known.filter(({ version }) => !have.has(version));
}

function label({ version, name }: { version: number; name: string }): string {
  return `${String(version).padStart(4, '0')}_${name}`;
}
