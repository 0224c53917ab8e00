/**
 * A member of a consumer group that hands messages to its handlers in batches, each partition in order.
 *
 * The database is the truth about how far a partition has been taken in: a handler moves the offset in
 * the transaction that holds the effects (see `HandleBatch`). The broker's own offsets are committed
 * afterwards, for tools that show lag. Everything that fails is tried again, for ever: a handler that
 * throws pauses its partition, brokers that are away make the member join anew once they are back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { BatchResult, HandleBatch } from '../../domain/messages.ts';
import type { Logger } from '../../projections/logger.ts';
import { backoffMs } from './backoff.ts';
import { startSession } from './consumer-session.ts';
import type { Session } from './consumer-session.ts';
import { kafkaError } from './errors.ts';
import { lagOf } from './positions.ts';

/** The stored offsets, see `infra/kafka-store/offsets.ts`. */
export interface OffsetStore {
  /** The next offset of every partition that the group has taken anything from. */
  load(groupId: string): Promise<readonly StoredOffset[]>;
}

export interface StoredOffset {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** Told of what happens; every member may be left out. Topics are few, so they may be labels. */
export interface ConsumerObserver {
  /** A batch is in the database. */
  readonly committed?: (
    topic: string,
    messages: number,
    seconds: number,
    result: Extract<BatchResult, { status: 'committed' }>,
  ) => void;
  /** A handler threw; the batch will be given again. */
  readonly failed?: (topic: string, error: unknown) => void;
  /** Another member has the partition, or had it. */
  readonly fenced?: (topic: string) => void;
}

export interface ConsumerOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  /** The full names of the topics, and who takes their messages. The topics must exist. */
  readonly topics: ReadonlyMap<string, HandleBatch>;
  readonly offsets: OffsetStore;
  readonly logger: Logger;
  readonly observer?: ConsumerObserver;
  /** Partitions worked on at once, 2 by default. */
  readonly concurrency?: number;
  /** The most messages of a batch, 1000 by default. */
  readonly maxBatchMessages?: number;
  /** The most bytes of a batch, 1 MiB by default; a single message may exceed it. */
  readonly maxBatchBytes?: number;
  /**
   * The longest a fetch waits for a message, 500 ms by default, and no longer than there may be between two
   * signs of life. The first message ends it: nothing is held back to fill a batch.
   */
  readonly maxWaitMs?: number;
  /** A member that is silent for so long loses its partitions, 10 s by default. */
  readonly sessionTimeoutMs?: number;
  /** How long `stop` waits for the batch in hand, 30 s by default. */
  readonly stopTimeoutMs?: number;
}

export interface ConsumerHealth {
  /** Joined to the group and in conversation with the brokers. */
  readonly ok: boolean;
  /** Why not. */
  readonly detail?: string;
}

export interface KafkaConsumer {
  readonly groupId: string;
  health(): ConsumerHealth;
  /**
   * Messages of each topic that the group has not taken in yet.
   * @throws KafkaError or DatabaseError
   */
  lag(): Promise<ReadonlyMap<string, number>>;
  /** Finishes the batches in hand, then leaves the group. */
  stop(): Promise<void>;
}

/** Trying to connect costs nobody anything, so brokers that are back shall not be kept waiting. */
const MAX_WAIT_MS = 4_000;

/** Starts in the background and never throws: what is not there yet is waited for. */
export function startConsumer(options: ConsumerOptions): KafkaConsumer {
  const logger = options.logger.child({ group: options.groupId });
  const stopping = new AbortController();
  let session: Session | undefined;
  let failure = 'not connected yet';

  async function run(): Promise<void> {
    let failures = 0;
    for (;;) {
      session = startSession(options, logger);
      const error = kafkaError(await session.ended);
      if (stopping.signal.aborted) return;
      failures = session.wasJoined() ? 0 : failures + 1;
      failure = error.message;
      const waitMs = backoffMs(failures, { baseMs: 250, capMs: MAX_WAIT_MS });
      logger.warn('the Kafka consumer lost its group; joining again', {
        code: error.code,
        reason: error.message,
        wait_ms: waitMs,
      });
      try {
        await delay(waitMs, undefined, { signal: stopping.signal });
      } catch {
        return;
      }
    }
  }
  const running = run();

  return {
    groupId: options.groupId,
    health() {
      if (stopping.signal.aborted) return { ok: false, detail: 'stopping' };
      const silence = session?.silence();
      return silence === undefined ? { ok: true } : { ok: false, detail: silence === '' ? failure : silence };
    },
    lag: () => lagOf(options.kafka, options.offsets, options.groupId, [...options.topics.keys()]),
    async stop() {
      stopping.abort();
      await session?.stop();
      await running;
    },
  };
}
