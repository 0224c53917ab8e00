import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../infra/database/database.ts';
import { createSequenceTable } from './appender.ts';
import type { AppendLoad, AppendReport } from './append-worker.ts';
import type { BenchServer } from './bench-server.ts';

const WORKER = fileURLToPath(new URL(`./append-worker${extname(import.meta.url)}`, import.meta.url));

/** Appends per second of a number of processes together, in a fresh database. */
export async function appendRate(
  server: BenchServer,
  load: Omit<AppendLoad, 'url'>,
  processes: number,
): Promise<number> {
  const { url, drop } = await server.createDatabase();
  try {
    const database = openDatabase({ url, maxConnections: 1 });
    await createSequenceTable(database);
    await database.close();
    const workers = Array.from({ length: processes }, () => fork(WORKER, [JSON.stringify({ ...load, url })]));
    try {
      await Promise.all(workers.map((worker) => messageOf(worker)));
      const reports = workers.map((worker) => messageOf(worker));
      for (const worker of workers) worker.send('go');
      const rates = (await Promise.all(reports)).map((report) => {
        const { appends, seconds } = report as AppendReport;
        return appends / seconds;
      });
      return rates.reduce((sum, rate) => sum + rate, 0);
    } finally {
      for (const worker of workers) worker.kill();
    }
  } finally {
    await drop();
  }
}

async function messageOf(worker: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const message = once(worker, 'message', { signal: ended.signal }).then(([value]: unknown[]) => value);
  const exit = once(worker, 'exit', { signal: ended.signal }).then(([code]: unknown[]) => {
    throw new Error(`an appending process ended with ${String(code)}`);
  });
  try {
    return await Promise.race([message, exit]);
  } finally {
    // The loser must neither linger nor be reported as unhandled.
    Promise.allSettled([message, exit]).catch(() => undefined);
    ended.abort();
  }
}
