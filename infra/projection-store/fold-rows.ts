/** The current rows of keys, as their canonical texts. */
import type { Queryable } from '../database/database.ts';
import type { KeyStretch } from '../../projections/fold/store.ts';
import type { StoredDay, StoredHistory } from '../../projections/fold/model.ts';
import { NULL } from '../../projections/fold/text.ts';
import { dayExtent } from './extent.ts';

function columns(stretches: readonly KeyStretch[]): unknown[] {
  return [
    stretches.map((s) => s.portfolioNo),
    stretches.map((s) => s.securityNo),
    stretches.map((s) => s.from),
    stretches.map((s) => s.to),
  ];
}

/** A row of one of the two tables of a day; of the snapshots the epoch is left out, being the same. */
interface HalfDay {
  readonly portfolio_no: number;
  readonly security_no: number;
  readonly day: number;
  readonly epoch: number | null;
  readonly text: string;
}

const EMPTY = /(?<=^|\t)(?=\t|$)/g;

/** `format` prints null as nothing, and in half the time that it takes to put something else in its place. */
function canonical(text: string): string {
  return text.includes('\t\t') || text.startsWith('\t') || text.endsWith('\t')
    ? text.replace(EMPTY, NULL)
    : text;
}

/**
 * The two tables are read side by side and joined here: in the database the second one would be looked up
 * day by day, and in the columnstore each of these would unpack a year. Why the arrays are in subqueries
 * and the first and last day said again: `retire-days.ts`.
 */
export async function days(tx: Queryable, stretches: readonly KeyStretch[]): Promise<StoredDay[]> {
  if (stretches.length === 0) return [];
  const rows = await tx.query<HalfDay>(
    `select t.portfolio_no, t.security_no, t.date - date '1970-01-01' as day, t.epoch,
            format(E'%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s',
              t.bod_market_value, t.bod_cashflow_position, t.eod_cashflow_position, t.bod_cashflow_portfolio,
              t.eod_cashflow_portfolio, t.eod_market_value, t.income, t.fees, t.taxes, t.quantity, t.cost,
              t.bod_fx_rate, t.fx_rate, t.valuation_status, t.bod_market_value_base, t.bod_cashflow_base,
              t.eod_cashflow_base, t.eod_market_value_base, t.income_base, t.fees_base, t.taxes_base, t.cost_base,
              t.active::text, t.estimated::text) as text
     from unnest((select $1::integer[]), (select $2::integer[]), (select $3::integer[]), (select $4::integer[]))
            as w(portfolio_no, security_no, from_day, to_day)
     join position_timeseries t on t.portfolio_no = w.portfolio_no and t.security_no = w.security_no
       and t.date between date '1970-01-01' + w.from_day and date '1970-01-01' + w.to_day and t.superseded_by is null
     where t.date between date '1970-01-01' + $5::integer and date '1970-01-01' + $6::integer
     union all
     select d.portfolio_no, d.security_no, d.date - date '1970-01-01', null,
            format(E'%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s',
              d.quantity, d.cost_basis, d.cost_basis_local, d.market_price, d.price_date, d.market_value,
              d.market_value_local, d.realized_gain, d.realized_gain_local, d.realized_price_gain,
              d.realized_fx_gain, d.valuation_status)
     from unnest((select $1::integer[]), (select $2::integer[]), (select $3::integer[]), (select $4::integer[]))
            as w(portfolio_no, security_no, from_day, to_day)
     join daily_position_snapshots d on d.portfolio_no = w.portfolio_no and d.security_no = w.security_no
       and d.date between date '1970-01-01' + w.from_day and date '1970-01-01' + w.to_day and d.superseded_by is null
     where d.date between date '1970-01-01' + $5::integer and date '1970-01-01' + $6::integer`,
    [...columns(stretches), ...dayExtent(stretches.flatMap((s) => [s.from, s.to]))],
  );
  const snapshots = new Map<string, Map<number, string>>();
  const ofKey = (row: HalfDay): Map<number, string> => {
    const key = `${row.portfolio_no}:${row.security_no}`;
    const found = snapshots.get(key) ?? new Map<number, string>();
    if (found.size === 0) snapshots.set(key, found);
    return found;
  };
  for (const row of rows) if (row.epoch === null) ofKey(row).set(row.day, canonical(row.text));
  const whole: StoredDay[] = [];
  for (const row of rows) {
    if (row.epoch === null) continue;
    const snapshot = ofKey(row).get(row.day);
    if (snapshot === undefined) continue;
    const { portfolio_no: portfolioNo, security_no: securityNo, day, epoch } = row;
    const series = canonical(row.text);
    whole.push({ portfolioNo, securityNo, day, epoch, series, snapshot });
  }
  return whole;
}

export async function history(tx: Queryable, stretches: readonly KeyStretch[]): Promise<StoredHistory[]> {
  if (stretches.length === 0) return [];
  const rows = await tx.query<{
    portfolio_no: number;
    security_no: number;
    transaction_id: string;
    day: number;
    epoch: number;
    text: string;
  }>(
    `select h.portfolio_no, h.security_no, h.transaction_id, h.day, h.epoch,
            concat_ws(E'\\t',
              to_char(h.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), h.rank, h.transaction_id, h.day,
              h.transaction_type, h.quantity, coalesce(h.cost_basis::text, '\\N'), h.cost_basis_local,
              coalesce(h.realized_gain::text, '\\N'), h.realized_gain_local,
              coalesce(h.realized_price_gain::text, '\\N'), coalesce(h.realized_fx_gain::text, '\\N')) as text
     from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[]) as w(portfolio_no, security_no, from_day, to_day)
     join position_history h on h.portfolio_no = w.portfolio_no and h.security_no = w.security_no
       and h.day between w.from_day and w.to_day and h.superseded_by is null`,
    columns(stretches),
  );
  return rows.map(
    ({ portfolio_no: portfolioNo, security_no: securityNo, transaction_id: transactionId, ...row }) => ({
      portfolioNo,
      securityNo,
      transactionId,
      ...row,
    }),
  );
}
