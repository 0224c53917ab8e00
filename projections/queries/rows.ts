/**
 * The rows the read side deals in, as the readers' tables hold them.
 *
 * Numbers of the books are decimal texts and names are those of the outside interfaces, so that a row
 * travels from the table to the reply without being taken apart. `null` is a value that is not known.
 */
import type { Instant } from '../../domain/dates.ts';
import type { CostBasisMethod, CashMode, FlowTiming, TransactionFields } from '../../domain/events.ts';

export type EpochStatus = 'CURRENT' | 'REPROCESSING' | 'FAILED';
export type ValuationStatus = 'PRICED' | 'STALE' | 'TRADE' | 'UNVALUED';

/** A portfolio's settings and how far its rows have come. Dates are ISO dates. */
export interface PortfolioRow {
  readonly portfolio_id: string;
  readonly name: string | null;
  readonly base_currency: string;
  readonly open_date: string | null;
  readonly closed_date: string | null;
  readonly cost_basis_method: CostBasisMethod;
  readonly cash: CashMode;
  readonly allow_short: boolean;
  readonly time_zone: string;
  readonly inflow_timing: FlowTiming;
  readonly outflow_timing: FlowTiming;
  readonly status: EpochStatus;
  readonly epoch: number;
  /** The first day with a row. */
  readonly first_date: string | null;
  /** The day up to which rows have been made: the open day. */
  readonly latest_date: string | null;
  /** Every day up to this one has its portfolio row. */
  readonly complete_through: string | null;
}

export type BlockReason = 'unvalued' | 'missing_fx_rate' | 'unvalued_flow';

export interface BlockedDayRow {
  readonly portfolio_id: string;
  readonly date: string;
  readonly reason: BlockReason;
  readonly security_id: string;
}

/** A position at the close of a day: `_local` in the security's currency, the rest in base currency. */
export interface SnapshotRow {
  readonly security_id: string;
  readonly currency: string;
  readonly quantity: string;
  readonly cost_basis: string | null;
  readonly cost_basis_local: string;
  readonly market_price: string | null;
  readonly price_date: string | null;
  readonly market_value: string | null;
  readonly market_value_local: string | null;
  readonly realized_gain: string | null;
  readonly realized_gain_local: string;
  readonly realized_price_gain: string | null;
  readonly realized_fx_gain: string | null;
  readonly valuation_status: ValuationStatus;
  readonly epoch: number;
}

/** A position's state after one of its transactions. */
export interface HistoryRow {
  readonly transaction_id: string;
  readonly transaction_date: Instant;
  readonly rank: number;
  readonly transaction_type: string;
  readonly quantity: string;
  readonly cost_basis: string | null;
  readonly cost_basis_local: string;
  readonly realized_gain: string | null;
  readonly realized_gain_local: string;
  readonly realized_price_gain: string | null;
  readonly realized_fx_gain: string | null;
  readonly epoch: number;
}

/** A position's day in its own currency. */
export interface PositionDayRow {
  readonly date: string;
  readonly bod_market_value: string | null;
  readonly bod_cashflow_position: string | null;
  readonly eod_cashflow_position: string | null;
  readonly bod_cashflow_portfolio: string | null;
  readonly eod_cashflow_portfolio: string | null;
  readonly eod_market_value: string | null;
  readonly income: string;
  readonly fees: string;
  readonly taxes: string;
  readonly quantity: string;
  readonly cost: string;
  readonly bod_fx_rate: string | null;
  readonly fx_rate: string | null;
  readonly valuation_status: ValuationStatus;
  /** Valued by a trade price or an old close. */
  readonly estimated: boolean;
  readonly epoch: number;
}

/** A portfolio's complete day in its base currency. */
export interface PortfolioDayRow {
  readonly date: string;
  readonly bod_market_value: string;
  readonly bod_cashflow: string;
  readonly eod_cashflow: string;
  readonly eod_market_value: string;
  readonly income: string;
  readonly fees: string;
  readonly taxes: string;
  readonly cost: string;
  readonly positions: number;
  readonly estimated_positions: number;
  readonly epoch: number;
}

/** A position's day on which something flowed. */
export interface CashflowRow {
  readonly date: string;
  readonly security_id: string;
  readonly currency: string;
  readonly bod_cashflow_position: string | null;
  readonly eod_cashflow_position: string | null;
  readonly bod_cashflow_portfolio: string | null;
  readonly eod_cashflow_portfolio: string | null;
  readonly income: string;
  readonly fees: string;
  readonly taxes: string;
  readonly fx_rate: string | null;
  readonly epoch: number;
}

/** What a portfolio realised on a day, in base currency; gains without a known rate are not in it. */
export interface RealizedGainRow {
  readonly date: string;
  readonly realized_gain: string;
}

/**
 * What versions of a position's day are compared by. In base currency but for the two flows that name the
 * position, which are in its own; `realized_gain` is the sum so far.
 */
export interface PositionFigureRow {
  readonly security_id: string;
  readonly date: string;
  readonly quantity: string;
  readonly cost_basis: string | null;
  readonly market_value: string | null;
  readonly realized_gain: string | null;
  readonly bod_market_value: string | null;
  readonly bod_cashflow: string | null;
  readonly eod_cashflow: string | null;
  readonly bod_cashflow_position: string | null;
  readonly eod_cashflow_position: string | null;
  readonly income: string | null;
  readonly fees: string | null;
  readonly taxes: string | null;
  readonly fx_rate: string | null;
}

export interface TransactionRow {
  /** Corrections applied. */
  readonly fields: TransactionFields;
  /** The log position of its recording. */
  readonly position: number;
  readonly cancelled: boolean;
  /** Why it cannot be applied yet. */
  readonly pending_reason: string | null;
}

export interface PendingRow {
  readonly transaction_id: string;
  readonly security_id: string;
  readonly reason: string;
}

export interface QuarantineRow {
  /** `null`: the event belongs to no single position. */
  readonly security_id: string | null;
  /** The transaction that the fold stopped at; `null` where it was none, or none that is known. */
  readonly transaction_id: string | null;
  readonly position: number;
  readonly reason: string;
}

/** A restatement of a position, or (`security_id` null) of the portfolio. */
export interface EpochRow {
  readonly epoch_id: number;
  readonly security_id: string | null;
  readonly epoch: number;
  readonly cause: string;
  readonly cause_position: number;
  readonly from_date: string;
  readonly through_date: string;
  readonly rows: number;
  readonly started_at: Instant;
  readonly flipped_at: Instant;
  readonly who: string;
}

/** One unit of `from_currency` is `rate` of `to_currency`. */
export interface FxRateRow {
  readonly from_currency: string;
  readonly to_currency: string;
  readonly date: string;
  readonly rate: string;
}
