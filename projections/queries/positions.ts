/** What a portfolio holds at the close of a day. */
import { decimal, divide, format, formatMoney, isZero, subtract, sum } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { moneyOrNull, moneyText, plainOrNull, plainText } from './numbers.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { SnapshotRow, ValuationStatus } from './rows.ts';

const WEIGHT_SCALE = 10;

export interface Positions {
  readonly portfolio_id: string;
  /** `null` for a portfolio without any day yet. */
  readonly date: string | null;
  readonly currency: string;
  readonly complete_through: string | null;
  readonly positions: readonly PositionView[];
}

/** `_local` amounts are in the security's currency, the others in the portfolio's. */
export interface PositionView {
  readonly security_id: string;
  readonly currency: string;
  readonly quantity: string;
  readonly cost_basis: string | null;
  readonly cost_basis_local: string;
  readonly market_price: string | null;
  readonly price_date: string | null;
  readonly market_value: string | null;
  readonly market_value_local: string | null;
  readonly unrealized_gain: string | null;
  readonly unrealized_gain_local: string | null;
  readonly realized_gain: string | null;
  readonly realized_gain_local: string;
  readonly realized_price_gain: string | null;
  readonly realized_fx_gain: string | null;
  /** Fraction of the portfolio's value; `null` while a value is missing. */
  readonly weight: string | null;
  readonly valuation_status: ValuationStatus;
  readonly epoch: number;
}

/** The open positions on a date, by default the latest day that has rows. */
export function positionsOn(
  reader: Reader,
  portfolioId: string,
  query: { readonly date?: string } = {},
  context: ReadContext = {},
): Promise<Reading<Positions>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const date = query.date ?? portfolio.latest_date;
    const rows = date === null ? [] : await model.snapshots(portfolioId, date);
    const open = rows.filter((row) => !isZero(decimal(row.quantity)));
    const total = totalOf(open);
    return found({
      portfolio_id: portfolioId,
      date,
      currency: portfolio.base_currency,
      complete_through: portfolio.complete_through,
      positions: open.map((row) => positionView(row, total)),
    });
  });
}

function totalOf(rows: readonly SnapshotRow[]): Decimal | null {
  const values = rows.map((row) => row.market_value);
  return values.every((value) => value !== null) ? sum(values.map((value) => decimal(value))) : null;
}

function positionView(row: SnapshotRow, total: Decimal | null): PositionView {
  return {
    security_id: row.security_id,
    currency: row.currency,
    quantity: plainText(row.quantity),
    cost_basis: moneyOrNull(row.cost_basis),
    cost_basis_local: moneyText(row.cost_basis_local),
    market_price: plainOrNull(row.market_price),
    price_date: row.price_date,
    market_value: moneyOrNull(row.market_value),
    market_value_local: moneyOrNull(row.market_value_local),
    unrealized_gain: gain(row.market_value, row.cost_basis),
    unrealized_gain_local: gain(row.market_value_local, row.cost_basis_local),
    realized_gain: moneyOrNull(row.realized_gain),
    realized_gain_local: moneyText(row.realized_gain_local),
    realized_price_gain: moneyOrNull(row.realized_price_gain),
    realized_fx_gain: moneyOrNull(row.realized_fx_gain),
    weight: weight(row.market_value, total),
    valuation_status: row.valuation_status,
    epoch: row.epoch,
  };
}

function gain(value: string | null, cost: string | null): string | null {
  return value === null || cost === null ? null : formatMoney(subtract(decimal(value), decimal(cost)));
}

function weight(value: string | null, total: Decimal | null): string | null {
  if (value === null || total === null || isZero(total)) return null;
  return format(divide(decimal(value), total, WEIGHT_SCALE));
}
