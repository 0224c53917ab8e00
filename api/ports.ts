/** What the API needs from the rest of the program, besides commands and queries. */
import type { Operations } from '../projections/operations.ts';
import type { RebuildJobs } from '../projections/rebuild/jobs.ts';

/** The read model as far as waiting for it goes. */
export interface ProjectionWaiter {
  /**
   * Resolves when readers' tables hold every effect up to `position`, of the portfolios where some are given;
   * rejects when that takes too long.
   */
  whenProjected(position: number, timeoutMs?: number, portfolioIds?: readonly string[]): Promise<void>;
  /** The portfolio that the event at a position is about, where it is about one. */
  portfolioAt(position: number): Promise<string | undefined>;
}

export interface ProbeResult {
  readonly ok: boolean;
  /** What is wrong, without secrets. */
  readonly detail?: string;
}

/** Real probes, by name: `database` always, `kafka` and `event_store` where configured. */
export interface Health {
  check(): Promise<Readonly<Record<string, ProbeResult>>>;
  uptimeSeconds(): number;
}

export interface RequestObservation {
  readonly requestId: string;
  readonly method: string;
  /** The template, such as `/v1/portfolios/{portfolio_id}`, or `unmatched`. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Observer {
  /** Counters and histograms by route template, and the request log. */
  request(observation: RequestObservation): void;
  /** A request that failed for a reason of ours. */
  failure(requestId: string, error: unknown): void;
}

/** The Prometheus text of the process. */
export interface MetricsText {
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export type Rebuilds = Omit<RebuildJobs, 'resume' | 'idle'>;

/** What the generations hold, and back to the one that readers saw before the last flip. */
export type GenerationControl = Pick<Operations, 'rollback' | 'overview'>;

export interface ApiConfig {
  /** The largest JSON body. A stream of NDJSON has no limit of its own but one per line. */
  readonly bodyLimitBytes: number;
  /** Lines of a stream after which the rest is refused: the reply lists every one of them. */
  readonly streamMaxRows: number;
  /** How long `?wait=projected` waits. */
  readonly projectionTimeoutMs: number;
  /** Origins allowed to read replies in a browser; `*` for any. */
  readonly corsOrigins: readonly string[];
}

export const DEFAULT_API_CONFIG: ApiConfig = {
  bodyLimitBytes: 10 * 1024 * 1024,
  streamMaxRows: 1_000_000,
  projectionTimeoutMs: 10_000,
  corsOrigins: ['*'],
};
