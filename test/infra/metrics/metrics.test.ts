import { expect, test } from 'vitest';
import { createMetrics } from '../../../infra/metrics/metrics.ts';
import type { OperationsState } from '../../../projections/metrics.ts';

const OPERATIONS: OperationsState = {
  rebuilds: { running: 1, awaiting_approval: 0, interrupted: 0 },
  progress: 0.4,
  rowsPerSecond: 5000,
  etaSeconds: 90,
  flips: { rebuild: 3, rollback: 2 },
  heldSeconds: 0.012,
  idle: 'retained',
  idleLagEvents: 7,
};

const text = async (metrics: { render(): Promise<{ body: string }> }) => (await metrics.render()).body;

test('what is measured is told as Prometheus text', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.eventsAppended('import', 20);
  metrics.eventsProjected('register', 7);
  metrics.lag('fold', 12, 0.25);
  metrics.batch('fold', 30, 0.02);
  metrics.epochs('flipped', 2);
  metrics.rowsWritten('position_timeseries', 365);
  metrics.operations(OPERATIONS);
  metrics.backlog({
    pendingTransactions: 1,
    costDiscrepancies: 4,
    quarantinedKeys: 2,
    incompleteDays: 3,
    watermarkBehindDays: 5,
    head: 107,
  });
  metrics.kafkaMessages('prices', 'consumed', 'ok', 9);
  metrics.fencedMessages('prices', 0);
  metrics.outbox(6, 1.5);
  metrics.httpRequest({ method: 'GET', route: '/v1/portfolios/{portfolio_id}', status: 200, seconds: 0.003 });
  metrics.databaseQuery({ kind: 'transaction', seconds: 0.004, ok: false });
  metrics.watchPool('reads', () => ({ totalCount: 5, idleCount: 3, waitingCount: 0 }));
  const lines = await text(metrics);
  for (const line of [
    'chronofolio_events_appended_total{source="import"} 20',
    'chronofolio_events_projected_total{projector="register"} 7',
    'chronofolio_projection_lag_events{projector="fold"} 12',
    'chronofolio_projection_lag_seconds{projector="fold"} 0.25',
    'chronofolio_projection_batch_size_sum{projector="fold"} 30',
    'chronofolio_epochs_total{outcome="flipped"} 2',
    'chronofolio_rows_written_total{table="position_timeseries"} 365',
    'chronofolio_rebuild_running 1',
    'chronofolio_rebuild_progress 0.4',
    'chronofolio_rebuild_rows_per_second 5000',
    'chronofolio_rebuild_eta_seconds 90',
    'chronofolio_rebuild_interrupted 0',
    'chronofolio_generation_flips{cause="rollback"} 2',
    'chronofolio_generation_flip_held_seconds 0.012',
    'chronofolio_idle_generation{state="retained"} 1',
    'chronofolio_idle_generation{state="empty"} 0',
    'chronofolio_idle_generation_lag_events 7',
    'chronofolio_quarantined_keys 2',
    'chronofolio_cost_discrepancies 4',
    'chronofolio_watermark_behind_days 5',
    'chronofolio_log_position 107',
    'chronofolio_kafka_messages_total{topic="prices",direction="consumed",outcome="ok"} 9',
    'chronofolio_fenced_messages_total{topic="prices"} 0',
    'chronofolio_outbox_age_seconds 1.5',
    'chronofolio_http_requests_total{method="GET",route="/v1/portfolios/{portfolio_id}",status="200"} 1',
    'chronofolio_database_query_duration_seconds_count{kind="transaction",outcome="failed"} 1',
    'chronofolio_database_pool_connections{pool="reads",state="total"} 5',
  ]) {
    expect(lines).toContain(line);
  }
});

test('a finished rebuild leaves no progress behind', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.operations(OPERATIONS);
  metrics.operations({
    ...OPERATIONS,
    rebuilds: { running: 0, awaiting_approval: 0, interrupted: 0 },
    progress: 0,
  });
  const lines = await text(metrics);
  expect(lines).toContain('chronofolio_rebuild_running 0');
  expect(lines).toContain('chronofolio_rebuild_progress 0');
});

test('invented methods do not make new series', async () => {
  const metrics = createMetrics({ processMetrics: false });
  for (const method of ['BREW', 'X1', 'X2'])
    metrics.httpRequest({ method, route: 'unmatched', status: 405, seconds: 0 });
  expect(await text(metrics)).toContain(
    'chronofolio_http_requests_total{method="other",route="unmatched",status="405"} 3',
  );
});

test('two of them in one process do not meet, and the process itself is measured', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.epochs('started', 1);
  expect(await text(other)).not.toContain('chronofolio_epochs_total{');
  expect(await text(one)).toContain('process_cpu_user_seconds_total');
});
