/** The port through which the fold reads and writes one generation. */
import type { Day } from '../../domain/dates.ts';
import type { Cause } from '../register/model.ts';
import type { Announcement } from './announce.ts';
import type {
  Checkpoint,
  ClaimedPortfolio,
  KeyRef,
  KeyRow,
  MarkRow,
  StoredDay,
  StoredHistory,
  StoredPortfolioDay,
  TransactionRow,
} from './model.ts';

/** A stretch of a key's days, both ends included. */
export interface KeyStretch extends KeyRef {
  readonly from: Day;
  readonly to: Day;
}

export interface Link extends KeyRef {
  readonly targetNo: number;
  readonly mixed: boolean;
}

/** Prices and rates as stored: everything in the asked span and the last value before it. */
export interface MarketRows {
  readonly prices: readonly { securityNo: number; day: Day; price: string }[];
  readonly fxRates: readonly { from: string; to: string; day: Day; rate: string }[];
  readonly splits: readonly { securityNo: number; day: Day; ratio: string; pricesAdjusted: boolean }[];
}

/** Rows that leave the present: superseded by the epoch, or removed where nobody has seen them published. */
export interface Retired extends KeyRef {
  readonly day: Day;
  readonly supersededBy: number | null;
}

export interface RetiredHistory extends KeyRef {
  readonly transactionId: string;
  /** With it the row is found by the index of the books' order. */
  readonly day: Day;
  readonly supersededBy: number | null;
}

export interface NewDay extends KeyRef {
  readonly day: Day;
  readonly epoch: number;
  readonly series: string;
  readonly snapshot: string;
}

export interface NewHistory extends KeyRef {
  readonly epoch: number;
  readonly text: string;
}

export interface PendingRow extends KeyRef {
  readonly transactionId: string;
  readonly reason: string;
}

/** Both amounts without a sign, in the key's currency. */
export interface DiscrepancyRow extends KeyRef {
  readonly transactionId: string;
  readonly upstream: string;
  readonly computed: string;
}

export interface KeyStateRow extends KeyRef {
  readonly epoch: number;
  readonly firstDay: Day | null;
  readonly watermarkDay: Day | null;
  readonly open: boolean;
  /** The lowest version of the fold among its rows. */
  readonly foldVersion: number;
  readonly checksum: bigint;
}

export interface EpochRow extends KeyRef {
  readonly epoch: number;
  readonly cause: Cause;
  readonly position: number;
  readonly fromDay: Day;
  readonly throughDay: Day;
  readonly rows: number;
  readonly checksum: bigint;
}

/** What folding some keys changes. */
export interface KeyWrites {
  readonly retiredDays: readonly Retired[];
  readonly newDays: readonly NewDay[];
  readonly retiredHistory: readonly RetiredHistory[];
  readonly newHistory: readonly NewHistory[];
  /** Checkpoints of these keys after the given transactions are replaced. */
  readonly checkpointsFrom: readonly (KeyRef & { at: string | null })[];
  readonly checkpoints: readonly Checkpoint[];
  /** These transactions were decided anew: pending when listed in `pending`, else applied. */
  readonly decided: readonly (readonly [portfolioNo: number, transactionId: string])[];
  readonly pending: readonly PendingRow[];
  /** Of the decided ones, those whose sender computed another cost. */
  readonly discrepancies: readonly DiscrepancyRow[];
  readonly states: readonly KeyStateRow[];
  readonly epochs: readonly EpochRow[];
  readonly announcements: readonly Announcement[];
}

export interface PortfolioWrites {
  readonly retired: readonly { portfolioNo: number; day: Day; supersededBy: number | null }[];
  readonly rows: readonly { portfolioNo: number; day: Day; epoch: number; text: string }[];
  readonly states: readonly {
    portfolioNo: number;
    epoch: number;
    firstDay: Day | null;
    horizon: Day | null;
    /** Days from here on may have become complete or incomplete. */
    recheckFrom: Day | null;
    checksum: bigint;
  }[];
  readonly epochs: readonly EpochRow[];
}

export interface Failure extends KeyRef {
  readonly position: number;
  readonly reason: string;
  /** The transaction it failed at, where it was one. */
  readonly transactionId: string | null;
}

