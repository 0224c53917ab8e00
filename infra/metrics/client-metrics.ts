/** Whom the API turned away, and who took whole histories out of it. */
import { Counter, Histogram, type Registry } from 'prom-client';
import { REFUSAL_CAUSES } from '../../domain/access/refusal.ts';
import { EXPORT_OUTCOMES } from '../../projections/metrics.ts';
import type { AccessMetrics, ExportMetrics } from '../../projections/metrics.ts';

const EXPORT_SECONDS = [0.01, 0.1, 1, 10, 60, 300, 1_200, 3_600];

/** Every cause and outcome is there from the start, at nothing. */
export function clientMetrics(registry: Registry): AccessMetrics & ExportMetrics {
  const registers = [registry];
  const refusals = new Counter({
    name: 'chronofolio_access_refusals_total',
    help: 'Requests and sockets refused to their callers, by why.',
    labelNames: ['cause'],
    registers,
  });
  for (const cause of REFUSAL_CAUSES) refusals.inc({ cause }, 0);
  const exports = new Counter({
    name: 'chronofolio_exports_total',
    help: 'Whole histories asked for, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of EXPORT_OUTCOMES) exports.inc({ outcome }, 0);
  const rows = new Counter({
    name: 'chronofolio_export_rows_total',
    help: 'Rows of whole histories sent.',
    labelNames: ['name', 'format'],
    registers,
  });
  const seconds = new Histogram({
    name: 'chronofolio_export_duration_seconds',
    help: 'From the request of a whole history to its end.',
    labelNames: ['name', 'format'],
    buckets: EXPORT_SECONDS,
    registers,
  });
  return {
    accessRefused: (cause) => refusals.inc({ cause }),
    exported({ name, format, rows: sent, seconds: duration, outcome }) {
      exports.inc({ outcome });
      rows.inc({ name, format }, sent);
      if (outcome === 'complete') seconds.observe({ name, format }, duration);
    },
  };
}
