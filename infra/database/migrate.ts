/**
 * Brings a database up to this version of the program. Migrations only ever go forward.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, DatabaseTransaction } from './queryable.ts';
import { type Migration, migrationsDirectory, readMigrations } from './migration-files.ts';

/** The two schemas between which a rebuild flips. */
export const GENERATION_SLOTS = ['gen_a', 'gen_b'] as const;
export type GenerationSlot = (typeof GENERATION_SLOTS)[number];

const OLDEST_SERVER = 15;
// Any constant will do as long as it stays the same: it is the name of the lock.
const LOCK_KEY = 7_236_114_902;

export type MigrationErrorCode = 'database_newer' | 'migration_changed' | 'unsupported_server';

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
}

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * Applies what is missing, all of it in one transaction under a lock, so that several processes may
 * start at once and a failed migration leaves the database as it was.
 * @throws MigrationError, or DatabaseError when a migration fails.
 */
export async function migrate(
  database: Database,
  directory: string = migrationsDirectory(),
): Promise<MigrationReport> {
  const main = await readMigrations(directory);
  const generation = await readMigrations(join(directory, 'generation'));
  const viewsDirectory = join(directory, 'views');
  const views = existsSync(viewsDirectory) ? await readMigrations(viewsDirectory) : [];
  return database.transaction(async (tx) => {
    await tx.query('set local client_min_messages = warning');
    await refuseOldServer(tx);
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [LOCK_KEY]);
    await createBookkeeping(tx);
    const applied = await applyMain(tx, main);
    for (const slot of GENERATION_SLOTS) applied.push(...(await applyGeneration(tx, slot, generation)));
    applied.push(...(await applyViews(tx, views)));
    return { applied, version: main.length };
  });
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

async function applyGeneration(
  tx: DatabaseTransaction,
  slot: GenerationSlot,
  migrations: readonly Migration[],
): Promise<string[]> {
  const applied = await tx.query<Applied>(
    'select version, name, checksum from public.generation_migrations where slot = $1 order by version',
    [slot],
  );
  const missing = missingFrom(applied, migrations, `${slot}/`);
  // The slot's name is one of our two constants, never input.
  await tx.query(`create schema if not exists ${slot}`);
  for (const { version, name, sql, checksum } of missing) {
    await tx.query(`set local search_path = ${slot}, public; ${sql}`);
    await tx.query(
      'insert into public.generation_migrations (slot, version, name, checksum) values ($1, $2, $3, $4)',
      [slot, version, name, checksum],
    );
  }
  return missing.map((migration) => `${slot}/${label(migration)}`);
}

/** Views over both slots, which therefore come after them. */
async function applyViews(tx: DatabaseTransaction, migrations: readonly Migration[]): Promise<string[]> {
  const applied = await tx.query<Applied>(
    `select version, name, checksum from public.generation_migrations where slot = 'views' order by version`,
  );
  const missing = missingFrom(applied, migrations, 'views/');
  for (const { version, name, sql, checksum } of missing) {
    await tx.query(`set local search_path = public; ${sql}`);
    await tx.query(
      `insert into public.generation_migrations (slot, version, name, checksum) values ('views', $1, $2, $3)`,
      [version, name, checksum],
    );
  }
  return missing.map((migration) => `views/${label(migration)}`);
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
