/**
 * A process that imports or projects on the database it is given, until it is told to stop or killed.
 * Run by `startWorker` of child.ts.
 */
import { importSources } from '../../commands/import/plan.ts';
import { textSource } from '../../commands/import/sources.ts';
import { openDatabase } from '../../infra/database/database.ts';
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';
import { createGenerations } from '../../infra/projection-store/generations.ts';
import { createFoldWorkers } from '../../infra/projection-store/rebuild-workers.ts';
import { createProjections } from '../../projections/service.ts';
import type { Order, Report } from './child.ts';

const url = process.argv[2]!;
const pool = (searchPath: string) => openDatabase({ url, maxConnections: 4, searchPath });
const pools = { gen_a: pool('gen_a,public'), gen_b: pool('gen_b,public') };
const log = createPostgresEventLog({ database: pool('public') });
const projections = createProjections({
  log,
  generations: createGenerations((slot) => pools[slot], createFoldWorkers({ url, threads: 1 })),
  now: () => Date.now(),
  pollMs: 2,
  onError: (error) => tell({ type: 'failed', message: String(error) }),
});

function tell(report: Report): void {
  process.send?.(report);
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'import': {
      const sources = order.sources.map(({ command, text }) => textSource(command, 'ndjson', text, command));
      const report = await importSources(sources, { log, clock: () => '2025-06-01T00:00:00.000000Z' });
      if (!report.committed) throw new Error(JSON.stringify(report.problems));
      return projections.catchUp();
    }
    case 'project':
      return projections.catchUp();
    case 'rebuild':
      await projections.rebuild({ all: true });
      return;
    case 'rollback':
      await projections.rollback({ who: 'test' });
      return;
    case 'prune':
      await projections.prune({
        who: 'test',
        generation: 'now',
        epochsBefore: '2999-01-01T00:00:00.000000Z',
      });
      return;
    case 'live':
      projections.start();
      return;
    case 'stop':
      await projections.stop();
      process.exit();
  }
}

process.on('message', (order: Order) => {
  tell({ type: 'started' });
  obey(order).then(
    () => tell({ type: 'done' }),
    (error: unknown) => tell({ type: 'failed', message: String(error) }),
  );
});
// Nobody is left to give orders.
process.on('disconnect', () => process.exit());
tell({ type: 'ready' });
