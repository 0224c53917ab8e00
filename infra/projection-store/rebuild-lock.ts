/** The lock that one rebuild, rollback or prune at a time holds, whichever process it is in. */
import type { Database } from '../database/database.ts';
import type { RebuildLock } from '../../projections/generation.ts';

/** Any constant below 2^32, so that `pg_locks` shows it in one column. */
const LOCK = 818_235_311;

/** Another rebuild, rollback or prune is running, here or in another process. */
export class RebuildBusy extends Error {
  readonly code = 'rebuild_running';
  override readonly name = 'RebuildBusy';
}

/** What the holder is called whose record says more. */
export const A_REBUILD = 'a rebuild';

/** Whether any process holds the lock: a column for a statement. */
export const LOCK_HELD = `exists (
  select from pg_locks
  where locktype = 'advisory' and granted and classid = 0 and objid = ${LOCK} and objsubid = 1
    and database = (select oid from pg_database where datname = current_database()))`;

/**
 * The session that holds the lock must live as long as the rebuild, so it is a transaction left open.
 * @param what such as `rollback by cli`, for those who find it held
 */
export async function holdRebuildLock(database: Database, what: string): Promise<RebuildLock> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = (_: boolean): void => undefined;
  const answer = new Promise<boolean>((resolve) => {
    held = resolve;
  });
  const holding = database.transaction(async (tx) => {
    // The name of a session is the one thing of it that every other one can read. It takes 63 bytes.
    await tx.query(`select set_config('application_name', left($1, 60), true)`, [what]);
    const [row] = await tx.query<{ held: boolean }>(`select pg_try_advisory_xact_lock($1::bigint) as held`, [
      LOCK,
    ]);
    held(row?.held ?? false);
    if (row?.held) await released;
  });
  holding.catch(() => held(false));
  if (!(await answer)) {
    await holding;
    throw await busy(database);
  }
  return {
    async release() {
      release();
      await holding;
    },
  };
}

async function busy(database: Database): Promise<RebuildBusy> {
  const [holder] = await database.query<{ what: string; since: string }>(
    `select case when a.application_name = $1 then coalesce(
              (select 'rebuild ' || left(r.rebuild_id::text, 8) || ' by ' || r.who from rebuilds r
               where r.status in ('running', 'awaiting_approval') and r.slot is not null
               order by r.started_at desc limit 1), $1)
            else a.application_name end as what, a.xact_start as since
     from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = ${LOCK} and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())`,
    [A_REBUILD],
  );
  return new RebuildBusy(
    holder
      ? `${holder.what} has been running since ${holder.since.slice(0, 19).replace('T', ' ')} UTC; one rebuild, rollback or prune at a time`
      : 'another rebuild, rollback or prune has just been running; try again',
  );
}
