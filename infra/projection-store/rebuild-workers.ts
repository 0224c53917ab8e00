/** Threads that fold the partitions of a rebuild, so that whoever ordered it goes on answering meanwhile. */
import { Worker } from 'node:worker_threads';
import type { Slot } from '../../projections/generation.ts';
import type { FoldOptions, FoldWorkers } from '../../projections/rebuild/workers.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './rebuild-messages.ts';

export interface FoldWorkersOptions {
  readonly url: string;
  readonly threads: number;
}

/** Partitions in a thread's hands: one being folded, one being loaded. */
const AHEAD = 2;
/** Megabytes of a thread's heap; a rebuild keeps to a fixed size however much it folds. */
const HEAP = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 96 };

/** A partition could not be folded or written. */
export class RebuildWorkerError extends Error {
  readonly code = 'rebuild_worker';
  override readonly name = 'RebuildWorkerError';
}

export function createFoldWorkers({ url, threads }: FoldWorkersOptions): FoldWorkers {
  return {
    async fold(slot, partitions, options) {
      options.signal.throwIfAborted();
      const queue = partitions.values();
      const count = Math.min(threads, partitions.length);
      const stop = new AbortController();
      const signal = AbortSignal.any([options.signal, stop.signal]);
      const work = Array.from({ length: count }, () =>
        foldInThread({ url, slot }, queue, { ...options, signal }),
      );
      try {
        await Promise.all(work);
      } catch (error) {
        stop.abort(error);
        await Promise.allSettled(work);
        throw error;
      }
    },
  };
}

/** The compiled file: Node runs no TypeScript, which is what this one is while it is tested. */
function entry(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('../../dist/infra/projection-store/rebuild-worker.js', import.meta.url)
    : new URL('./rebuild-worker.js', import.meta.url);
}

async function foldInThread(
  settings: { readonly url: string; readonly slot: Slot },
  queue: Iterator<readonly number[]>,
  { onRows, onDone, signal }: FoldOptions,
): Promise<void> {
  const worker = new Worker(entry(), {
    workerData: settings satisfies WorkerSettings,
    resourceLimits: HEAP,
  });
  const feed = () => {
    const next = queue.next();
    worker.postMessage((next.done ? {} : { portfolioNos: next.value }) satisfies ToWorker);
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(asError(signal.reason));
      signal.addEventListener('abort', onAbort, { once: true });
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'rows') onRows(message.rows);
        else if (message.type === 'failed') reject(new RebuildWorkerError(message.message));
        else {
          onDone(message.portfolios, message.keys);
          feed();
        }
      });
      worker.once('error', reject);
      worker.once('exit', (code) => {
        if (code === 0) resolve();
        else reject(new RebuildWorkerError(`a thread of the rebuild ended with code ${code}`));
      });
      for (let i = 0; i < AHEAD; i++) feed();
    });
  } finally {
    // A thread that has not ended by itself holds transactions, which end with it.
    await worker.terminate();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new RebuildWorkerError(String(reason));
}
