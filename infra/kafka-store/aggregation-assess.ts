/** How days of portfolios stand. */
import type { Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import { dayExtent } from '../projection-store/extent.ts';
import { runsOf } from '../../projections/aggregation/runs.ts';
import type { Assessment, Damage, WaitingDay } from '../../projections/aggregation/store.ts';

/**
 * One statement, hence one snapshot of the books.
 *
 * Which positions must have a row of a day is taken from their history, not from the rows of other days, which may
 * be missing just as well: those held after their last transaction up to it, and those with a transaction on it or
 * on the day before, since the day after the last activity has a row too.
 *
 * Stretches of days are read by `offset 0`, which keeps the planner from joining all days with all.
 */
const ASSESS = `
  with runs as (
    select * from unnest($1::integer[], $2::integer[], $3::integer[]) as r(portfolio_no, from_day, through_day)
  ), facts as (
    select r.portfolio_no, d.day, k.security_no, false as present, false as unvalued, null::numeric as bod_market_value,
           null::numeric as bod_cashflow, null::numeric as eod_cashflow, null::numeric as eod_market_value,
           null::numeric as income, null::numeric as fees, null::numeric as taxes, null::numeric as cost,
           false as active, false as estimated
    from runs r
    join position_state k using (portfolio_no)
    cross join lateral (
      select h.day, h.quantity, lead(h.day, 1, r.through_day + 1) over (order by h.day) as next_day
      from (
        select distinct on (h.day) h.day, h.quantity
        from position_history h
        where h.portfolio_no = k.portfolio_no and h.security_no = k.security_no and h.superseded_by is null
          and h.day <= r.through_day
          and h.day >= coalesce((
            select max(b.day) from position_history b
            where b.portfolio_no = k.portfolio_no and b.security_no = k.security_no and b.superseded_by is null
              and b.day <= r.from_day), r.from_day)
        order by h.day, h.at desc, h.rank desc, h.transaction_id collate "C" desc
      ) h
    ) h
    cross join lateral generate_series(
      greatest(h.day, r.from_day),
      least(h.next_day - 1, r.through_day, case when h.quantity = 0 then h.day + 1 end)) as d(day)
    union all
    select t.portfolio_no, t.date - date '1970-01-01', t.security_no, true,
           num_nulls(t.bod_market_value_base, t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base,
                     t.income_base, t.fees_base, t.taxes_base, t.cost_base) > 0,
           t.bod_market_value_base, t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base, t.income_base,
           t.fees_base, t.taxes_base, t.cost_base, t.active, t.estimated
    from runs r
    join position_state k using (portfolio_no)
    cross join lateral (
      select * from position_timeseries t
      where t.portfolio_no = k.portfolio_no and t.security_no = k.security_no and t.superseded_by is null
        and t.date between date '1970-01-01' + r.from_day and date '1970-01-01' + r.through_day
        -- Said again, so that the plan has the chunks of these days only.
        and t.date between date '1970-01-01' + $4::integer and date '1970-01-01' + $5::integer
      offset 0
    ) t
  ), sums as (
    select portfolio_no, day,
           coalesce(array_agg(security_no order by security_no) filter (where not present), '{}') as due,
           coalesce(array_agg(security_no order by security_no) filter (where present), '{}') as present,
           bool_or(unvalued) as unvalued,
           sum(bod_market_value) as bod_market_value, sum(bod_cashflow) as bod_cashflow,
           sum(eod_cashflow) as eod_cashflow, sum(eod_market_value) as eod_market_value, sum(income) as income,
           sum(fees) as fees, sum(taxes) as taxes, sum(cost) as cost,
           count(*) filter (where active) as positions, count(*) filter (where estimated) as estimated_positions
    from facts
    group by portfolio_no, day
  )
  select r.portfolio_no, p.portfolio_id, d.day,
         case
           when k.first_day is null or k.horizon is null or d.day < k.first_day or d.day > k.horizon then 'outside'
           when exists (
             select from position_state f where f.portfolio_no = r.portfolio_no and f.status = 'FAILED') then 'failed'
           when exists (
             select from dirty m where m.portfolio_no = r.portfolio_no and m.from_day <= d.day) then 'unfolded'
           when s.due <> s.present then 'damaged'
           when s.unvalued then 'unvalued'
           else 'complete'
         end as state,
         case when s.due <> s.present then array(
           (select unnest(s.due) except select unnest(s.present))
           union all
           (select unnest(s.present) except select unnest(s.due)))
         end as damaged,
         (coalesce(s.bod_market_value, 0), coalesce(s.bod_cashflow, 0), coalesce(s.eod_cashflow, 0),
          coalesce(s.eod_market_value, 0), coalesce(s.income, 0), coalesce(s.fees, 0), coalesce(s.taxes, 0),
          coalesce(s.cost, 0), coalesce(s.positions, 0), coalesce(s.estimated_positions, 0))
           is not distinct from
         (t.bod_market_value, t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees, t.taxes, t.cost,
          t.positions::bigint, t.estimated_positions::bigint) as agrees,
         t.epoch
  from runs r
  cross join lateral generate_series(r.from_day, r.through_day) as d(day)
  join portfolios p on p.portfolio_no = r.portfolio_no
  join portfolio_state k on k.portfolio_no = r.portfolio_no
  left join sums s on s.portfolio_no = r.portfolio_no and s.day = d.day
  left join lateral (
    select * from portfolio_timeseries t
    where t.portfolio_no = r.portfolio_no and t.date = date '1970-01-01' + d.day and t.superseded_by is null
      and t.date between date '1970-01-01' + $4::integer and date '1970-01-01' + $5::integer
    offset 0
  ) t on true
  order by p.portfolio_id, d.day`;

/**
 * In the order of portfolio and day, as the days asked for must be. Damage is told of days only that nothing
 * else is to be done for first.
 */
export async function assess(tx: Queryable, days: readonly WaitingDay[]): Promise<Assessment[]> {
  if (days.length === 0) return [];
  const runs = runsOf(days, (day) => day.portfolioNo);
  const rows = await tx.query<{
    portfolio_no: number;
    portfolio_id: string;
    day: number;
    state: Assessment['state'];
    damaged: number[] | null;
    agrees: boolean;
    epoch: number | null;
  }>(ASSESS, [
    runs.map((run) => run.first.portfolioNo),
    runs.map((run) => run.fromDay),
    runs.map((run) => run.throughDay),
    ...dayExtent(days.map((d) => d.day)),
  ]);
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    portfolioId: row.portfolio_id,
    day: row.day,
    state: row.state,
    damaged: row.state === 'damaged' ? (row.damaged ?? []) : [],
    agrees: row.agrees,
    epoch: row.epoch,
  }));
}

