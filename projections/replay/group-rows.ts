/** Rows of several replayed portfolios together, as the readers' tables answer them by one statement each. */
import { addDays } from '../../domain/books/aggregate.ts';
import type { PortfolioDay } from '../../domain/books/model.ts';
import { day as dayOf, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { TransactionType } from '../../domain/events.ts';
import type { GroupDayRow, MovementRow } from '../queries/group-rows.ts';
import type { Facts } from './facts.ts';
import type { Folded } from './folded.ts';
import { portfolioDayRow, positionDayRow, positionFigureRow, snapshotRow } from './replayed-rows.ts';

/** The days of portfolios of one base currency, added up. */
export interface SummedDays {
  add(days: ReadonlyMap<Day, PortfolioDay>, baseCurrency: string): void;
  /** By (date, base currency). */
  rows(): GroupDayRow[];
}

export function createSummedDays(): SummedDays {
  const sums = new Map<string, Map<Day, { readonly sum: PortfolioDay; readonly portfolios: number }>>();
  return {
    add(days, baseCurrency) {
      const known = sums.get(baseCurrency) ?? new Map<Day, { sum: PortfolioDay; portfolios: number }>();
      sums.set(baseCurrency, known);
      for (const [day, row] of days) {
        const before = known.get(day);
        known.set(day, {
          sum: before ? addDays(before.sum, row) : row,
          portfolios: (before?.portfolios ?? 0) + 1,
        });
      }
    },
    rows() {
      const all = [...sums].flatMap(([currency, days]) =>
        [...days].map(([day, { sum, portfolios }]) => ({ day, currency, sum, portfolios })),
      );
      return all
        .sort((a, b) => a.day - b.day || (a.currency < b.currency ? -1 : 1))
        .map(({ day, currency, sum, portfolios }) => ({
          ...portfolioDayRow(day, sum),
          base_currency: currency,
          portfolios,
        }));
    },
  };
}

const MOVES: ReadonlySet<TransactionType> = new Set(['DEPOSIT', 'WITHDRAWAL', 'TRANSFER_IN', 'TRANSFER_OUT']);

/** What crossed a portfolio's boundary, by date. */
export function movementRows({
  facts,
  folded,
}: {
  readonly facts: Facts;
  readonly folded: Folded;
}): MovementRow[] {
  const { record, keys, pending } = folded;
  const rows: MovementRow[] = [];
  for (const { fields, day, cancelled } of facts.recordsOf(record.portfolioNo)) {
    if (cancelled || !MOVES.has(fields.transaction_type)) continue;
    const key = keys.get(fields.security_id);
    const row = pending.has(fields.transaction_id) ? undefined : key?.rowOn(day);
    if (!key || !row) continue;
    const flows = positionDayRow(row);
    const base = positionFigureRow(key.details, row);
    rows.push({
      portfolio_id: fields.portfolio_id,
      security_id: fields.security_id,
      currency: key.details.currency,
      is_cash: key.details.isCash,
      date: isoDate(day),
      fields,
      bod_cashflow_portfolio: flows.bod_cashflow_portfolio,
      eod_cashflow_portfolio: flows.eod_cashflow_portfolio,
      bod_cashflow_base: base.bod_cashflow,
      eod_cashflow_base: base.eod_cashflow,
      fx_rate: flows.fx_rate,
      market_price: snapshotRow(key.details, row).market_price,
    });
  }
  return rows;
}

/** The order in which the tables give them. */
export function byDate(rows: readonly MovementRow[]): MovementRow[] {
  return [...rows].sort(
    (a, b) =>
      dayOf(a.date) - dayOf(b.date) ||
      compare(a.portfolio_id, b.portfolio_id) ||
      compare(a.fields.transaction_id, b.fields.transaction_id),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
