/** Sends ticks when they are due: never more than one request is under way, and none is made ahead of time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { OutgoingTick, TickSink } from '../../projections/market/ingest-sink.ts';

/** A tick, and when it is due: milliseconds after the beginning. */
export interface DueTick {
  readonly outgoing: OutgoingTick;
  readonly dueMs: number;
}

export interface FeedRun {
  readonly ticks: AsyncIterator<DueTick> | Iterator<DueTick>;
  readonly sink: TickSink;
  readonly stop: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  readonly onProgress?: (sent: number, elapsedMs: number) => void;
}

export interface FeedReport {
  readonly sent: number;
  /** Of them those that the other side did not take. */
  readonly refused: number;
  readonly elapsedMs: number;
}

const MOST_AT_ONCE = 1_000;
/** Ticks that come close together go together. */
const SHORTEST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 250;

/** Resolves when the ticks are over or it is told to stop. @throws what the sink throws */
export async function runFeed({ ticks, sink, stop, clock, onProgress }: FeedRun): Promise<FeedReport> {
  const began = clock();
  let [sent, refused] = [0, 0];
  let next = await ticks.next();
  try {
    while (next.done !== true && !stop.aborted) {
      const elapsed = clock() - began;
      const batch: OutgoingTick[] = [];
      while (next.done !== true && next.value.dueMs <= elapsed && batch.length < MOST_AT_ONCE) {
        batch.push(next.value.outgoing);
        next = await ticks.next();
      }
      if (batch.length > 0) {
        refused += await sink.send(batch);
        sent += batch.length;
        onProgress?.(sent, clock() - began);
      }
      if (next.done === true || batch.length === MOST_AT_ONCE) continue;
      const early = next.value.dueMs - (clock() - began);
      const wait = Math.min(Math.max(early, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
      await delay(wait, undefined, { signal: stop }).catch(() => undefined);
    }
  } finally {
    await ticks.return?.();
  }
  return { sent, refused, elapsedMs: clock() - began };
}
