/** The rows of exports, as replies show them. */
import { dayReturn, dayReturnFraction } from '../../domain/returns/daily.ts';
import { DEFAULT_RETURN_OPTIONS, formatFraction, qualityOf } from '../../domain/returns/model.ts';
import type { Quality } from '../../domain/returns/model.ts';
import type { HistoryKey, PortfolioDayOf, PositionDayOf } from './export.ts';
import { moneyOrNull, moneyText, plainOrNull, plainText } from './numbers.ts';
import { returnDays } from './return-days.ts';
import type { PortfolioDayRow, PositionDayRow } from './rows.ts';

/** A position's day in its own currency; `_base` in the portfolio's. */
export interface PositionDayExport extends PositionDayRow {
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly currency: string;
  readonly base_currency: string;
  readonly bod_market_value_base: string | null;
  readonly bod_cashflow_base: string | null;
  readonly eod_cashflow_base: string | null;
  readonly eod_market_value_base: string | null;
  readonly cost_base: string | null;
  readonly estimated: boolean;
}

/** A portfolio's complete day in its base currency. */
export interface PortfolioDayExport extends PortfolioDayRow {
  readonly portfolio_id: string;
  readonly currency: string;
  readonly quality: Quality;
  /** The day's return, a fraction, net of fees and taxes; `null` where it is not defined. */
  readonly twr: string | null;
}

export function exportedPositionDay(row: PositionDayOf, key: HistoryKey): PositionDayExport {
  return {
    portfolio_id: key.portfolio_id,
    security_id: key.security_id,
    date: row.date,
    currency: key.currency,
    base_currency: key.base_currency,
    quantity: plainText(row.quantity),
    cost: moneyText(row.cost),
    bod_market_value: moneyOrNull(row.bod_market_value),
    bod_cashflow_position: moneyOrNull(row.bod_cashflow_position),
    eod_cashflow_position: moneyOrNull(row.eod_cashflow_position),
    bod_cashflow_portfolio: moneyOrNull(row.bod_cashflow_portfolio),
    eod_cashflow_portfolio: moneyOrNull(row.eod_cashflow_portfolio),
    eod_market_value: moneyOrNull(row.eod_market_value),
    income: moneyText(row.income),
    fees: moneyText(row.fees),
    taxes: moneyText(row.taxes),
    bod_fx_rate: plainOrNull(row.bod_fx_rate),
    fx_rate: plainOrNull(row.fx_rate),
    cost_base: moneyOrNull(row.cost_base),
    bod_market_value_base: moneyOrNull(row.bod_market_value_base),
    bod_cashflow_base: moneyOrNull(row.bod_cashflow_base),
    eod_cashflow_base: moneyOrNull(row.eod_cashflow_base),
    eod_market_value_base: moneyOrNull(row.eod_market_value_base),
    valuation_status: row.valuation_status,
    estimated: row.estimated,
    epoch: row.epoch,
  };
}

export function exportedPortfolioDay(row: PortfolioDayOf, key: HistoryKey): PortfolioDayExport {
  const [one] = returnDays([row], key.last_date);
  return {
    portfolio_id: key.portfolio_id,
    date: row.date,
    currency: key.base_currency,
    bod_market_value: moneyText(row.bod_market_value),
    bod_cashflow: moneyText(row.bod_cashflow),
    eod_cashflow: moneyText(row.eod_cashflow),
    eod_market_value: moneyText(row.eod_market_value),
    income: moneyText(row.income),
    fees: moneyText(row.fees),
    taxes: moneyText(row.taxes),
    cost: moneyText(row.cost),
    positions: row.positions,
    estimated_positions: row.estimated_positions,
    quality: qualityOf(row.estimated_positions > 0, row.date === key.last_date),
    twr: one ? formatFraction(dayReturnFraction(dayReturn(one, DEFAULT_RETURN_OPTIONS))) : null,
    epoch: row.epoch,
  };
}
