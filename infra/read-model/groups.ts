/** Several portfolios read together: each set of rows by one statement. */
import type { Queryable } from '../database/database.ts';
import type { GroupDayRow, MemberSnapshotRow, MovementRow } from '../../projections/queries/group-rows.ts';
import type { DateRange } from '../../projections/queries/read-model.ts';

const GROUP_DAYS = `
  select t.date, p.base_currency,
         sum(t.bod_market_value) as bod_market_value, sum(t.bod_cashflow) as bod_cashflow,
         sum(t.eod_cashflow) as eod_cashflow, sum(t.eod_market_value) as eod_market_value,
         sum(t.income) as income, sum(t.fees) as fees, sum(t.taxes) as taxes, sum(t.cost) as cost,
         sum(t.positions)::integer as positions, sum(t.estimated_positions)::integer as estimated_positions,
         max(t.epoch) as epoch, count(*)::integer as portfolios
  from portfolios p
  join portfolio_timeseries t using (portfolio_no)
  where p.portfolio_id = any($1::text[])
    and t.superseded_by is null
    and ($2::date is null or t.date >= $2)
    and ($3::date is null or t.date <= $3)
  group by t.date, p.base_currency
  order by t.date, p.base_currency collate "C"`;

export function loadGroupDays(
  db: Queryable,
  portfolioIds: readonly string[],
  range: DateRange,
): Promise<GroupDayRow[]> {
  return db.query<GroupDayRow>(GROUP_DAYS, [portfolioIds, range.from ?? null, range.to ?? null]);
}

// The history has what was applied, and nothing that was cancelled. Most of what crosses a boundary does so
// in one portfolio alone on its day: only the rest needs the rows it was booked in.
const MOVEMENTS = `
  with moved as materialized (
    select h.portfolio_no, h.security_no, h.day, h.transaction_id, h.transaction_type,
           case when k.type = 'cash' then 'cash ' || k.currency else h.security_no::text end as what
    from portfolios p
    join position_history h using (portfolio_no)
    join securities k using (security_no)
    where p.portfolio_id = any($1::text[])
      and h.superseded_by is null
      and h.transaction_type in ('DEPOSIT', 'WITHDRAWAL', 'TRANSFER_IN', 'TRANSFER_OUT')
      and ($2::date is null or h.day >= $2::date - date '1970-01-01')
      and ($3::date is null or h.day <= $3::date - date '1970-01-01')
  ), shared as (
    select what, day
    from moved
    group by what, day
    having min(portfolio_no) <> max(portfolio_no)
       and bool_or(transaction_type in ('DEPOSIT', 'TRANSFER_IN'))
       and bool_or(transaction_type in ('WITHDRAWAL', 'TRANSFER_OUT'))
  )
  select p.portfolio_id, k.security_id, k.currency, k.type = 'cash' as is_cash,
         d.date, t.fields, d.bod_cashflow_portfolio, d.eod_cashflow_portfolio, d.bod_cashflow_base,
         d.eod_cashflow_base, d.fx_rate, s.market_price
  from shared
  join moved m using (what, day)
  join portfolios p using (portfolio_no)
  join securities k using (security_no)
  join transactions t on t.portfolio_no = m.portfolio_no and t.transaction_id = m.transaction_id
  join position_timeseries d
    on d.portfolio_no = m.portfolio_no and d.security_no = m.security_no
       and d.date = date '1970-01-01' + m.day and d.superseded_by is null
  left join daily_position_snapshots s
    on s.portfolio_no = m.portfolio_no and s.security_no = m.security_no
       and s.date = date '1970-01-01' + m.day and s.superseded_by is null
  order by d.date, p.portfolio_id collate "C", m.transaction_id collate "C"`;

export function loadMovements(
  db: Queryable,
  portfolioIds: readonly string[],
  range: DateRange,
): Promise<MovementRow[]> {
  return db.query<MovementRow>(MOVEMENTS, [portfolioIds, range.from ?? null, range.to ?? null]);
}

const MEMBER_SNAPSHOTS = `
  select p.portfolio_id, k.security_id, k.currency, t.quantity, t.cost_basis, t.cost_basis_local, t.market_price,
         t.price_date, t.market_value, t.market_value_local, t.realized_gain, t.realized_gain_local,
         t.realized_price_gain, t.realized_fx_gain, t.valuation_status, t.epoch
  from portfolios p
  join position_state s using (portfolio_no)
  join securities k using (security_no)
  join daily_position_snapshots t
    on t.portfolio_no = s.portfolio_no and t.security_no = s.security_no and t.date = $2::date
  where p.portfolio_id = any($1::text[]) and t.superseded_by is null
  order by k.security_id collate "C", p.portfolio_id collate "C"`;

export function loadMemberSnapshots(
  db: Queryable,
  portfolioIds: readonly string[],
  date: string,
): Promise<MemberSnapshotRow[]> {
  return db.query<MemberSnapshotRow>(MEMBER_SNAPSHOTS, [portfolioIds, date]);
}

const FX_DIGEST = `
  select count(*) || '.' || coalesce(sum(hashtextextended(
           from_currency || ' ' || to_currency || ' ' || day || ' ' || rate, 0)), 0) as digest
  from fx_rates
  where from_currency = any($1::text[]) or to_currency = any($1::text[])`;

export async function loadFxDigest(db: Queryable, currencies: readonly string[]): Promise<string> {
  const [row] = await db.query<{ digest: string }>(FX_DIGEST, [currencies]);
  return row!.digest;
}
