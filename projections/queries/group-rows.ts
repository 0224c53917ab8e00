/** The rows that figures of several portfolios taken as one are made of. */
import type { TransactionFields } from '../../domain/events.ts';
import type { Version } from './read-model.ts';
import type { PortfolioRow, SnapshotRow } from './rows.ts';

/** With the version of this portfolio's rows, which may lag behind the others'. */
export interface Member {
  readonly portfolio: PortfolioRow;
  readonly version: Version;
  /** What tells its own days; absent of replayed rows. */
  readonly rows?: RowsState;
}

/** Epochs of a portfolio tell what changed within a generation, and only there. */
export interface RowsState {
  readonly generation: string;
  /** Of the portfolio's days as they are now (domain/books/checksum.ts). */
  readonly checksum: bigint;
}

/** What an epoch showed of a portfolio. */
export interface ShownEpoch {
  readonly portfolioId: string;
  readonly epoch: number;
}

/** The complete days of portfolios of one base currency, added up, in that currency. */
export interface GroupDayRow {
  readonly date: string;
  readonly base_currency: string;
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
  /** The highest of them. */
  readonly epoch: number;
  /** How many portfolios have a row of the day. */
  readonly portfolios: number;
}

/**
 * An applied transaction by which units or cash crossed a portfolio's boundary, with the flows of its
 * security on its day. `_portfolio` is in the security's currency, `_base` in the portfolio's.
 */
export interface MovementRow {
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly currency: string;
  readonly is_cash: boolean;
  /** Of the portfolio's books. */
  readonly date: string;
  /** Corrections applied. */
  readonly fields: TransactionFields;
  readonly bod_cashflow_portfolio: string | null;
  readonly eod_cashflow_portfolio: string | null;
  readonly bod_cashflow_base: string | null;
  readonly eod_cashflow_base: string | null;
  readonly fx_rate: string | null;
  /** At the end of the day; `null` where nothing was left. */
  readonly market_price: string | null;
}

export interface MemberSnapshotRow extends SnapshotRow {
  readonly portfolio_id: string;
}
