/** What keeps days and transactions from being complete. */
import type { Queryable } from '../database/database.ts';
import type { BlockedDayRow, PendingRow, QuarantineRow } from '../../projections/queries/rows.ts';

// A day's row is the sum of its positions' base amounts: one that is null blocks it.
const BLOCKED_DAYS = `
  select p.portfolio_id, b.date, b.reason, b.security_id
  from portfolios p
  join portfolio_state s using (portfolio_no)
  cross join lateral (
    select t.date, k.security_id,
           case when t.valuation_status = 'UNVALUED' then 'unvalued'
                when t.fx_rate is null or t.eod_market_value_base is null then 'missing_fx_rate'
                else 'unvalued_flow' end as reason
    from position_timeseries t
    join securities k using (security_no)
    where t.portfolio_no = p.portfolio_no
      and t.superseded_by is null
      and t.date > date '1970-01-01' + coalesce(s.complete_through, s.first_day - 1)
      and (t.bod_market_value_base is null or t.bod_cashflow_base is null or t.eod_cashflow_base is null
           or t.eod_market_value_base is null or t.income_base is null or t.fees_base is null
           or t.taxes_base is null or t.cost_base is null)
    order by t.date, k.security_id
    limit $2
  ) b
  where p.portfolio_id = any($1::text[])
    -- Most portfolios are complete, and then their rows need not be looked at.
    and s.complete_through is distinct from s.horizon
  order by p.portfolio_id, b.date, b.security_id`;

export function loadBlockedDays(
  db: Queryable,
  portfolioIds: readonly string[],
  limit: number,
): Promise<BlockedDayRow[]> {
  return db.query<BlockedDayRow>(BLOCKED_DAYS, [portfolioIds, limit]);
}

const PENDING = `
  select t.transaction_id, k.security_id, t.reason
  from pending_transactions t
  join portfolios p using (portfolio_no)
  join securities k using (security_no)
  where p.portfolio_id = $1
  order by t.transaction_id`;

export function loadPending(db: Queryable, portfolioId: string): Promise<PendingRow[]> {
  return db.query<PendingRow>(PENDING, [portfolioId]);
}

const QUARANTINED = `
  select k.security_id, q.transaction_id, q.position, q.reason
  from quarantine q
  join portfolios p using (portfolio_no)
  left join securities k using (security_no)
  where p.portfolio_id = $1
  order by q.position, q.quarantine_id`;

export function loadQuarantined(db: Queryable, portfolioId: string): Promise<QuarantineRow[]> {
  return db.query<QuarantineRow>(QUARANTINED, [portfolioId]);
}
