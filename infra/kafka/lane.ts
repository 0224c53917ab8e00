/**
 * One partition as long as it is assigned to us: what it stands at, and the batches of each fetch taken
 * in one after another.
 */
import type { EachBatchPayload } from 'kafkajs';
import type { HandleBatch } from '../../domain/messages.ts';
import type { Logger } from '../../projections/logger.ts';
import { backoffMs } from './backoff.ts';
import { batchesOf } from './batches.ts';
import type { BatchLimits } from './batches.ts';
import type { ConsumerObserver } from './consumer.ts';
import { isLibraryError } from './errors.ts';
import type { Position } from './positions.ts';

export interface LaneOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly handle: HandleBatch;
  readonly limits: BatchLimits;
  readonly heartbeatMs: number;
  readonly logger: Logger;
  readonly observer: ConsumerObserver;
  /** Reads the position again from the database. */
  readonly load: () => Promise<Position>;
  /** Makes the next fetch begin there. */
  readonly seek: (offset: number) => void;
  /** Runs something later, unless the session has ended by then. */
  readonly later: (ms: number, work: () => void) => void;
}

export interface Lane {
  /** Takes a fetch in. Rejects only with what the library threw: that the group rebalances, for instance. */
  take(payload: EachBatchPayload): Promise<void>;
  /** Whether it has found out where fetches continue. */
  begun(): boolean;
}

/** The broker's copy of the offset is for tools that show lag: once a second is enough for them. */
const COMMIT_EVERY_MS = 1_000;

/** @param start where the partition goes on, as looked up when it was assigned */
export function createLane(options: LaneOptions, start: Promise<Position>): Lane {
  const { groupId, topic, partition, handle, limits, logger, observer } = options;
  let known: Promise<Position> | undefined = start;
  /** Whether fetches are known to continue where the database stands. */
  let aligned = false;
  let failures = 0;
  let lastCommit = 0;

  /** Lets the partition rest, the longer the more often it failed. Other partitions go on. */
  function rest(payload: EachBatchPayload): void {
    const resume = payload.pause();
    options.later(backoffMs(failures), resume);
    failures += 1;
  }

  async function position(): Promise<Position> {
    known ??= options.load();
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  }

  /** Whether this fetch holds what comes next; if not, the next one will begin there. */
  function continues({ batch }: EachBatchPayload, { next }: Position): boolean {
    const first = Number(batch.firstOffset());
    if ((!aligned && first > next) || Number(batch.lastOffset()) < next) {
      options.seek(next);
      aligned = true;
      return false;
    }
    if (aligned && first > next)
      logger.warn('offsets are missing in the topic; were messages deleted before they were read?', {
        topic,
        partition,
        next,
        first,
      });
    aligned = true;
    return true;
  }

  async function commit(payload: EachBatchPayload, next: number): Promise<void> {
    const caughtUp = next >= Number(payload.batch.highWatermark);
    const now = performance.now();
    if (!caughtUp && payload.isRunning() && now - lastCommit < COMMIT_EVERY_MS) return;
    lastCommit = now;
    await payload.commitOffsetsIfNecessary({
      topics: [{ topic, partitions: [{ partition, offset: String(next) }] }],
    });
  }

  async function takeAll(payload: EachBatchPayload): Promise<void> {
    const at = await position();
    if (payload.isStale() || !continues(payload, at)) return;
    for (const batch of batchesOf(groupId, payload.batch, at, limits)) {
      const started = performance.now();
      const result = await handle(batch);
      if (result.status === 'fenced') {
        logger.warn('another member has taken the partition on; reading its offset again', {
          topic,
          partition,
          expected: batch.expected,
        });
        observer.fenced?.(topic);
        await reload(payload);
        return;
      }
      failures = 0;
      known = Promise.resolve({ expected: batch.next, next: batch.next });
      payload.resolveOffset(String(batch.next - 1));
      observer.committed?.(topic, batch.messages.length, (performance.now() - started) / 1000, result);
      await commit(payload, batch.next);
      await payload.heartbeat();
      if (!payload.isRunning() || payload.isStale()) return;
    }
  }

  async function reload(payload: EachBatchPayload): Promise<void> {
    known = undefined;
    aligned = false;
    rest(payload);
    options.seek((await position()).next);
    aligned = true;
  }

  return {
    begun: () => aligned,
    async take(payload) {
      // A long transaction must not look like a dead member.
      let left: Error | undefined;
      const beat = () =>
        payload.heartbeat().catch((error: unknown) => {
          left = error instanceof Error ? error : new Error(String(error));
        });
      const beating = setInterval(() => void beat(), options.heartbeatMs);
      try {
        await takeAll(payload);
      } catch (error) {
        // What a call of the library threw is about the group; everything else about this partition alone.
        if (isLibraryError(error)) throw error;
        observer.failed?.(topic, error);
        // Once with its stack; a database that is away says the same at every attempt.
        const reason = error instanceof Error ? error.message : String(error);
        const where = { topic, partition, failures: failures + 1, reason };
        if (failures === 0) logger.error('a batch could not be taken in; trying again', { ...where, error });
        else logger.warn('a batch could not be taken in; trying again', where);
        rest(payload);
      } finally {
        clearInterval(beating);
      }
      if (left) throw left;
    },
  };
}
