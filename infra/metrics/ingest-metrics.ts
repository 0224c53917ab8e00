/** The metrics of a process that publishes live prices: a registry of its own, which no other process has. */
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { IngestObserver } from '../../projections/market/ingest-counters.ts';
import type { MetricsText } from './metrics.ts';

export interface IngestMetrics {
  readonly observer: IngestObserver;
  render(): Promise<MetricsText>;
}

const LAG_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

export function createIngestMetrics(): IngestMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const messages = new Counter({
    name: 'chronofolio_ingest_messages_total',
    help: 'Messages of each provider.',
    labelNames: ['provider'],
    registers,
  });
  const ticks = new Counter({
    name: 'chronofolio_ingest_ticks_total',
    help: 'Ticks of each provider, by what became of them.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const reconnects = new Counter({
    name: 'chronofolio_ingest_reconnects_total',
    help: 'Connections to each provider that had to be made again.',
    labelNames: ['provider'],
    registers,
  });
  const lag = new Histogram({
    name: 'chronofolio_ingest_lag_seconds',
    help: "From a tick's own time to its publication.",
    labelNames: ['provider'],
    buckets: LAG_SECONDS,
    registers,
  });
  return {
    observer: {
      messages: (provider, count) => messages.inc({ provider }, count),
      ticks: (provider, outcome, count) => ticks.inc({ provider, outcome }, count),
      reconnects: (provider) => reconnects.inc({ provider }),
      lag: (provider, seconds) => lag.observe({ provider }, Math.max(0, seconds)),
    },
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
