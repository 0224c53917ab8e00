/** What a portfolio is worth at live prices: exact decimals, as everything of the books. */
import type { FxTable } from '../../domain/books/fx.ts';
import { add, decimal, format, formatMoney, fromNumber, multiplyAmount, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { UNIT_SCALE } from '../../domain/market/tick.ts';
import { plainText } from '../queries/numbers.ts';
import type { Snapshot } from './model.ts';

/** A position at the close of the latest day that has rows. */
export interface Holding {
  readonly security_id: string;
  /** Canonical; `null` where the security has none, or none that is one. */
  readonly symbol: string | null;
  readonly currency: string;
  /** Money: worth what it is. */
  readonly cash: boolean;
  readonly quantity: string;
  /** The last close, and its day. */
  readonly market_price: string | null;
  readonly price_date: string | null;
}

export interface Holdings {
  readonly portfolio_id: string;
  readonly currency: string;
  /** Differs when anything here may. */
  readonly tag: string;
  readonly positions: readonly Holding[];
}

export interface LivePosition {
  readonly security_id: string;
  readonly symbol: string | null;
  readonly currency: string;
  readonly quantity: string;
  /** In the security's currency; `null` while none is known. */
  readonly price: string | null;
  /** Whether it is the price of a tick, and not the last close. */
  readonly live: boolean;
  /** When the price was made: an ISO instant of a tick, the ISO date of a close. */
  readonly price_at: string | null;
  readonly market_value_local: string | null;
  /** In the portfolio's currency. */
  readonly market_value: string | null;
}

export interface PortfolioValue {
  readonly portfolio_id: string;
  readonly currency: string;
  /** The sum of the positions that have a value. */
  readonly market_value: string;
  /** ISO instant. */
  readonly as_of: string;
  readonly positions: readonly LivePosition[];
  /** Positions with a live price, cash among them. */
  readonly priced: number;
  /** Positions at their last close. */
  readonly stale: number;
  /** Positions without a price or an exchange rate, which are not in the sum. */
  readonly unvalued: number;
}

/**
 * Quantity x price x the latest exchange rate, summed. The price is that of the newest tick of the symbol,
 * unless the books have a close of a later day, or there is no tick: then the last close is kept.
 * @param asOf ISO instant
 */
export function portfolioValue(
  holdings: Holdings,
  priceOf: (symbol: string) => Snapshot | undefined,
  fx: Pick<FxTable, 'rate'>,
  asOf: string,
): PortfolioValue {
  let total = ZERO;
  const counts = { priced: 0, stale: 0, unvalued: 0 };
  const positions = holdings.positions.map((holding): LivePosition => {
    const price = priceFor(holding, priceOf);
    const local = price.value && multiplyAmount(decimal(holding.quantity), price.value);
    const rate = fx.rate(holding.currency, holdings.currency, LATEST);
    const value = local && rate && multiplyAmount(local, rate);
    if (value) total = add(total, value);
    counts[value === undefined ? 'unvalued' : price.live || holding.cash ? 'priced' : 'stale']++;
    return {
      security_id: holding.security_id,
      symbol: holding.symbol,
      currency: holding.currency,
      quantity: plainText(holding.quantity),
      price: price.value ? plainText(format(price.value)) : null,
      live: price.live,
      price_at: price.at,
      market_value_local: local ? formatMoney(local) : null,
      market_value: value ? formatMoney(value) : null,
    };
  });
  return {
    portfolio_id: holdings.portfolio_id,
    currency: holdings.currency,
    market_value: formatMoney(total),
    as_of: asOf,
    positions,
    ...counts,
  };
}

/** A day after every other. */
const LATEST = Number.MAX_SAFE_INTEGER;

interface Price {
  readonly value: Decimal | undefined;
  readonly at: string | null;
  readonly live: boolean;
}

function priceFor(holding: Holding, priceOf: (symbol: string) => Snapshot | undefined): Price {
  const tick = holding.cash || holding.symbol === null ? undefined : priceOf(holding.symbol);
  if (tick) {
    const at = new Date(tick.timestamp).toISOString();
    if (holding.price_date === null || at.slice(0, 10) >= holding.price_date)
      return { value: fromNumber(tick.price, UNIT_SCALE), at, live: true };
  }
  if (holding.market_price === null) return { value: undefined, at: null, live: false };
  return { value: decimal(holding.market_price), at: holding.price_date, live: false };
}
