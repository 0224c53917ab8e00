/**
 * The port through which the program is measured. The labels are the few words of these types: never a
 * portfolio, a security or a client, whose number has no bound.
 */
import type { RefusalCause } from '../domain/access/refusal.ts';
import type { MarketMetrics } from './market/metrics.ts';
import type { Cause } from './register/model.ts';

/** The two stages between the log and its readers, and a rebuild's replay. */
export type Projector = 'register' | 'fold' | 'rebuild';

export type ProjectedTable =
  'position_history' | 'daily_position_snapshots' | 'position_timeseries' | 'portfolio_timeseries';

export type EpochOutcome = 'started' | 'flipped' | 'failed' | 'rolled_back';

/** What operators are at, whichever process it runs in. */
export interface OperationsState {
  /** Rebuilds under way, those that wait for approval, and those that nobody is at any more. */
  readonly rebuilds: Readonly<Record<'running' | 'awaiting_approval' | 'interrupted', number>>;
  /** Of the one under way, from 0 to 1. */
  readonly progress: number;
  readonly rowsPerSecond: number;
  readonly etaSeconds: number;
  /** Changes of what readers see, all there ever were. */
  readonly flips: Readonly<Record<'rebuild' | 'rollback', number>>;
  /** How long the last one held up what was appended. */
  readonly heldSeconds: number;
  readonly idle: IdleState;
  /** How far the generation is behind that is kept level beside the active one. */
  readonly idleLagEvents: number;
}

export const IDLE_STATES = ['empty', 'building', 'built', 'retained'] as const;
export type IdleState = (typeof IDLE_STATES)[number];

export interface Backlog {
  readonly pendingTransactions: number;
  readonly costDiscrepancies: number;
  readonly quarantinedKeys: number;
  /** Portfolio-days that wait for a value or a rate. */
  readonly incompleteDays: number;
  /** How many days the worst portfolio's last complete day is before its latest one. */
  readonly watermarkBehindDays: number;
  /** The last position of the log. */
  readonly head: number;
}

export interface ProjectionMetrics {
  eventsProjected(projector: Projector, events: number): void;
  /** How far a projector is behind the log: in events, and in seconds since the oldest of them was recorded. */
  lag(projector: Projector, events: number, seconds: number): void;
  /** One batch: what it held and how long it took. */
  batch(projector: Projector, size: number, seconds: number): void;
  epochs(outcome: EpochOutcome, count: number): void;
  rowsWritten(table: ProjectedTable, rows: number): void;
  operations(state: OperationsState): void;
  backlog(backlog: Backlog): void;
}

export interface LogMetrics {
  eventsAppended(source: 'http' | 'kafka' | 'import' | 'cli', events: number): void;
}

export interface HttpMetrics {
  /** `route` is the template, such as `/v1/portfolios/{portfolio_id}`, or `unmatched`. */
  httpRequest(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
}

export interface AccessMetrics {
  accessRefused(cause: RefusalCause): void;
}

export const EXPORT_OUTCOMES = ['complete', 'failed', 'busy', 'abandoned', 'stalled', 'too_long'] as const;
export type ExportOutcome = (typeof EXPORT_OUTCOMES)[number];

/** One whole history that was asked for. */
export interface EndedExport {
  /** What of: one of two. */
  readonly name: string;
  /** One of four. */
  readonly format: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  /** `busy` where it was refused because others were under way. What is not found or cannot be is no export. */
  readonly outcome: ExportOutcome;
}

export interface ExportMetrics {
  exported(ended: EndedExport): void;
}

export type KafkaOutcome = 'ok' | 'duplicate' | 'ignored' | 'fenced' | 'dead_letter' | 'failed';

/** Topics are those of the configuration: a handful. */
export interface StreamMetrics {
  kafkaMessages(
    topic: string,
    direction: 'consumed' | 'produced',
    outcome: KafkaOutcome,
    count: number,
  ): void;
  /** One batch, from its messages to its commit. */
  kafkaBatch(topic: string, seconds: number): void;
  fencedMessages(topic: string, count: number): void;
  deadLetters(topic: string, code: string, count: number): void;
  consumerLag(topic: string, messages: number): void;
  kafkaConnected(ok: boolean): void;
  openDeadLetters(count: number): void;
  /** Rows not published yet, and the seconds since the oldest of them was noted. */
  outbox(rows: number, ageSeconds: number): void;
  aggregationDays(states: {
    readonly eligible: number;
    readonly scheduled: number;
    readonly pending: number;
  }): void;
}

export interface VerifyMetrics {
  /** What a verification found; `at` in milliseconds since 1970. */
  verified(found: {
    readonly differences: number;
    readonly skipped: number;
    readonly rows: number;
    readonly seconds: number;
    readonly at: number;
  }): void;
}

/** What waits between registering and folding, by cause; a cause that is left out waits for nothing. */
export interface QueueMetrics {
  queue(
    waiting: readonly {
      readonly cause: Cause;
      readonly portfolios: number;
      readonly keys: number;
      readonly oldestSeconds: number;
    }[],
  ): void;
  /** Fold versions found among the rows that are not the program's. */
  otherFoldVersions(versions: number): void;
}

export type Metrics = QueueMetrics &
  ProjectionMetrics &
  LogMetrics &
  HttpMetrics &
  AccessMetrics &
  ExportMetrics &
  StreamMetrics &
  VerifyMetrics & { readonly market: MarketMetrics };
