/**
 * Retiring rows of positions.
 *
 * The rows are found by a join with arrays. The first and the last date stand beside it because a join
 * excludes no chunk of a hypertable. Then how many rows a statement matches can look like one, for days
 * younger than the statistics; so the arrays are put in by subqueries, which hides their length as well:
 * of ten rows the planner looks each up by the index, and that costs the same for each of any number.
 */
import type { DatabaseTransaction } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Retired } from '../../projections/fold/store.ts';
import { keyExtent } from './extent.ts';
import { runsOf } from './runs.ts';

function keys(rows: readonly Retired[]): unknown[] {
  return [
    rows.map((row) => row.portfolioNo),
    rows.map((row) => row.securityNo),
    rows.map((row) => isoDate(row.day)),
  ];
}

export async function markDays(tx: DatabaseTransaction, rows: readonly Retired[]): Promise<void> {
  const [first, last] = keyExtent(rows);
  const { portfolioNos, securityNos, from, through, supersededBy } = runsOf(rows);
  const values = [portfolioNos, securityNos, from, through, supersededBy, first, last];
  await tx.together([
    () =>
      tx.query(
        `update position_timeseries t set superseded_by = r.superseded_by
     from unnest((select $1::integer[]), (select $2::integer[]), (select $3::date[]), (select $4::date[]), (select $5::integer[]))
            as r(portfolio_no, security_no, from_date, to_date, superseded_by)
     where t.portfolio_no = r.portfolio_no and t.security_no = r.security_no
       and t.date between r.from_date and r.to_date and t.superseded_by is null
       and t.date between $6::date and $7::date`,
        values,
      ),
    () =>
      tx.query(
        `update daily_position_snapshots t set superseded_by = r.superseded_by
     from unnest((select $1::integer[]), (select $2::integer[]), (select $3::date[]), (select $4::date[]), (select $5::integer[]))
            as r(portfolio_no, security_no, from_date, to_date, superseded_by)
     where t.portfolio_no = r.portfolio_no and t.security_no = r.security_no
       and t.date between r.from_date and r.to_date and t.superseded_by is null
       and t.date between $6::date and $7::date`,
        values,
      ),
  ]);
}

/** With the portfolios and securities as constants, or whatever has a row between the dates is unpacked. */
export async function moveDays(tx: DatabaseTransaction, rows: readonly Retired[]): Promise<void> {
  const values = [...keys(rows), rows.map((row) => row.supersededBy), ...keyExtent(rows)];
  await tx.query(
    `insert into position_timeseries (portfolio_no, security_no, date, epoch, superseded_by, bod_market_value,
       bod_cashflow_position, eod_cashflow_position, bod_cashflow_portfolio, eod_cashflow_portfolio, eod_market_value,
       income, fees, taxes, quantity, cost, bod_fx_rate, fx_rate, valuation_status, bod_market_value_base,
       bod_cashflow_base, eod_cashflow_base, eod_market_value_base, income_base, fees_base, taxes_base, cost_base,
       active, estimated)
     select t.portfolio_no, t.security_no, t.date, t.epoch, r.superseded_by, t.bod_market_value,
       t.bod_cashflow_position, t.eod_cashflow_position, t.bod_cashflow_portfolio, t.eod_cashflow_portfolio, t.eod_market_value,
       t.income, t.fees, t.taxes, t.quantity, t.cost, t.bod_fx_rate, t.fx_rate, t.valuation_status, t.bod_market_value_base,
       t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base, t.income_base, t.fees_base, t.taxes_base, t.cost_base,
       t.active, t.estimated
     from unnest((select $1::integer[]), (select $2::integer[]), (select $3::date[]), (select $4::integer[]))
            as r(portfolio_no, security_no, date, superseded_by)
     join position_timeseries t on t.portfolio_no = r.portfolio_no and t.security_no = r.security_no
       and t.date = r.date and t.superseded_by is null
     where t.date between $5::date and $6::date and t.portfolio_no = any($7::integer[]) and t.security_no = any($8::integer[])`,
    values,
  );
  await tx.query(
    `insert into daily_position_snapshots (id, portfolio_no, security_no, date, epoch, superseded_by, quantity, cost_basis,
       cost_basis_local, market_price, price_date, market_value, market_value_local, realized_gain,
       realized_gain_local, realized_price_gain, realized_fx_gain, valuation_status)
     overriding system value
     select t.id, t.portfolio_no, t.security_no, t.date, t.epoch, r.superseded_by, t.quantity, t.cost_basis,
       t.cost_basis_local, t.market_price, t.price_date, t.market_value, t.market_value_local, t.realized_gain,
       t.realized_gain_local, t.realized_price_gain, t.realized_fx_gain, t.valuation_status
     from unnest((select $1::integer[]), (select $2::integer[]), (select $3::date[]), (select $4::integer[]))
            as r(portfolio_no, security_no, date, superseded_by)
     join daily_position_snapshots t on t.portfolio_no = r.portfolio_no and t.security_no = r.security_no
       and t.date = r.date and t.superseded_by is null
     where t.date between $5::date and $6::date and t.portfolio_no = any($7::integer[]) and t.security_no = any($8::integer[])`,
    values,
  );
  await removeDays(tx, rows, true);
}

/** The portfolios and securities as constants only where they have a use: on rows they mislead the planner. */
export async function removeDays(
  tx: DatabaseTransaction,
  rows: readonly Retired[],
  columnstore: boolean,
): Promise<void> {
  const [first, last, portfolios, securities] = keyExtent(rows);
  const values = [...keys(rows), first, last, ...(columnstore ? [portfolios, securities] : [null, null])];
  await tx.together([
    () =>
      tx.query(
        `delete from position_timeseries t
     using unnest((select $1::integer[]), (select $2::integer[]), (select $3::date[])) as r(portfolio_no, security_no, date)
     where t.portfolio_no = r.portfolio_no and t.security_no = r.security_no and t.date = r.date and t.superseded_by is null
       and t.date between $4::date and $5::date
       and ($6::integer[] is null or t.portfolio_no = any($6::integer[]))
       and ($7::integer[] is null or t.security_no = any($7::integer[]))`,
        values,
      ),
    () =>
      tx.query(
        `delete from daily_position_snapshots t
     using unnest((select $1::integer[]), (select $2::integer[]), (select $3::date[])) as r(portfolio_no, security_no, date)
     where t.portfolio_no = r.portfolio_no and t.security_no = r.security_no and t.date = r.date and t.superseded_by is null
       and t.date between $4::date and $5::date
       and ($6::integer[] is null or t.portfolio_no = any($6::integer[]))
       and ($7::integer[] is null or t.security_no = any($7::integer[]))`,
        values,
      ),
  ]);
}
