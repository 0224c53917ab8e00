/** What the API needs from the rest of the program, besides commands and queries. */
import type { RebuildJob, RebuildJobScope } from '../projections/rebuild/jobs.ts';

/** The read model as far as waiting for it goes. */
export interface ProjectionWaiter {
  /** Resolves when readers' tables hold every effect up to `position`; rejects when that takes too long. */
  whenProjected(position: number, timeoutMs?: number): Promise<void>;
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

export type Rebuild = RebuildJob;
/** What to rebuild; all of it when nothing is named. */
export type RebuildRequest = RebuildJobScope;

export interface Rebuilds {
  /** `undefined` when another one is running. */
  start(request: RebuildRequest, correlationId: string): Promise<Rebuild | undefined>;
  list(): Promise<readonly Rebuild[]>;
  find(rebuildId: string): Promise<Rebuild | undefined>;
  /** Asks a running one to stop; `undefined` when there is none of that id. Absent: it cannot be asked. */
  readonly cancel?: (rebuildId: string) => Promise<Rebuild | undefined>;
}

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
