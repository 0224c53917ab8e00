/** How days of portfolios stand. */
import type { Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Assessment, Damage, WaitingDay } from '../../projections/aggregation/store.ts';

/**
 * One statement, hence one snapshot of the books.
 *
 * Which positions must have a row of a day is taken from their history, not from the rows of other days, which may
 * be missing just as well: those held after their last transaction up to it, and those with a transaction on it or
 * on the day before, since the day after the last activity has a row too.
 */
const ASSESS = `
  with positions as (
    select w.portfolio_no, w.day, k.security_no,
           k.security_no is not null and k.status = 'FAILED' as failed,
           coalesce(h.quantity <> 0 or h.day >= w.day - 1, false) as due,
           t.date is not null as present,
           t.bod_market_value_base, t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base,
           t.income_base, t.fees_base, t.taxes_base, t.cost_base,
           num_nulls(t.bod_market_value_base, t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base,
                     t.income_base, t.fees_base, t.taxes_base, t.cost_base) > 0 as unvalued,
           t.active, t.estimated
    from unnest($1::integer[], $2::integer[]) as w(portfolio_no, day)
    left join position_state k on k.portfolio_no = w.portfolio_no
    left join lateral (
      select h.quantity, h.day from position_history h
      where h.portfolio_no = k.portfolio_no and h.security_no = k.security_no and h.day <= w.day
        and h.superseded_by is null
      order by h.day desc, h.at desc, h.rank desc, h.transaction_id collate "C" desc
      limit 1
    ) h on true
    left join position_timeseries t on t.portfolio_no = k.portfolio_no and t.security_no = k.security_no
      and t.date = date '1970-01-01' + w.day and t.superseded_by is null
  ), sums as (
    select portfolio_no, day,
           bool_or(failed) as failed,
           coalesce(array_agg(security_no) filter (where due <> present), '{}') as damaged,
           coalesce(bool_or(unvalued) filter (where present), false) as unvalued,
           coalesce(sum(bod_market_value_base), 0) as bod_market_value,
           coalesce(sum(bod_cashflow_base), 0) as bod_cashflow,
           coalesce(sum(eod_cashflow_base), 0) as eod_cashflow,
           coalesce(sum(eod_market_value_base), 0) as eod_market_value,
           coalesce(sum(income_base), 0) as income,
           coalesce(sum(fees_base), 0) as fees,
           coalesce(sum(taxes_base), 0) as taxes,
           coalesce(sum(cost_base), 0) as cost,
           count(*) filter (where active) as positions,
           count(*) filter (where estimated) as estimated_positions
    from positions
    group by portfolio_no, day
  )
  select s.portfolio_no, p.portfolio_id, s.day,
         case
           when k.first_day is null or k.horizon is null or s.day < k.first_day or s.day > k.horizon then 'outside'
           when s.failed then 'failed'
           when exists (select from dirty m where m.portfolio_no = s.portfolio_no and m.from_day <= s.day) then 'unfolded'
           when cardinality(s.damaged) > 0 then 'damaged'
           when s.unvalued then 'unvalued'
           else 'complete'
         end as state,
         s.damaged,
         (s.bod_market_value, s.bod_cashflow, s.eod_cashflow, s.eod_market_value, s.income, s.fees, s.taxes, s.cost,
          s.positions, s.estimated_positions)
           is not distinct from
         (t.bod_market_value, t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees, t.taxes, t.cost,
          t.positions::bigint, t.estimated_positions::bigint) as agrees,
         t.epoch
  from sums s
  join portfolios p using (portfolio_no)
  join portfolio_state k using (portfolio_no)
  left join portfolio_timeseries t on t.portfolio_no = s.portfolio_no and t.date = date '1970-01-01' + s.day
    and t.superseded_by is null
  order by p.portfolio_id, s.day`;

/** In the order of portfolio and day. Damage is told of days only that nothing else is to be done for first. */
export async function assess(tx: Queryable, days: readonly WaitingDay[]): Promise<Assessment[]> {
  if (days.length === 0) return [];
  const rows = await tx.query<{
    portfolio_no: number;
    portfolio_id: string;
    day: number;
    state: Assessment['state'];
    damaged: number[];
    agrees: boolean;
    epoch: number | null;
  }>(ASSESS, [days.map((d) => d.portfolioNo), days.map((d) => d.day)]);
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    portfolioId: row.portfolio_id,
    day: row.day,
    state: row.state,
    damaged: row.state === 'damaged' ? row.damaged : [],
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
