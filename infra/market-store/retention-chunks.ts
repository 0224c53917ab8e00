/** Retention on TimescaleDB: chunks are dropped whole, so that the oldest one kept may begin earlier. */
import type { Database, DatabaseTransaction } from '../database/queryable.ts';
import { cutoff, daysOf, RETAINED_TABLES, takeLock } from './retention-work.ts';
import type { RetainedTable, RetentionWork } from './retention-work.ts';

/**
 * The Apache edition has no policies: we drop the chunks ourselves.
 * @returns chunks by table, or `undefined` when another process is at it
 */
export async function dropChunks(
  database: Database,
  { days, now, signal }: RetentionWork,
): Promise<Partial<Record<RetainedTable, number>> | undefined> {
  const dropped: Partial<Record<RetainedTable, number>> = {};
  for (const table of RETAINED_TABLES) {
    const kept = daysOf(table, days);
    if (kept === undefined || signal.aborted) continue;
    const count = await database.transaction(async (tx) => {
      if (!(await takeLock(tx))) return undefined;
      await findExtension(tx);
      // Dropping waits for those who read the chunk, and all others wait behind us: not for long.
      await tx.query(`set local lock_timeout = '5s'`);
      const chunks = await tx.query('select drop_chunks($1::regclass, older_than => $2::timestamptz)', [
        `public.${table}`,
        cutoff(now, kept),
      ]);
      return chunks.length;
    });
    if (count === undefined) return undefined;
    dropped[table] = count;
  }
  return dropped;
}

/**
 * The full edition has policies: they are made, changed and removed as the settings say.
 * @returns nothing dropped, for the policies do that; `undefined` when another process is at it
 */
export async function setPolicies(
  database: Database,
  { days }: RetentionWork,
): Promise<Partial<Record<RetainedTable, number>> | undefined> {
  const wanted = RETAINED_TABLES.map((table) => ({ table, kept: daysOf(table, days) }));
  return database.transaction(async (tx) => {
    if (!(await takeLock(tx))) return undefined;
    await findExtension(tx);
    const found = await tx.query<{ table: string; days: number | null }>(
      `select hypertable_name::text as table,
              (extract(epoch from (config ->> 'drop_after')::interval) / 86400)::integer as days
       from timescaledb_information.jobs
       where proc_name = 'policy_retention' and hypertable_schema = 'public'
         and hypertable_name = any($1::text[])`,
      [wanted.map(({ table }) => table)],
    );
    const current = new Map(found.map((row) => [row.table, row.days]));
    const changed = wanted.filter(({ table, kept }) => current.get(table) !== kept);
    await tx.query(
      `select remove_retention_policy(('public.' || name)::regclass, if_exists => true)
       from unnest($1::text[]) as name`,
      [changed.map(({ table }) => table).filter((table) => current.has(table))],
    );
    const added = changed.filter(({ kept }) => kept !== undefined);
    await tx.query(
      `select add_retention_policy(('public.' || p.name)::regclass, make_interval(days => p.days),
                                   schedule_interval => interval '1 hour')
       from unnest($1::text[], $2::integer[]) as p (name, days)`,
      [added.map(({ table }) => table), added.map(({ kept }) => kept)],
    );
    return {};
  });
}

/** An administrator may have put the extension outside `public`. */
async function findExtension(tx: DatabaseTransaction): Promise<void> {
  await tx.query(
    `select set_config('search_path', 'public, ' || quote_ident(n.nspname), true)
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'timescaledb'`,
  );
}
