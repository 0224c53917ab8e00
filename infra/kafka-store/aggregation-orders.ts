/** What the consumer of orders asks and writes. */
import type { Queryable } from '../database/database.ts';
import type { OrderSession } from '../../projections/aggregation/store.ts';
import { placesOf } from './aggregation-assess.ts';

export async function knownPortfolios(
  tx: Queryable,
  portfolioIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ portfolio_id: string }>(
    `select portfolio_id from portfolios where portfolio_id = any($1::text[])`,
    [portfolioIds],
  );
  return new Set(rows.map((row) => row.portfolio_id));
}

/** A scheduled order keeps the time it was made; one that comes back is done again, which changes nothing. */
const ORDER = `
  with orders as (
    select w.portfolio_id, w.date, w.correlation_id,
           a.correlation_id is not distinct from w.correlation_id as same, a.state, a.requested_at
    from unnest($1::text[], $2::date[], $3::text[]) as w(portfolio_id, date, correlation_id)
    left join aggregation_days a on a.portfolio_id = w.portfolio_id and a.date = w.date
  ), recorded as (
    insert into aggregation_days (portfolio_id, date, state, correlation_id, requested_at)
    select portfolio_id, date, 'pending', correlation_id,
           case when same then requested_at else clock_timestamp() end
    from orders
    order by portfolio_id, date
    on conflict (portfolio_id, date) do update
      set state = 'pending', correlation_id = excluded.correlation_id, requested_at = excluded.requested_at
  )
  select count(*) filter (where same and state in ('pending', 'done')) as repeated from orders`;

export async function order(tx: Queryable, orders: Parameters<OrderSession['order']>[0]): Promise<number> {
  const [row] = await tx.query<{ repeated: number }>(ORDER, [
    ...placesOf(orders),
    orders.map((o) => o.correlationId),
  ]);
  return row?.repeated ?? 0;
}
