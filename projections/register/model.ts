/** What the register keeps of the log: the facts resolved, as the fold reads them. */
import type { Day, Instant } from '../../domain/dates.ts';
import type { PortfolioSettings, SecurityDetails, TransactionFields } from '../../domain/events.ts';

export interface PortfolioRecord {
  readonly portfolioNo: number;
  settings: PortfolioSettings;
  closedDate?: string;
}

export interface SecurityRecord {
  readonly securityNo: number;
  details: SecurityDetails;
}

/** A transaction with its corrections applied. */
export interface TransactionRecord {
  readonly portfolioNo: number;
  readonly securityNo: number;
  targetNo?: number;
  fields: TransactionFields;
  at: Instant;
  rank: number;
  day: Day;
  /** Position of the recording. */
  readonly position: number;
  cancelled: boolean;
}

/** Why a key has to be folded again. */
export const CAUSES = [
  'transaction',
  'correction',
  'cancellation',
  'price',
  'fx_rate',
  'split',
  'settings',
  'business_date',
  'operator',
  'fold_version',
  'regeneration',
  'aggregation',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Whether keys are to be folded again though no fact of theirs has changed. */
export function isOrder(cause: Cause): boolean {
  return cause === 'operator' || cause === 'fold_version';
}

/** What happens to a portfolio itself, as against what it shares with others, such as a price. */
export const FRESH_CAUSES: readonly Cause[] = ['transaction', 'correction', 'cancellation'];

/**
 * Whether rows are to be made what the log says they are: those of a key (`regeneration`) or those of the
 * portfolio (`aggregation`). A row that is missing or was tampered with is no restatement, so it is put
 * right within its epoch.
 */
export function isRepair(cause: Cause): boolean {
  return cause === 'regeneration' || cause === 'aggregation';
}

/** Earlier than any day of the books: everything may have changed. */
export const FROM_INCEPTION: Day = -1_000_000;

/** A change and the keys it touches, named the way the fan-out finds them. */
export type Mark = {
  readonly cause: Cause;
  readonly position: number;
  readonly fromDay: Day;
  /** The last day that carries a changed value of its own; later days may inherit it. */
  readonly toDay?: Day;
} & (
  | { readonly scope: 'key'; readonly portfolioNo: number; readonly securityNo: number }
  | { readonly scope: 'portfolio_keys'; readonly portfolioNo: number }
  | { readonly scope: 'security'; readonly securityNo: number }
  | { readonly scope: 'fx'; readonly from: string; readonly to: string }
  | { readonly scope: 'all_portfolios' }
);

/** An event that could not be registered; its key waits, everything else goes on. */
export interface Rejected {
  readonly position: number;
  readonly portfolioNo?: number;
  readonly securityNo?: number;
  readonly reason: string;
}

/** What a run of events changes, set by set. */
export interface RegisterChanges {
  readonly portfolios: readonly PortfolioRecord[];
  readonly securities: readonly SecurityRecord[];
  readonly transactions: readonly TransactionRecord[];
  readonly keys: readonly (readonly [portfolioNo: number, securityNo: number])[];
  readonly splits: readonly { securityNo: number; date: string; ratio: string; pricesAdjusted: boolean }[];
  readonly prices: readonly { securityNo: number; day: Day; price: string }[];
  readonly fxRates: readonly { from: string; to: string; day: Day; rate: string }[];
  readonly businessDays: readonly Day[];
  readonly marks: readonly Mark[];
  readonly rejected: readonly Rejected[];
}

/** What the register must know of the past to go on from here. */
export interface Known {
  readonly portfolios: Map<string, PortfolioRecord>;
  readonly securities: Map<string, SecurityRecord>;
  readonly transactions: Map<string, TransactionRecord>;
  lastPortfolioNo: number;
  lastSecurityNo: number;
}

/** The ids a run of events mentions, so that the past can be loaded in one go. */
export interface Mentioned {
  readonly portfolios: ReadonlySet<string>;
  readonly securities: ReadonlySet<string>;
  readonly transactions: ReadonlySet<string>;
}
