/** Processes of the project's own code that a test gives orders to, and kills. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ImportCommand } from '../../commands/import/kinds.ts';
import { forkTypeScript } from './fork.ts';

export interface SourceText {
  readonly command: ImportCommand;
  readonly text: string;
}

export type Order =
  /** Import, then project what was imported. */
  | { readonly type: 'import'; readonly sources: readonly SourceText[] }
  /** Catch up with the log, once. */
  | { readonly type: 'project' }
  | { readonly type: 'rebuild' }
  | { readonly type: 'rollback' }
  /** Empties the idle generation and drops every superseded row. */
  | { readonly type: 'prune' }
  /** Project whatever is appended from now on. */
  | { readonly type: 'live' }
  | { readonly type: 'stop' };

export type Report =
  { readonly type: 'ready' | 'started' | 'done' } | { readonly type: 'failed'; readonly message: string };

export interface Worker {
  /** Resolves when the worker has begun on it. */
  begin(order: Order): Promise<void>;
  /** Whether the order was finished before the worker's end; rejects when it failed. */
  readonly finished: () => boolean;
  /** Resolves when the order is done. */
  done(): Promise<void>;
  /** Kills it with -9 and resolves when it is dead. */
  kill(): Promise<void>;
  /** Lets it end by itself. */
  stop(): Promise<void>;
}

/** A worker on a database, ready for orders. */
export async function startWorker(url: string): Promise<Worker> {
  const child = forkTypeScript(new URL('./worker.ts', import.meta.url), [url]);
  const reports = listenTo(child);
  await reports.next('ready');
  return {
    async begin(order) {
      const started = reports.next('started');
      child.send(order);
      await started;
    },
    finished: () => reports.seen('done'),
    done: () => reports.next('done'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.send({ type: 'stop' } satisfies Order);
      await exit;
    },
  };
}

function listenTo(child: ChildProcess) {
  const seen = new Set<Report['type']>();
  let failure: Error | undefined;
  let waiting: { type: Report['type']; resolve: () => void; reject: (error: Error) => void }[] = [];
  const settle = () => {
    waiting = waiting.filter(({ type, resolve, reject }) => {
      if (failure) reject(failure);
      else if (seen.has(type)) resolve();
      else return true;
      return false;
    });
  };
  child.on('message', (report: Report) => {
    if (report.type === 'failed') failure = new Error(report.message);
    seen.add(report.type);
    settle();
  });
  child.on('exit', (code, signal) => {
    failure ??= new Error(`the worker ended with ${signal ?? code}`);
    settle();
  });
  return {
    seen: (type: Report['type']) => seen.has(type),
    next: (type: Report['type']) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ type, resolve, reject });
        settle();
      }),
  };
}
