/** Retiring rows of portfolios; the statements are made as those of positions are (`retire-days.ts`). */
import type { DatabaseTransaction } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type { PortfolioWrites } from '../../projections/fold/store.ts';
import { portfolioExtent } from './extent.ts';
import { runsOf } from './runs.ts';

type Rows = PortfolioWrites['retired'];

function keys(rows: Rows): unknown[] {
  return [rows.map((row) => row.portfolioNo), rows.map((row) => isoDate(row.day))];
}

export async function markPortfolioDays(tx: DatabaseTransaction, rows: Rows): Promise<void> {
  const [first, last] = portfolioExtent(rows);
  const { portfolioNos, from, through, supersededBy } = runsOf(rows);
  await tx.query(
    `update portfolio_timeseries t set superseded_by = r.superseded_by
     from unnest((select $1::integer[]), (select $2::date[]), (select $3::date[]), (select $4::integer[]))
            as r(portfolio_no, from_date, to_date, superseded_by)
     where t.portfolio_no = r.portfolio_no and t.date between r.from_date and r.to_date and t.superseded_by is null
       and t.date between $5::date and $6::date`,
    [portfolioNos, from, through, supersededBy, first, last],
  );
}

export async function movePortfolioDays(tx: DatabaseTransaction, rows: Rows): Promise<void> {
  await tx.query(
    `insert into portfolio_timeseries (portfolio_no, date, epoch, superseded_by, bod_market_value, bod_cashflow,
       eod_cashflow, eod_market_value, income, fees, taxes, cost, positions, estimated_positions)
     select t.portfolio_no, t.date, t.epoch, r.superseded_by, t.bod_market_value, t.bod_cashflow,
       t.eod_cashflow, t.eod_market_value, t.income, t.fees, t.taxes, t.cost, t.positions, t.estimated_positions
     from unnest((select $1::integer[]), (select $2::date[]), (select $3::integer[])) as r(portfolio_no, date, superseded_by)
     join portfolio_timeseries t on t.portfolio_no = r.portfolio_no and t.date = r.date and t.superseded_by is null
     where t.date between $4::date and $5::date and t.portfolio_no = any($6::integer[])`,
    [...keys(rows), rows.map((row) => row.supersededBy), ...portfolioExtent(rows)],
  );
  await removePortfolioDays(tx, rows, true);
}

export async function removePortfolioDays(
  tx: DatabaseTransaction,
  rows: Rows,
  columnstore: boolean,
): Promise<void> {
  const [first, last, portfolios] = portfolioExtent(rows);
  await tx.query(
    `delete from portfolio_timeseries t
     using unnest((select $1::integer[]), (select $2::date[])) as r(portfolio_no, date)
     where t.portfolio_no = r.portfolio_no and t.date = r.date and t.superseded_by is null
       and t.date between $3::date and $4::date
       and ($5::integer[] is null or t.portfolio_no = any($5::integer[]))`,
    [...keys(rows), first, last, columnstore ? portfolios : null],
  );
}
