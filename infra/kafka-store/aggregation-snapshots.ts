/** What the consumers of snapshots and of orders ask and write. */
import type { Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type { OrderSession, SnapshotFound, SnapshotSession } from '../../projections/aggregation/store.ts';
import { placesOf } from './aggregation-assess.ts';

const FIND = `
  select p.portfolio_no, k.security_no, k.epoch as key_epoch, coalesce(d.epoch, t.epoch) as day_epoch, s.horizon,
         case
           when d.date is null and t.date is null then not coalesce((
             -- Neither row is there. Rightly, where nothing was held and nothing happened since the day before.
             select h.quantity <> 0 or date '1970-01-01' + h.day >= w.date - 1
             from position_history h
             where h.portfolio_no = k.portfolio_no and h.security_no = k.security_no
               and h.day <= w.date - date '1970-01-01' and h.superseded_by is null
             order by h.day desc, h.at desc, h.rank desc, h.transaction_id collate "C" desc
             limit 1), false)
           else d.date is not null and t.date is not null
             and (d.quantity, d.cost_basis_local, d.cost_basis, d.market_value_local, d.market_value, d.valuation_status)
                 is not distinct from
                 (t.quantity, t.cost, t.cost_base, t.eod_market_value, t.eod_market_value_base, t.valuation_status)
         end as agrees
  from unnest($1::text[], $2::text[], $3::date[])
         with ordinality as w(portfolio_id, security_id, date, place)
  left join portfolios p on p.portfolio_id = w.portfolio_id
  left join securities c on c.security_id = w.security_id
  left join position_state k on k.portfolio_no = p.portfolio_no and k.security_no = c.security_no
  left join portfolio_state s on s.portfolio_no = p.portfolio_no
  left join daily_position_snapshots d on d.portfolio_no = k.portfolio_no and d.security_no = k.security_no
    and d.date = w.date and d.superseded_by is null
  left join position_timeseries t on t.portfolio_no = k.portfolio_no and t.security_no = k.security_no
    and t.date = w.date and t.superseded_by is null
  order by w.place`;

export async function find(
  tx: Queryable,
  snapshots: Parameters<SnapshotSession['find']>[0],
): Promise<SnapshotFound[]> {
  const rows = await tx.query<{
    portfolio_no: number | null;
    security_no: number | null;
    key_epoch: number | null;
    day_epoch: number | null;
    horizon: number | null;
    agrees: boolean;
  }>(FIND, [
    snapshots.map((s) => s.portfolioId),
    snapshots.map((s) => s.securityId),
    snapshots.map((s) => isoDate(s.day)),
  ]);
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    keyEpoch: row.key_epoch,
    dayEpoch: row.day_epoch,
    horizon: row.horizon,
    agrees: row.agrees,
  }));
}

/**
 * A day that was aggregated is so still while its row's epoch is the same, unless it is the open one: only that is
 * rewritten within its epoch. An order that has been out for long is given up.
 */
const MAKE_ELIGIBLE = `
  insert into aggregation_days (portfolio_id, date, state)
  select w.portfolio_id, w.date, 'eligible'
  from unnest($1::text[], $2::date[], $3::boolean[]) as w(portfolio_id, date, damaged)
  join portfolios p using (portfolio_id)
  join portfolio_state s using (portfolio_no)
  left join aggregation_days a on a.portfolio_id = w.portfolio_id and a.date = w.date
  left join portfolio_timeseries t on t.portfolio_no = p.portfolio_no and t.date = w.date and t.superseded_by is null
  where a.state is null
     or (a.state = 'done'
         and (w.damaged or t.epoch is distinct from a.epoch or w.date - date '1970-01-01' >= s.horizon))
     or (a.state = 'scheduled' and a.requested_at < clock_timestamp() - interval '10 minutes')
  order by w.portfolio_id, w.date
  on conflict (portfolio_id, date) do update set state = 'eligible'`;

export async function makeEligible(
  tx: Queryable,
  days: Parameters<SnapshotSession['makeEligible']>[0],
): Promise<void> {
  await tx.query(MAKE_ELIGIBLE, [...placesOf(days), days.map((d) => d.damaged)]);
}

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
