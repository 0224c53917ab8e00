/**
 * The port through which the program is measured. The labels are the few words of these types: never a
 * portfolio, a security or a client, whose number has no bound.
 */

/** The two stages between the log and its readers, and a rebuild's replay. */
export type Projector = 'register' | 'fold' | 'rebuild';

export type ProjectedTable =
  'position_history' | 'daily_position_snapshots' | 'position_timeseries' | 'portfolio_timeseries';

export type EpochOutcome = 'started' | 'flipped' | 'failed' | 'rolled_back';

export interface RebuildProgress {
  /** Events of the log that the replay has to read, and those it has read. */
  readonly total: number;
  readonly done: number;
  readonly rowsPerSecond: number;
}

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
  /** `undefined` when no rebuild is running. */
  rebuild(progress: RebuildProgress | undefined): void;
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

export type Metrics = ProjectionMetrics & LogMetrics & HttpMetrics & StreamMetrics;
