/** A portfolio's day as the exact sum of its keys' rows, in base currency. */
import { add, subtract, ZERO } from '../decimal.ts';
import type { DayRow, PortfolioDay } from './model.ts';

/** A close may be carried this many days before what rests on it counts as estimated. */
export const CLOSE_HOLDS_DAYS = 7;

/** The day of a portfolio that holds nothing: the zero of `addDays`. */
export const EMPTY_DAY: PortfolioDay = {
  bodMarketValue: ZERO,
  bodCashflow: ZERO,
  eodCashflow: ZERO,
  eodMarketValue: ZERO,
  income: ZERO,
  fees: ZERO,
  taxes: ZERO,
  cost: ZERO,
  positions: 0,
  estimatedPositions: 0,
};

export type BlockReason = 'unvalued_position' | 'missing_fx_rate';

/** Why a row keeps its portfolio's day from being made: it has no value, or no rate to turn it into base. */
export function blockedBy(row: DayRow): BlockReason | undefined {
  if (
    row.bodMarketValue === null ||
    row.eodMarketValue === null ||
    row.bodExternal === null ||
    row.eodExternal === null
  )
    return 'unvalued_position';
  return contribution(row) === null ? 'missing_fx_rate' : undefined;
}

/** Whether a held position is valued by a trade price, or by a close more than a week old. */
export function isEstimated(row: DayRow): boolean {
  if (!row.active) return false;
  if (row.status === 'TRADE') return true;
  return row.status === 'STALE' && row.priceDay !== null && row.day - row.priceDay > CLOSE_HOLDS_DAYS;
}

/** What a row adds to its portfolio's day; `null` when it cannot be added up (see `blockedBy`). */
export function contribution(row: DayRow): PortfolioDay | null {
  const {
    bodMarketValueBase: bodMarketValue,
    bodExternalBase: bodCashflow,
    eodExternalBase: eodCashflow,
    eodMarketValueBase: eodMarketValue,
    incomeBase: income,
    feesBase: fees,
    taxesBase: taxes,
    costBase: cost,
  } = row;
  if (bodMarketValue === null || bodCashflow === null || eodCashflow === null || eodMarketValue === null)
    return null;
  if (income === null || fees === null || taxes === null || cost === null) return null;
  const positions = row.active ? 1 : 0;
  const estimatedPositions = isEstimated(row) ? 1 : 0;
  return {
    bodMarketValue,
    bodCashflow,
    eodCashflow,
    eodMarketValue,
    income,
    fees,
    taxes,
    cost,
    positions,
    estimatedPositions,
  };
}

export function addDays(a: PortfolioDay, b: PortfolioDay): PortfolioDay {
  return {
    bodMarketValue: add(a.bodMarketValue, b.bodMarketValue),
    bodCashflow: add(a.bodCashflow, b.bodCashflow),
    eodCashflow: add(a.eodCashflow, b.eodCashflow),
    eodMarketValue: add(a.eodMarketValue, b.eodMarketValue),
    income: add(a.income, b.income),
    fees: add(a.fees, b.fees),
    taxes: add(a.taxes, b.taxes),
    cost: add(a.cost, b.cost),
    positions: a.positions + b.positions,
    estimatedPositions: a.estimatedPositions + b.estimatedPositions,
  };
}

/** Undoes `addDays`: a restatement adds the new contribution and takes off the old one. */
export function subtractDays(a: PortfolioDay, b: PortfolioDay): PortfolioDay {
  return {
    bodMarketValue: subtract(a.bodMarketValue, b.bodMarketValue),
    bodCashflow: subtract(a.bodCashflow, b.bodCashflow),
    eodCashflow: subtract(a.eodCashflow, b.eodCashflow),
    eodMarketValue: subtract(a.eodMarketValue, b.eodMarketValue),
    income: subtract(a.income, b.income),
    fees: subtract(a.fees, b.fees),
    taxes: subtract(a.taxes, b.taxes),
    cost: subtract(a.cost, b.cost),
    positions: a.positions - b.positions,
    estimatedPositions: a.estimatedPositions - b.estimatedPositions,
  };
}
