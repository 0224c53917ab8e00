/** The port through which the days of portfolios are verified, repaired and followed on their way. */
import type { Day } from '../../domain/dates.ts';
import type { Batch, BatchCounts, BatchResult, DeadLetter } from '../../domain/messages.ts';

/** A day of a portfolio. */
export interface PortfolioDay {
  readonly portfolioId: string;
  readonly day: Day;
}

/** What the books have for a snapshot that was announced. */
export interface SnapshotFound {
  /** Null where the portfolio, the security or the position of the two is unknown. */
  readonly portfolioNo: number | null;
  readonly securityNo: number | null;
  /** The current epoch of the position, and the epoch of its current row for the day; null without one. */
  readonly keyEpoch: number | null;
  readonly dayEpoch: number | null;
  /** The last day that there may be rows of. */
  readonly horizon: Day | null;
  /** Whether snapshot and time-series row are both there and agree, or are both rightly missing. */
  readonly agrees: boolean;
}

/** A stretch of a position, both ends included. */
export interface Damage {
  readonly portfolioNo: number;
  readonly securityNo: number;
  readonly fromDay: Day;
  readonly throughDay: Day;
}

/** How a day of a portfolio stands, read in one look. */
export interface Assessment extends PortfolioDay {
  readonly portfolioNo: number;
  /**
   * - `complete`: every position that has to have a row has one, and all can be added up;
   * - `unfolded`: something is still to be folded up to that day;
   * - `failed`: a position of the portfolio is set aside;
   * - `damaged`: rows are missing that must be there, or there that must not be;
   * - `unvalued`: a value or a rate is missing;
   * - `outside`: before the first day of the portfolio or after its last one.
   */
  readonly state: 'complete' | 'unfolded' | 'failed' | 'damaged' | 'unvalued' | 'outside';
  /** The securities whose rows are damaged. */
  readonly damaged: readonly number[];
  /** Whether the portfolio's row is there and equals the exact sum of its positions' rows. */
  readonly agrees: boolean;
  /** The epoch of that row; null without one. */
  readonly epoch: number | null;
}

/** A day that waits for something. */
export interface WaitingDay extends PortfolioDay {
  readonly portfolioNo: number;
  /** Of its order; null before there is one. */
  readonly correlationId: string | null;
}

/** Some of the days that wait: those that can be looked at, in order, and where to go on if there may be more. */
export interface WaitingSet {
  readonly days: readonly WaitingDay[];
  readonly last: PortfolioDay | undefined;
}

export interface SchedulingSession {
  /** The next eligible days after one, locked; those that other schedulers hold are left out. */
  eligible(after: PortfolioDay | null, limit: number): Promise<WaitingSet>;
  assess(days: readonly WaitingDay[]): Promise<Assessment[]>;
  regenerate(damages: readonly Damage[]): Promise<void>;
  /** Puts orders into the outbox. */
  schedule(orders: readonly ScheduledRun[]): Promise<void>;
}

/** Days in a row that one order is for. */
export interface ScheduledRun {
  readonly portfolioId: string;
  readonly fromDay: Day;
  readonly throughDay: Day;
  readonly correlationId: string;
}

export interface AggregationSession {
  /** The next pending days after one, their portfolios locked; those that a fold holds are left out. */
  pending(after: PortfolioDay | null, limit: number): Promise<WaitingSet>;
  assess(days: readonly WaitingDay[]): Promise<Assessment[]>;
  regenerate(damages: readonly Damage[]): Promise<void>;
  /** Has the portfolio's own rows of the days made again. */
  aggregateAgain(runs: readonly Omit<Damage, 'securityNo'>[]): Promise<void>;
  finish(days: readonly (PortfolioDay & { readonly epoch: number })[]): Promise<void>;
}

export interface SnapshotSession {
  /** One answer for each, in their order. */
  find(
    snapshots: readonly { readonly portfolioId: string; readonly securityId: string; readonly day: Day }[],
  ): Promise<SnapshotFound[]>;
  regenerate(damages: readonly Damage[]): Promise<void>;
  /**
   * Makes days eligible for aggregation, unless nothing has changed of them since they were aggregated.
   * `damaged` ones are always.
   */
  makeEligible(days: readonly (PortfolioDay & { readonly damaged: boolean })[]): Promise<void>;
}

export interface OrderSession {
  knownPortfolios(portfolioIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Records orders, one for a day at most; returns how many of them were known already. */
  order(orders: readonly (PortfolioDay & { readonly correlationId: string })[]): Promise<number>;
}

/** What the work on a batch came to. */
export interface TakenIn {
  readonly counts: BatchCounts;
  readonly deadLetters: readonly DeadLetter[];
}

/** How far a day has come, and the last order behind it. */
export interface AggregationLineage {
  readonly portfolio_id: string;
  readonly date: string;
  readonly state: 'eligible' | 'scheduled' | 'pending' | 'done';
  readonly correlation_id: string | null;
  readonly epoch: number | null;
  readonly requested_at: string | null;
  readonly aggregated_at: string | null;
}

/** Each transaction is on the generation that readers see, and is run again when it lost a race. */
export interface AggregationStore {
  /** The work on a batch, its dead letters and the batch's new offset in one transaction. */
  takeSnapshots(batch: Batch, work: (session: SnapshotSession) => Promise<TakenIn>): Promise<BatchResult>;
  takeOrders(batch: Batch, work: (session: OrderSession) => Promise<TakenIn>): Promise<BatchResult>;
  scheduling<T>(work: (session: SchedulingSession) => Promise<T>): Promise<T>;
  aggregating<T>(work: (session: AggregationSession) => Promise<T>): Promise<T>;
  /** Days in each state but `done`. */
  waiting(): Promise<Readonly<Record<'eligible' | 'scheduled' | 'pending', number>>>;
  aggregationOf(portfolioId: string, date: string): Promise<AggregationLineage | undefined>;
}
