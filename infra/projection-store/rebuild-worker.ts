/**
 * A thread of a rebuild: folds one partition after another. While one is being committed the next one is
 * folded, and that after it is being loaded.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../database/database.ts';
import { foldPartition } from '../../projections/rebuild/partition.ts';
import type { PartitionInput } from '../../projections/rebuild/partition.ts';
import { openPartitionSource } from './partition-source.ts';
import { openPartitionWriter } from './partition-writer.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './rebuild-messages.ts';

/** Two of the partition being folded, three of the one being committed, the rest for loading. */
const WORKER_CONNECTIONS = 8;
const ROWS_PER_MESSAGE = 5_000;

async function run(port: NonNullable<typeof parentPort>, { url, slot }: WorkerSettings): Promise<void> {
  const say = (message: FromWorker) => port.postMessage(message);
  const database = openDatabase({
    url,
    maxConnections: WORKER_CONNECTIONS,
    searchPath: `${slot},public`,
    applicationName: 'chronofolio rebuild',
  });
  const load = await openPartitionSource(database, slot);
  const queue: Promise<PartitionInput>[] = [];
  const inbox: { more?: () => void; over: boolean } = { over: false };
  port.on('message', ({ portfolioNos }: ToWorker) => {
    if (portfolioNos === undefined) inbox.over = true;
    else {
      const input = load(portfolioNos);
      // Awaited below; a failure must not count as unhandled until then.
      input.catch(() => undefined);
      queue.push(input);
    }
    inbox.more?.();
  });
  let unsaid = 0;
  let committed: Promise<void> = Promise.resolve();
  for (;;) {
    const next = queue.shift();
    if (next === undefined) {
      if (inbox.over) break;
      await new Promise<void>((resolve) => {
        inbox.more = resolve;
      });
      continue;
    }
    const input = await next;
    const writer = openPartitionWriter(database);
    const rest = await foldPartition(input, writer, (rows) => {
      unsaid += rows;
      if (unsaid < ROWS_PER_MESSAGE) return;
      say({ type: 'rows', rows: unsaid });
      unsaid = 0;
    });
    await committed;
    committed = writer
      .finish(rest)
      .then(() => say({ type: 'done', portfolios: rest.portfolios.length, keys: rest.keys.length }));
    committed.catch(() => undefined);
  }
  await committed;
  say({ type: 'rows', rows: unsaid });
  await database.close();
  port.close();
}

if (parentPort) {
  const port = parentPort;
  run(port, workerData as WorkerSettings).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ type: 'failed', message } satisfies FromWorker);
  });
}
