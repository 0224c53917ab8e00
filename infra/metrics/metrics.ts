/** The metrics of the process as Prometheus text. The only place that knows the metrics library. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { HttpMetrics, LogMetrics, Metrics } from '../../projections/metrics.ts';
import type { PoolStats } from '../database/queryable.ts';
import type { QueryObservation } from '../database/database.ts';
import { clientMetrics } from './client-metrics.ts';
import { marketMetrics } from './market-metrics.ts';
import { projectionMetrics } from './projection-metrics.ts';
import { queueMetrics } from './queue-metrics.ts';
import { streamMetrics } from './stream-metrics.ts';
import { verifyMetrics } from './verify-metrics.ts';

export interface MetricsText {
  readonly contentType: string;
  readonly body: string;
}

export interface ProcessMetrics extends Metrics {
  /** To be given to `openDatabase` as `onQuery`. */
  databaseQuery(observation: QueryObservation): void;
  databaseSize(bytes: number): void;
  /** Shows the use of a pool from now on. `name` is one of a few, such as `reads` or `writes`. */
  watchPool(name: string, stats: () => PoolStats): void;
  render(): Promise<MetricsText>;
}

export interface MetricsOptions {
  /** Memory, event loop and garbage collection of the process; true by default. */
  readonly processMetrics?: boolean;
}

/** Metrics with a registry of their own, so that two in one process never meet. */
export function createMetrics(options: MetricsOptions = {}): ProcessMetrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  return {
    ...projectionMetrics(registry),
    ...queueMetrics(registry),
    ...streamMetrics(registry),
    ...verifyMetrics(registry),
    market: marketMetrics(registry),
    ...logMetrics(registry),
    ...httpMetrics(registry),
    ...clientMetrics(registry),
    ...databaseMetrics(registry),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

const FAST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

function logMetrics(registry: Registry): LogMetrics {
  const registers = [registry];
  const appended = new Counter({
    name: 'chronofolio_events_appended_total',
    help: 'Events appended to the log.',
    labelNames: ['source'],
    registers,
  });
  return {
    eventsAppended: (source, events) => appended.inc({ source }, events),
  };
}

function httpMetrics(registry: Registry): HttpMetrics {
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: 'chronofolio_http_requests_total',
    help: 'HTTP requests answered, by route template.',
    labelNames,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'chronofolio_http_request_duration_seconds',
    help: 'Time from a request to the head of its reply.',
    labelNames,
    buckets: FAST_SECONDS,
    registers: [registry],
  });
  return {
    httpRequest: ({ method, route, status, seconds: duration }) => {
      // Anybody can send any word as a method.
      const labels = { method: KNOWN_METHODS.has(method) ? method : 'other', route, status: String(status) };
      requests.inc(labels);
      seconds.observe(labels, duration);
    },
  };
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function databaseMetrics(
  registry: Registry,
): Pick<ProcessMetrics, 'databaseQuery' | 'databaseSize' | 'watchPool'> {
  const seconds = new Histogram({
    name: 'chronofolio_database_query_duration_seconds',
    help: 'Duration of statements outside transactions and of whole transactions.',
    labelNames: ['kind', 'outcome'],
    buckets: FAST_SECONDS,
    registers: [registry],
  });
  const size = new Gauge({
    name: 'chronofolio_database_size_bytes',
    help: 'Size of the database on disk.',
    registers: [registry],
  });
  const pools = new Map<string, () => PoolStats>();
  new Gauge({
    name: 'chronofolio_database_pool_connections',
    help: 'Connections of each pool: in all, idle, and callers waiting for one.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, stats] of pools) {
        const { totalCount, idleCount, waitingCount } = stats();
        this.set({ pool, state: 'total' }, totalCount);
        this.set({ pool, state: 'idle' }, idleCount);
        this.set({ pool, state: 'waiting' }, waitingCount);
      }
    },
  });
  return {
    databaseQuery: ({ kind, ok, seconds: duration }) => {
      seconds.observe({ kind, outcome: ok ? 'ok' : 'failed' }, duration);
    },
    databaseSize: (bytes) => size.set(bytes),
    watchPool: (name, stats) => void pools.set(name, stats),
  };
}
