/** The gains of positions, summed in the tables. Multiplying and adding numerics is exact. */
import type { Queryable } from '../database/database.ts';
import type { DateRange } from '../../projections/queries/read-model.ts';
import type {
  GainDay,
  HeldSecurityRow,
  UnmatchedMovementRow,
  PositionGainRow,
} from '../../projections/queries/position-reads.ts';

// The formulas are those of `positionDay` and `gainOn` (domain/contribution/position-day.ts).
const POSITION_GAINS = `
  with factors as materialized (
    select *
    from unnest($2::text[], $3::date[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
                $8::int[], $9::bool[], $10::bool[])
      as f(currency, date, opening_rate, closing_rate, contribution, share, interval_no, opens, closes)
  ),
  sums as (
    select d.portfolio_no, d.security_no, d.interval_no,
           coalesce(sum(d.opening) filter (where d.opens), 0) as opening,
           coalesce(sum(d.closing) filter (where d.closes), 0) as closing,
           sum(d.gain) as gain, sum(d.price) as price,
           -- Most days have none of these.
           coalesce(sum(d.income) filter (where d.income <> 0), 0) as income,
           coalesce(sum(d.fees) filter (where d.fees <> 0), 0) as fees,
           coalesce(sum(d.taxes) filter (where d.taxes <> 0), 0) as taxes,
           sum(d.gain * d.contribution) as linked_gain, sum(d.price * d.contribution) as linked_price,
           coalesce(sum(d.income * d.contribution) filter (where d.income <> 0), 0) as linked_income,
           coalesce(sum(d.fees * d.contribution) filter (where d.fees <> 0), 0) as linked_fees,
           coalesce(sum(d.taxes * d.contribution) filter (where d.taxes <> 0), 0) as linked_taxes,
           sum(d.opening * d.share) as share
    from (
      select t.portfolio_no, t.security_no, f.interval_no, f.opens, f.closes, f.contribution, f.share,
             t.bod_market_value_base * f.opening_rate as opening,
             t.eod_market_value_base * f.closing_rate as closing,
             (t.eod_market_value_base - t.bod_cashflow_base - t.eod_cashflow_base
               - (t.bod_cashflow_position + t.eod_cashflow_position
                  - t.bod_cashflow_portfolio - t.eod_cashflow_portfolio) * coalesce(t.fx_rate, 0))
               * f.closing_rate
               - t.bod_market_value_base * f.opening_rate as gain,
             (t.eod_market_value - t.bod_market_value - t.bod_cashflow_position - t.eod_cashflow_position
               + t.fees + t.taxes - t.income) * coalesce(t.fx_rate, 0) * f.closing_rate as price,
             t.income_base * f.closing_rate as income,
             t.fees_base * f.closing_rate as fees,
             t.taxes_base * f.closing_rate as taxes
      -- Kept apart by "offset 0": looked up by date, each day would search the index anew in every position.
      from (
        select p.base_currency, t.*
        from portfolios p
        join position_timeseries t using (portfolio_no)
        where p.portfolio_id = any($1::text[])
          and t.superseded_by is null
          and t.date between $11::date and $12::date
        offset 0
      ) t
      join factors f on f.date = t.date and f.currency = t.base_currency
      -- And the formulas would be put wherever their columns are named, which is twice.
      offset 0
    ) d
    group by d.portfolio_no, d.security_no, d.interval_no
  )
  select p.portfolio_id, k.security_id, x.interval_no as interval, x.opening, x.closing, x.gain, x.price,
         x.income, x.fees, x.taxes, x.linked_gain, x.linked_price, x.linked_income, x.linked_fees,
         x.linked_taxes, x.share
  from sums x
  join portfolios p using (portfolio_no)
  join securities k using (security_no)
  order by p.portfolio_id collate "C", k.security_id collate "C", x.interval_no`;

export function loadPositionGains(
  db: Queryable,
  portfolioIds: readonly string[],
  days: readonly GainDay[],
): Promise<PositionGainRow[]> {
  const dates = days.map((day) => day.date);
  return db.query<PositionGainRow>(POSITION_GAINS, [
    portfolioIds,
    days.map((day) => day.currency),
    dates,
    days.map((day) => day.opening_rate),
    days.map((day) => day.closing_rate),
    days.map((day) => day.contribution),
    days.map((day) => day.share),
    days.map((day) => day.interval),
    days.map((day) => day.opens),
    days.map((day) => day.closes),
    dates[0] ?? null,
    dates.at(-1) ?? null,
  ]);
}

const UNMATCHED_MOVEMENTS = `
  with moved as (
    select p.portfolio_id, t.date, k.security_id, k.currency,
           (t.bod_cashflow_position + t.eod_cashflow_position
             - t.bod_cashflow_portfolio - t.eod_cashflow_portfolio) * coalesce(t.fx_rate, 0) as amount
    from portfolios p
    join position_timeseries t using (portfolio_no)
    join securities k using (security_no)
    where p.portfolio_id = any($1::text[])
      and p.cash = 'derived'
      and t.superseded_by is null
      and ($2::date is null or t.date >= $2)
      and ($3::date is null or t.date <= $3)
      and (t.bod_cashflow_position <> 0 or t.eod_cashflow_position <> 0)
  ),
  netted as (
    select m.*, sum(m.amount) over (partition by m.portfolio_id, m.date) as net
    from moved m
  )
  select portfolio_id, date, security_id, currency, amount
  from netted
  where net <> 0 and amount <> 0
  order by portfolio_id collate "C", date, security_id collate "C"`;

export function loadUnmatchedMovements(
  db: Queryable,
  portfolioIds: readonly string[],
  range: DateRange,
): Promise<UnmatchedMovementRow[]> {
  return db.query<UnmatchedMovementRow>(UNMATCHED_MOVEMENTS, [
    portfolioIds,
    range.from ?? null,
    range.to ?? null,
  ]);
}

const HELD_SECURITIES = `
  select p.portfolio_id, k.security_id, k.name, k.currency, k.type, k.asset_class, k.sector, k.country
  from portfolios p
  join position_state s using (portfolio_no)
  join securities k using (security_no)
  where p.portfolio_id = any($1::text[])
  order by p.portfolio_id collate "C", k.security_id collate "C"`;

export function loadHeldSecurities(
  db: Queryable,
  portfolioIds: readonly string[],
): Promise<HeldSecurityRow[]> {
  return db.query<HeldSecurityRow>(HELD_SECURITIES, [portfolioIds]);
}
