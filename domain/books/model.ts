/**
 * The vocabulary of the books: what the fold takes in and what it gives out.
 *
 * A *key* is a security held in a portfolio. "Local" amounts are in the key's currency, "base" amounts
 * in the portfolio's. A base amount is `null` while the exchange rate it needs is unknown: a missing
 * rate is never 1.
 */
import type { Decimal } from '../decimal.ts';
import type { Day, Instant } from '../dates.ts';
import type { CostBasisMethod, FlowTiming, TransactionType } from '../events.ts';

/** What of a portfolio's settings the fold depends on. */
export interface BookSettings {
  readonly baseCurrency: string;
  readonly method: CostBasisMethod;
  readonly allowShort: boolean;
  readonly inflowTiming: FlowTiming;
  readonly outflowTiming: FlowTiming;
}

export interface KeyDetails {
  readonly securityId: string;
  readonly currency: string;
  /** Cash is priced 1 in its currency, may go negative, and is what DEPOSIT and WITHDRAWAL move. */
  readonly isCash: boolean;
}

/** A transaction with its corrections applied, or the cash leg the books derive from one. */
export interface Transaction {
  readonly id: string;
  readonly securityId: string;
  /** SPIN_OFF, MERGER, EXCHANGE: the security received. */
  readonly targetId?: string;
  /** `CASH_IN` and `CASH_OUT` are derived legs; `gross` is their amount. */
  readonly type: TransactionType | 'CASH_IN' | 'CASH_OUT';
  /** Of a derived leg: the type of the transaction it pays for. */
  readonly sourceType?: TransactionType;
  readonly at: Instant;
  /** The day of `at` in the portfolio's time zone. */
  readonly day: Day;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly gross: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
  readonly accruedInterest: Decimal;
  /** Rate agreed for this trade: one local unit in base currency. */
  readonly fxRate?: Decimal;
  /** The sender's own figure for the cost, to compare ours with. */
  readonly netCost?: Decimal;
  readonly ratio?: Decimal;
  readonly costFraction?: Decimal;
  readonly lots?: readonly { readonly lotId: string; readonly quantity: Decimal }[];
}

/** A parcel bought at one time. Short lots have a negative quantity and a negative cost (the proceeds). */
export interface Lot {
  /** The transaction that opened it. */
  readonly id: string;
  readonly opened: Day;
  readonly openedAt: Instant;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly costBase: Decimal | null;
  readonly fxRate: Decimal | null;
}

/** Everything the fold knows about a key between two transactions. JSON by `encodeState`. */
export interface PositionState {
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly costBase: Decimal | null;
  readonly lots: readonly Lot[];
  /** Realised gain since inception: local; in base; and base split into price and currency parts. */
  readonly realizedLocal: Decimal;
  readonly realized: Decimal | null;
  readonly realizedPrice: Decimal | null;
  readonly realizedFx: Decimal | null;
  /** The last BUY or SELL price, divided by the splits since: in the units held now. */
  readonly lastTrade?: PricePoint;
  /** The key's own splits, for carrying a close from before one past it. */
  readonly splits: readonly KeySplit[];
  /** Whether anything was ever held: income and corporate actions may follow a closed position only. */
  readonly everHeld: boolean;
}

/** A SPLIT transaction applied to a key. */
export interface KeySplit {
  readonly day: Day;
  /** New units for one old. */
  readonly ratio: Decimal;
}

/** What one applied transaction did to one key. Flows are positive when value enters the key. */
export interface Effect {
  readonly transactionId: string;
  readonly securityId: string;
  readonly transactionType: TransactionType;
  readonly at: Instant;
  readonly rank: number;
  readonly day: Day;
  /** Local flows in and out of the position; `null` when a flow at market value has no value yet. */
  readonly bodFlow: Decimal | null;
  readonly eodFlow: Decimal | null;
  /** The part of the above that crosses the portfolio's boundary, local and base. */
  readonly bodExternal: Decimal | null;
  readonly eodExternal: Decimal | null;
  readonly bodExternalBase: Decimal | null;
  readonly eodExternalBase: Decimal | null;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
  readonly incomeBase: Decimal | null;
  readonly feesBase: Decimal | null;
  readonly taxesBase: Decimal | null;
  /** Realised by this transaction alone. */
  readonly realizedLocal: Decimal;
  readonly realized: Decimal | null;
  readonly realizedPrice: Decimal | null;
  readonly realizedFx: Decimal | null;
  readonly after: PositionState;
}

/** A transaction that cannot be applied yet, and why. */
export interface Pending {
  readonly transactionId: string;
  readonly securityId: string;
  readonly code: 'insufficient_quantity' | 'unknown_lot' | 'nothing_held' | 'missing_fx_rate';
  /** A sentence that names what was held. */
  readonly reason: string;
}

export interface FoldResult {
  /** In the order applied; a reorganisation has one effect on each of its two keys. */
  readonly effects: readonly Effect[];
  readonly states: ReadonlyMap<string, PositionState>;
  readonly pending: readonly Pending[];
}

/** The market as of a day: what the fold may ask. Never a value from a later day. */
export interface Market {
  /**
   * The valuation price of a key on a day by a close (not by a trade), in the units held that day.
   * `splits` are the key's own splits up to that day.
   */
  close(securityId: string, day: Day, splits?: readonly KeySplit[]): PricePoint | undefined;
  /** One unit of `currency` in base currency. */
  fx(currency: string, day: Day): Decimal | undefined;
}

export interface PricePoint {
  readonly price: Decimal;
  /** The day the price is from. */
  readonly day: Day;
}

export type ValuationStatus = 'PRICED' | 'STALE' | 'TRADE' | 'UNVALUED';

/** One key's day: a row of `position_timeseries` and of `daily_position_snapshots`. */
export interface DayRow {
  readonly day: Day;
  readonly bodMarketValue: Decimal | null;
  readonly bodFlow: Decimal | null;
  readonly eodFlow: Decimal | null;
  readonly bodExternal: Decimal | null;
  readonly eodExternal: Decimal | null;
  readonly eodMarketValue: Decimal | null;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly bodFxRate: Decimal | null;
  readonly fxRate: Decimal | null;
  readonly status: ValuationStatus;
  readonly bodMarketValueBase: Decimal | null;
  readonly bodExternalBase: Decimal | null;
  readonly eodExternalBase: Decimal | null;
  readonly eodMarketValueBase: Decimal | null;
  readonly incomeBase: Decimal | null;
  readonly feesBase: Decimal | null;
  readonly taxesBase: Decimal | null;
  readonly costBase: Decimal | null;
  readonly price: Decimal | null;
  readonly priceDay: Day | null;
  readonly realizedLocal: Decimal;
  readonly realized: Decimal | null;
  readonly realizedPrice: Decimal | null;
  readonly realizedFx: Decimal | null;
  /** Open at the end of the day, or something happened on it: the row counts as a position. */
  readonly active: boolean;
}

/** What the first day of a stretch needs to know of the day before it. */
export interface Opening {
  readonly active: boolean;
  readonly marketValue: Decimal | null;
  readonly marketValueBase: Decimal | null;
  readonly fxRate: Decimal | null;
}

/** A portfolio's day: the exact sum of its keys' rows, in base currency. */
export interface PortfolioDay {
  readonly bodMarketValue: Decimal;
  readonly bodCashflow: Decimal;
  readonly eodCashflow: Decimal;
  readonly eodMarketValue: Decimal;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
  readonly cost: Decimal;
  readonly positions: number;
  /** Positions valued by a trade price or by a close more than a week old. */
  readonly estimatedPositions: number;
}
