import { Gauge, type Registry } from 'prom-client';
import type { VerifyMetrics } from '../../projections/metrics.ts';

/** What the last verification of this process found. */
export function verifyMetrics(registry: Registry): VerifyMetrics {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const ok = gauge(
    'chronofolio_verify_ok',
    '1 when the last verification found every row to be what the log says, else 0.',
  );
  const differences = gauge(
    'chronofolio_verify_differences',
    'Differences and broken rules that the last verification found.',
  );
  const skipped = gauge(
    'chronofolio_verify_skipped_portfolios',
    'Portfolios that the last verification left out, because work on them was waiting.',
  );
  const rows = gauge('chronofolio_verify_rows', 'Rows of positions that the last verification compared.');
  const seconds = gauge('chronofolio_verify_duration_seconds', 'How long the last verification took.');
  const at = gauge('chronofolio_verify_timestamp_seconds', 'When the last verification ended, in Unix time.');
  return {
    verified: (found) => {
      ok.set(found.differences === 0 ? 1 : 0);
      differences.set(found.differences);
      skipped.set(found.skipped);
      rows.set(found.rows);
      seconds.set(found.seconds);
      at.set(found.at / 1000);
    },
  };
}
