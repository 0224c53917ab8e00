import { expect, it } from 'vitest';
import { createIngestMetrics } from '../../../infra/metrics/ingest-metrics.ts';

it('counts by provider, and never below no delay', async () => {
  const { observer, render } = createIngestMetrics();
  observer.messages('acme', 2);
  observer.ticks('acme', 'published', 3);
  observer.ticks('other', 'dropped', 1);
  observer.reconnects('acme');
  observer.lag('acme', -1);
  const { body } = await render();
  expect(body).toContain('chronofolio_ingest_messages_total{provider="acme"} 2');
  expect(body).toContain('chronofolio_ingest_ticks_total{provider="acme",outcome="published"} 3');
  expect(body).toContain('chronofolio_ingest_ticks_total{provider="other",outcome="dropped"} 1');
  expect(body).toContain('chronofolio_ingest_reconnects_total{provider="acme"} 1');
  expect(body).toContain('chronofolio_ingest_lag_seconds_sum{provider="acme"} 0');
});
