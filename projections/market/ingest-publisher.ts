/** From the queue to the sink, in order; what cannot be sent is tried again until it can. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import type { Queued } from './ingest.ts';
import type { IngestCounters } from './ingest-counters.ts';
import type { BoundedQueue } from './ingest-queue.ts';
import type { TickSink } from './ingest-sink.ts';

export interface PublisherOptions {
  readonly queue: BoundedQueue<Queued>;
  readonly sink: TickSink;
  readonly now: () => number;
  readonly logger: Logger;
  readonly counters: IngestCounters;
}

export interface Publisher {
  start(): void;
  /** Publishes what is in hand, for so many milliseconds at most, and ends. */
  drain(ms: number): Promise<void>;
}

const MOST_AT_ONCE = 1_000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

export function createPublisher({ queue, sink, now, logger, counters }: PublisherOptions): Publisher {
  const givenUp = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    for (;;) {
      await queue.filled();
      const batch = queue.take(MOST_AT_ONCE);
      // It is only woken for nothing when nothing will come any more.
      if (batch.length === 0) return;
      await publish(batch);
    }
  }

  /** Resolves when it is there, refused for good, or given up. */
  async function publish(batch: readonly Queued[]): Promise<void> {
    for (let failures = 0; !givenUp.signal.aborted; failures++) {
      try {
        const refused = await sink.send(batch);
        if (refused > 0) logger.warn('ticks were not taken', { target: sink.target, ticks: refused });
        count(batch);
        return;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'refused') {
          logger.error('ticks were refused', { target: sink.target, ticks: batch.length, error });
          return;
        }
        const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 20));
        const wait = Math.round(ceiling / 2 + (ceiling / 2) * Math.random());
        logger.warn('ticks could not be published', { target: sink.target, error, retry_ms: wait });
        await delay(wait, undefined, { signal: givenUp.signal }).catch(() => undefined);
      }
    }
    logger.error('ticks in hand were given up', { target: sink.target, ticks: batch.length });
  }

  function count(batch: readonly Queued[]): void {
    const sums = new Map<string, { count: number; newest: number }>();
    for (const { provider, tick } of batch) {
      const sum = sums.get(provider) ?? { count: 0, newest: 0 };
      sum.count += 1;
      sum.newest = Math.max(sum.newest, tick.timestamp);
      sums.set(provider, sum);
    }
    for (const [provider, { count: ticks, newest }] of sums)
      counters.published(provider, ticks, Math.max(now() - newest, 0));
  }

  return {
    start() {
      running = run();
    },
    async drain(ms) {
      queue.end();
      const late = delay(ms, undefined, { signal: givenUp.signal }).catch(() => undefined);
      await Promise.race([running, late]);
      givenUp.abort();
    },
  };
}
