/** What the API needs from the rest of the program, besides commands and queries. */

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

export type RebuildStatus = 'running' | 'completed' | 'failed' | 'cancelled';

export interface RebuildRequest {
  /** All of it when neither is given. */
  readonly portfolio_id?: string;
  readonly security_id?: string;
  /** ISO date. */
  readonly from?: string;
}

export interface Rebuild {
  readonly rebuild_id: string;
  readonly status: RebuildStatus;
  readonly scope: RebuildRequest;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly events_total: number;
  readonly events_done: number;
  readonly rows_written: number;
  readonly rows_per_second: number;
  readonly eta_seconds: number | null;
  readonly error: string | null;
}

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
