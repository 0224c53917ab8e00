import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ProjectionMetrics } from '../../projections/metrics.ts';
import { operationMetrics } from './operation-metrics.ts';

const BATCH_SIZES = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000];
const BATCH_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** From the log to the readers' tables. */
export function projectionMetrics(registry: Registry): ProjectionMetrics {
  return { ...flowMetrics(registry), ...stateMetrics(registry), ...operationMetrics(registry) };
}

type Flow = 'eventsProjected' | 'batch' | 'epochs' | 'rowsWritten';

function flowMetrics(registry: Registry): Pick<ProjectionMetrics, Flow> {
  const registers = [registry];
  const projected = new Counter({
    name: 'chronofolio_events_projected_total',
    help: 'Events taken from the log by each projector.',
    labelNames: ['projector'],
    registers,
  });
  const batchSizes = new Histogram({
    name: 'chronofolio_projection_batch_size',
    help: 'Events or keys in one batch of a projector.',
    labelNames: ['projector'],
    buckets: BATCH_SIZES,
    registers,
  });
  const batchSeconds = new Histogram({
    name: 'chronofolio_projection_batch_duration_seconds',
    help: 'Duration of one batch of a projector, its commit included.',
    labelNames: ['projector'],
    buckets: BATCH_SECONDS,
    registers,
  });
  const epochs = new Counter({
    name: 'chronofolio_epochs_total',
    help: 'Epochs of keys and portfolios by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const rows = new Counter({
    name: 'chronofolio_rows_written_total',
    help: 'Rows written into the tables of the read model.',
    labelNames: ['table'],
    registers,
  });
  return {
    eventsProjected: (projector, events) => projected.inc({ projector }, events),
    batch: (projector, size, seconds) => {
      batchSizes.observe({ projector }, size);
      batchSeconds.observe({ projector }, seconds);
    },
    epochs: (outcome, count) => epochs.inc({ outcome }, count),
    rowsWritten: (table, count) => rows.inc({ table }, count),
  };
}

function stateMetrics(registry: Registry): Omit<ProjectionMetrics, Flow | 'operations'> {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const byProjector = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['projector'], registers: [registry] });

  const lagEvents = byProjector('chronofolio_projection_lag_events', 'Events a projector is behind the log.');
  const lagSeconds = byProjector(
    'chronofolio_projection_lag_seconds',
    'Age of the oldest event a projector has not taken yet.',
  );
  const pending = gauge('chronofolio_pending_transactions', 'Transactions that cannot be applied yet.');
  const quarantined = gauge(
    'chronofolio_quarantined_keys',
    'Keys held back by an event that cannot be folded.',
  );
  const incomplete = gauge('chronofolio_incomplete_days', 'Portfolio-days that wait for a value or a rate.');
  const discrepancies = gauge(
    'chronofolio_cost_discrepancies',
    'Transactions whose sender computed another cost than we did.',
  );
  const behind = gauge(
    'chronofolio_watermark_behind_days',
    'Days between the last complete day of the worst portfolio and its latest one.',
  );
  const head = gauge('chronofolio_log_position', 'The last position of the log.');
  return {
    lag: (projector, events, seconds) => {
      lagEvents.set({ projector }, events);
      lagSeconds.set({ projector }, seconds);
    },
    backlog: (backlog) => {
      pending.set(backlog.pendingTransactions);
      discrepancies.set(backlog.costDiscrepancies);
      quarantined.set(backlog.quarantinedKeys);
      incomplete.set(backlog.incompleteDays);
      behind.set(backlog.watermarkBehindDays);
      head.set(backlog.head);
    },
  };
}
