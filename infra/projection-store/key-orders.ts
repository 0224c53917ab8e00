/** Keys of a generation that an operator has ordered to be folded again. */
import type { Database } from '../database/database.ts';
import type { KeyOrder } from '../../projections/generation.ts';

/** Notes what is to be folded and, with a rebuild, how much that is: in one statement, or a kill between would lose it. */
export async function orderKeys(
  database: Database,
  { portfolioId, securityId, fromDay, position, rebuildId }: KeyOrder,
): Promise<number> {
  const [row] = await database.query<{ keys: number }>(
    `with ordered as (
       insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position, rebuild_id)
       select k.portfolio_no, k.security_no, $3, null, 'operator', $4, $5::uuid
       from position_state k join portfolios p using (portfolio_no) join securities s using (security_no)
       where ($1::text is null or p.portfolio_id = $1) and ($2::text is null or s.security_id = $2)
       returning security_no
     ), noted as (
       update rebuilds
       set phase = 'fold', done = 0, total = (select count(*) from ordered), position = $4,
           updated_at = clock_timestamp()
       where rebuild_id = $5::uuid
       returning rebuild_id
     )
     select count(*) as keys from ordered`,
    [portfolioId ?? null, securityId ?? null, fromDay, position, rebuildId ?? null],
  );
  return row?.keys ?? 0;
}

/** How many keys of a rebuild are still to be folded. */
export async function waitingKeys(database: Database, rebuildId: string): Promise<number> {
  const [row] = await database.query<{ keys: number }>(
    `select count(*) as keys from dirty where rebuild_id = $1::uuid`,
    [rebuildId],
  );
  return row?.keys ?? 0;
}

/** Takes the order back for the keys that are not folded yet; returns how many. */
export async function withdrawKeys(database: Database, rebuildId: string): Promise<number> {
  const rows = await database.query(`delete from dirty where rebuild_id = $1::uuid returning dirty_id`, [
    rebuildId,
  ]);
  return rows.length;
}
