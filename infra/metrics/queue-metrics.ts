import { Gauge, type Registry } from 'prom-client';
import type { QueueMetrics } from '../../projections/metrics.ts';
import { CAUSES } from '../../projections/register/model.ts';

/** What waits to be folded, and what another fold has left. Every cause has its series, so that one that is done is seen to be. */
export function queueMetrics(registry: Registry): QueueMetrics {
  const byCause = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['cause'], registers: [registry] });
  const keys = byCause('chronofolio_dirty_keys', 'Keys that wait to be folded, by what caused it.');
  const portfolios = byCause(
    'chronofolio_dirty_portfolios',
    'Portfolios that wait to be folded, by what caused it.',
  );
  const age = byCause('chronofolio_dirty_age_seconds', 'Age of the oldest mark that waits to be folded.');
  const versions = new Gauge({
    name: 'chronofolio_other_fold_versions',
    help: "Versions of the fold among the rows that are not the program's; above 0 asks for a rebuild.",
    registers: [registry],
  });
  return {
    otherFoldVersions: (count) => versions.set(count),
    queue(waiting) {
      const found = new Map(waiting.map((entry) => [entry.cause, entry]));
      for (const cause of CAUSES) {
        const entry = found.get(cause);
        keys.set({ cause }, entry?.keys ?? 0);
        portfolios.set({ cause }, entry?.portfolios ?? 0);
        age.set({ cause }, entry?.oldestSeconds ?? 0);
      }
    },
  };
}