export interface FoldSession {
  /** The program's version of the fold. */
  readonly foldVersion: number;
  /** Comes before everything else: how many portfolios are folded at most. */
  expect(portfolios: number): Promise<void>;
  /** Locks those of the portfolios that no other worker holds. */
  claim(portfolioNos: readonly number[]): Promise<ClaimedPortfolio[]>;
  /** In the order of the events that made them. */
  marks(portfolioNos: readonly number[]): Promise<MarkRow[]>;
  /** The latest business date. */
  horizon(): Promise<Day | null>;
  keys(refs: readonly KeyRef[]): Promise<KeyRow[]>;
  /** Keys with days to make up to the horizon. */
  keysToRoll(portfolioNos: readonly number[], horizon: Day): Promise<KeyRow[]>;
  /** Keys that derived cash is kept in. */
  cashKeys(portfolioNos: readonly number[]): Promise<KeyRow[]>;
  /** Which keys reorganisations tie together; `mixed` where one is cash and the other is not. */
  links(portfolioNos: readonly number[]): Promise<Link[]>;
  /** For each key its last checkpoint before the day, where there is one of this version. */
  checkpoints(points: readonly (KeyRef & { beforeDay: Day })[]): Promise<Checkpoint[]>;
  /** The keys' transactions that are not cancelled, from the instant on (null: all). */
  transactions(points: readonly (KeyRef & { at: string | null })[]): Promise<TransactionRow[]>;
  /**
   * The applied transactions of the portfolios in a currency that are not on cash itself. Those of a
   * failed key count only as far as its history has them.
   */
  paidTransactions(
    points: readonly { portfolioNo: number; currency: string; at: string | null }[],
  ): Promise<(TransactionRow & { currency: string })[]>;
  market(request: {
    securities: readonly { securityNo: number; from: Day }[];
    currencies: readonly string[];
    from: Day;
    to: Day;
  }): Promise<MarketRows>;
  days(stretches: readonly KeyStretch[]): Promise<StoredDay[]>;
  history(stretches: readonly KeyStretch[]): Promise<StoredHistory[]>;
  fail(failures: readonly Failure[]): Promise<void>;
  writeKeys(writes: KeyWrites): Promise<void>;
  /** The first day any key of the portfolios has, and how far failed keys allow new days. */
  bounds(
    portfolioNos: readonly number[],
  ): Promise<{ portfolioNo: number; firstDay: Day | null; blockedFrom: Day | null }[]>;
  portfolioDays(
    stretches: readonly { portfolioNo: number; from: Day; to: Day }[],
  ): Promise<StoredPortfolioDay[]>;
  /** The sums of the current position rows of the days; `text` is null where a row cannot be added up. */
  sums(
    stretches: readonly { portfolioNo: number; days: readonly Day[] }[],
  ): Promise<{ portfolioNo: number; day: Day; text: string | null }[]>;
  writePortfolios(writes: PortfolioWrites): Promise<void>;
  deleteMarks(dirtyIds: readonly number[]): Promise<void>;
  /** Reads what can be read without waiting for one another's answers. */
  together<T extends readonly unknown[]>(work: {
    readonly [K in keyof T]: () => Promise<T[K]>;
  }): Promise<T>;
}

export interface DirtyPortfolio {
  readonly portfolioNo: number;
  /** An estimate of how many keys there are to fold. */
  readonly marks: number;
  /** Something happened to the portfolio itself (`FRESH_CAUSES`). */
  readonly fresh: boolean;
}

export interface Look {
  readonly limit: number;
  /** Marks of these causes only; of any, where none are given. */
  readonly causes?: readonly Cause[];
  /** Portfolios to leave out. */
  readonly except?: readonly number[];
}

export interface FoldStore {
  /** Portfolios with marks: fresh ones and others by turns, of each kind the longest waiting first. */
  dirtyPortfolios(look: Look): Promise<DirtyPortfolio[]>;
  /** Runs in one REPEATABLE READ transaction, again when it lost a race. */
  transaction<T>(work: (session: FoldSession) => Promise<T>): Promise<T>;
}