/** Marks positions to be folded again from the log; the position of a mark is how far facts are known. */
export async function regenerate(tx: Queryable, damages: readonly Damage[]): Promise<void> {
  if (damages.length === 0) return;
  await tx.query(
    `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
     select d.*, 'regeneration', c.position
     from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[])
            as d(portfolio_no, security_no, from_day, through_day)
     cross join (select position from checkpoints where name = 'register') c`,
    [
      damages.map((d) => d.portfolioNo),
      damages.map((d) => d.securityNo),
      damages.map((d) => d.fromDay),
      damages.map((d) => d.throughDay),
    ],
  );
}

/** Marks days of portfolios whose own rows are to be added up again. */
export async function aggregateAgain(
  tx: Queryable,
  runs: readonly Omit<Damage, 'securityNo'>[],
): Promise<void> {
  if (runs.length === 0) return;
  await tx.query(
    `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
     select d.portfolio_no, 0, d.from_day, d.through_day, 'aggregation', c.position
     from unnest($1::integer[], $2::integer[], $3::integer[]) as d(portfolio_no, from_day, through_day)
     cross join (select position from checkpoints where name = 'register') c`,
    [runs.map((r) => r.portfolioNo), runs.map((r) => r.fromDay), runs.map((r) => r.throughDay)],
  );
}

/** What names days of portfolios to a statement: ids and ISO dates. */
export function placesOf(
  days: readonly { readonly portfolioId: string; readonly day: number }[],
): [string[], string[]] {
  return [days.map((d) => d.portfolioId), days.map((d) => isoDate(d.day))];
}
