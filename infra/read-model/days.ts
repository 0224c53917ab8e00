/** The day rows: positions, portfolios and what flowed. */
import type { Queryable } from '../database/database.ts';
import type { CashflowKey, DateRange, Page } from '../../projections/queries/read-model.ts';
import type { CashflowRow, PortfolioDayRow, PositionDayRow } from '../../projections/queries/rows.ts';

const POSITION_DAYS = `
  select t.date, t.bod_market_value, t.bod_cashflow_position, t.eod_cashflow_position, t.bod_cashflow_portfolio,
         t.eod_cashflow_portfolio, t.eod_market_value, t.income, t.fees, t.taxes, t.quantity, t.cost,
         t.bod_fx_rate, t.fx_rate, t.valuation_status, t.estimated, t.epoch
  from position_timeseries t
  where t.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and t.security_no = (select security_no from securities where security_id = $2)
    and t.superseded_by is null
    and ($3::date is null or t.date >= $3)
    and ($4::date is null or t.date <= $4)
    and ($5::date is null or t.date > $5)
  order by t.date
  limit $6`;

export function loadPositionDays(
  db: Queryable,
  portfolioId: string,
  securityId: string,
  range: DateRange,
  page: Page<string>,
): Promise<PositionDayRow[]> {
  return db.query<PositionDayRow>(POSITION_DAYS, [
    portfolioId,
    securityId,
    range.from ?? null,
    range.to ?? null,
    page.after ?? null,
    page.limit,
  ]);
}

const PORTFOLIO_DAYS = `
  select t.date, t.bod_market_value, t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees,
         t.taxes, t.cost, t.positions, t.estimated_positions, t.epoch
  from portfolio_timeseries t
  where t.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and t.superseded_by is null
    and ($2::date is null or t.date >= $2)
    and ($3::date is null or t.date <= $3)
  order by t.date`;

const PORTFOLIO_DAYS_AT_EPOCH = `
  select t.date, t.bod_market_value, t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees,
         t.taxes, t.cost, t.positions, t.estimated_positions, t.epoch
  from portfolio_timeseries t
  where t.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and t.epoch <= $4::integer
    and (t.superseded_by is null or t.superseded_by > $4::integer)
    -- Of an epoch that was pruned some days would be missing: there are none of it then.
    and not exists (select from pruned_epochs x
                    where x.portfolio_no = t.portfolio_no and x.security_no = 0 and $4::integer < x.below_epoch)
    and ($2::date is null or t.date >= $2)
    and ($3::date is null or t.date <= $3)
  order by t.date`;

export function loadPortfolioDays(
  db: Queryable,
  portfolioId: string,
  range: DateRange & { readonly epoch?: number },
): Promise<PortfolioDayRow[]> {
  const values = [portfolioId, range.from ?? null, range.to ?? null];
  return range.epoch === undefined
    ? db.query<PortfolioDayRow>(PORTFOLIO_DAYS, values)
    : db.query<PortfolioDayRow>(PORTFOLIO_DAYS_AT_EPOCH, [...values, range.epoch]);
}

// A flow that is not known yet (null) is a flow.
const CASHFLOWS = `
  select t.date, k.security_id, k.currency, t.bod_cashflow_position, t.eod_cashflow_position,
         t.bod_cashflow_portfolio, t.eod_cashflow_portfolio, t.income, t.fees, t.taxes, t.fx_rate, t.epoch
  from position_timeseries t
  join securities k using (security_no)
  where t.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and t.superseded_by is null
    and ($2::date is null or t.date >= $2)
    and ($3::date is null or t.date <= $3)
    and ($4::date is null or (t.date, k.security_id collate "C") > ($4, $5::text))
    and (t.bod_cashflow_position is distinct from 0 or t.eod_cashflow_position is distinct from 0
         or t.income <> 0 or t.fees <> 0 or t.taxes <> 0)
  order by t.date, k.security_id collate "C"
  limit $6`;

export function loadCashflows(
  db: Queryable,
  portfolioId: string,
  range: DateRange,
  page: Page<CashflowKey>,
): Promise<CashflowRow[]> {
  return db.query<CashflowRow>(CASHFLOWS, [
    portfolioId,
    range.from ?? null,
    range.to ?? null,
    page.after?.date ?? null,
    page.after?.securityId ?? null,
    page.limit,
  ]);
}
