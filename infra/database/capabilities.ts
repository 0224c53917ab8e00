/**
 * What the server offers beyond PostgreSQL: TimescaleDB or not, and which edition of it.
 *
 * The Apache edition has hypertables; the full one (the Timescale licence) also the columnstore and jobs.
 * Which of the two a server runs is its setting `timescaledb.license`.
 */
import { DatabaseError } from './errors.ts';
import type { DatabaseTransaction, Queryable } from './queryable.ts';

export type TimescaleEdition = 'none' | 'apache' | 'full';

export interface Timescale {
  readonly edition: TimescaleEdition;
  /** That of the extension in this database, such as `2.19.3`. */
  readonly version?: string;
  /** Why it is not the full edition, in words for an operator. */
  readonly reason?: string;
}

/** The oldest release that has everything the migrations ask for. */
const OLDEST: readonly [number, number] = [2, 18];

interface Extension {
  readonly available: string | null;
  readonly installed: string | null;
  readonly preloaded: boolean;
  readonly permitted: boolean;
}

/**
 * Tells what this database has, after creating the extension when the server has it and this user may.
 * Never fails for want of it: then everything works on plain tables, and `reason` says what is missing.
 * @throws DatabaseError when the server cannot be asked.
 */
export async function ensureTimescale(tx: DatabaseTransaction): Promise<Timescale> {
  const extension = await findExtension(tx);
  if (extension.installed !== null) return installed(tx, extension.installed);
  const obstacle = obstacleTo(extension);
  if (obstacle !== undefined) return { edition: 'none', reason: obstacle };
  const refusal = await createExtension(tx);
  if (refusal !== undefined) return { edition: 'none', reason: refusal };
  const { installed: version } = await findExtension(tx);
  return installed(tx, version!);
}

/** Tells what this database has and changes nothing. */
export async function detectTimescale(db: Queryable): Promise<Timescale> {
  const extension = await findExtension(db);
  if (extension.installed !== null) return installed(db, extension.installed);
  return {
    edition: 'none',
    reason: obstacleTo(extension) ?? 'the extension has not been created in this database',
  };
}

/** Whether rows of a database with TimescaleDB are in the columnstore. */
export async function hasCompressedRows(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>(
    `select exists (select from timescaledb_information.chunks where is_compressed) as found`,
  );
  return row?.found ?? false;
}

async function findExtension(db: Queryable): Promise<Extension> {
  const [row] = await db.query<Extension>(
    `select (select default_version from pg_available_extensions where name = 'timescaledb') as available,
            (select extversion from pg_extension where extname = 'timescaledb') as installed,
            -- shared_preload_libraries itself is shown to few; the loader's own settings are there for all.
            exists (select from pg_settings where name = 'timescaledb.max_background_workers') as preloaded,
            exists (select from pg_available_extension_versions v join pg_roles r on r.rolname = current_user
                    where v.name = 'timescaledb'
                      and (r.rolsuper or not v.superuser
                           or v.trusted and has_database_privilege(current_database(), 'create'))) as permitted`,
  );
  return row!;
}

function obstacleTo({ available, preloaded, permitted }: Extension): string | undefined {
  if (available === null) return 'the server has no TimescaleDB';
  if (!isNewEnough(available)) return tooOld(available);
  if (!preloaded)
    return `TimescaleDB ${available} is on the server, but shared_preload_libraries does not name it`;
  if (!permitted)
    return `TimescaleDB ${available} is on the server, but this user may not create the extension`;
  return undefined;
}

/** Why the server refused, or `undefined` when it did not; the transaction goes on in both cases. */
async function createExtension(tx: DatabaseTransaction): Promise<string | undefined> {
  await tx.query('savepoint without_timescaledb');
  try {
    await tx.query('create extension timescaledb schema public');
    await tx.query('release savepoint without_timescaledb');
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code === 'unavailable') throw error;
    await tx.query('rollback to savepoint without_timescaledb');
    return `the extension could not be created: ${error.message}`;
  }
}

async function installed(db: Queryable, version: string): Promise<Timescale> {
  if (!isNewEnough(version)) return { edition: 'none', version, reason: tooOld(version) };
  const [row] = await db.query<{ license: string | null }>(
    `select current_setting('timescaledb.license', true) as license`,
  );
  return row?.license === 'timescale'
    ? { edition: 'full', version }
    : {
        edition: 'apache',
        version,
        reason: 'the server runs the Apache edition, which has no columnstore',
      };
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function tooOld(version: string): string {
  return `TimescaleDB ${version} is too old: ${OLDEST.join('.')} or newer is needed`;
}
