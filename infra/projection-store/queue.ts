/** The queue between registering and folding, as those see it who wait for it or watch it. */
import type { Queryable } from '../database/database.ts';
import type { Generation, QueuedWork } from '../../projections/generation.ts';
import type { Cause } from '../../projections/register/model.ts';

/** Orders and repairs make nothing of the log visible that is not yet, so that nobody waits for them. */
export async function projected(
  db: Queryable,
  portfolioIds: readonly string[] | undefined,
): ReturnType<Generation['projected']> {
  const [row] = await db.query<{ position: number; oldest_mark: number | null }>(
    `select (select position from checkpoints where name = 'register') as position,
            case when $1::text[] is null then (
              select min(position) from dirty
              where cause not in ('operator', 'fold_version', 'regeneration', 'aggregation'))
            else (
              select min(d.position) from portfolios p join dirty d using (portfolio_no)
              where p.portfolio_id = any($1::text[])
                and d.cause not in ('operator', 'fold_version', 'regeneration', 'aggregation'))
            end as oldest_mark`,
    [portfolioIds ?? null],
  );
  return { position: row?.position ?? 0, oldestMark: row?.oldest_mark ?? null };
}

export async function queue(db: Queryable): Promise<QueuedWork[]> {
  const rows = await db.query<{ cause: Cause; portfolios: number; keys: number; seconds: number }>(
    `select cause, count(distinct portfolio_no) as portfolios, count(distinct (portfolio_no, security_no)) as keys,
            extract(epoch from clock_timestamp() - min(noted_at))::double precision as seconds
     from dirty group by cause order by cause`,
  );
  return rows.map(({ cause, portfolios, keys, seconds }) => ({
    cause,
    portfolios,
    keys,
    oldestSeconds: Math.max(0, seconds),
  }));
}
