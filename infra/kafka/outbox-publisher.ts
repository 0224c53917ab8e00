/**
 * Publishes what folds and schedulers have left in the outbox.
 *
 * Any number of processes may run it: one row's lock decides who publishes, so that the messages of a portfolio
 * keep their order. Rows leave the outbox after the brokers have acknowledged their messages; a process killed in
 * between leaves them to be sent again, which readers must bear (and ours do).
 */
import type { Database } from '../database/database.ts';
import type { Logger } from '../../projections/logger.ts';
import { aggregationMessages, replayMessage, snapshotMessage } from '../../projections/outbox/messages.ts';
import type { Outgoing } from '../../projections/outbox/messages.ts';
import type { OutboxMetrics } from '../../projections/outbox/metrics.ts';
import { createPolling } from '../../projections/outbox/polling.ts';
import type { Polling } from '../../projections/outbox/polling.ts';
import { planRound, rowsOf } from '../../projections/outbox/round.ts';
import type { Round } from '../../projections/outbox/round.ts';
import * as store from '../kafka-store/outbox-store.ts';
import { DatabaseError } from '../database/database.ts';
import { KafkaError } from './errors.ts';
import type { KafkaProducer, OutgoingMessage } from './producer.ts';

/** Full names, prefix and all. */
export interface OutboxTopics {
  readonly transactions: string;
  readonly snapshots: string;
  readonly aggregation: string;
}

export interface OutboxPublisherOptions {
  /** The pool of the generation that readers see now. */
  readonly activeDatabase: () => Promise<Database>;
  readonly producer: Pick<KafkaProducer, 'send'>;
  readonly topics: OutboxTopics;
  /** Whether transactions are published again when they move a key to a new epoch. */
  readonly republishReplays: boolean;
  readonly logger: Logger;
  readonly metrics?: OutboxMetrics;
  /** Publishes dead letters in the same lease; returns how many. */
  readonly publishDeadLetters?: () => Promise<number>;
  /** Milliseconds between looks at an empty outbox, at first; 100 by default. */
  readonly pollMs?: number;
  /** The most messages of a round, 5,000 by default. */
  readonly budget?: number;
}

export interface OutboxPublisher extends Polling {
  /**
   * Publishes one round, unless another process is publishing.
   * @returns how many messages went out or rows were dropped; 0 when there was nothing to do
   * @throws KafkaError or DatabaseError; the rows are then still there
   */
  step(): Promise<number>;
}

const POLL_MS = 100;
const BUDGET = 5_000;
/** Milliseconds between two looks at the depth of the outbox. */
const MEASURE_EVERY_MS = 2_000;

export function createOutboxPublisher(options: OutboxPublisherOptions): OutboxPublisher {
  const { producer, topics, republishReplays, logger, metrics } = options;
  const budget = options.budget ?? BUDGET;
  let measured = -Infinity;

  const to = (topic: string, messages: readonly Outgoing[]): OutgoingMessage[] =>
    messages.map((message) => ({ topic, ...message }));

  async function measure(database: Database): Promise<void> {
    if (!metrics || performance.now() - measured < MEASURE_EVERY_MS) return;
    measured = performance.now();
    const { rows, ageSeconds } = await store.backlog(database);
    metrics.outbox(rows, ageSeconds);
  }

  /** Transactions first: whoever recomputes from them meets the new epoch there. */
  async function send(tx: Parameters<typeof store.snapshots>[0], { rows }: Round): Promise<number> {
    let sent = 0;
    if (republishReplays)
      for await (const page of store.replayPages(tx, rowsOf(rows, 'replay'))) {
        await producer.send(to(topics.transactions, page.map(replayMessage)));
        sent += page.length;
      }
    const persisted = await store.snapshots(tx, rowsOf(rows, 'snapshots'));
    const messages = [
      ...to(topics.snapshots, persisted.map(snapshotMessage)),
      ...to(topics.aggregation, rowsOf(rows, 'aggregation').flatMap(aggregationMessages)),
    ];
    if (messages.length > 0) await producer.send(messages);
    return sent + messages.length;
  }

  async function step(): Promise<number> {
    const database = await options.activeDatabase();
    await measure(database);
    let failure: { readonly error: unknown } | undefined;
    const bury = async () => {
      try {
        return (await options.publishDeadLetters?.()) ?? 0;
      } catch (error) {
        failure = { error };
        return 0;
      }
    };
    const done = await database.transaction(async (tx) => {
      if (!(await store.takeLease(tx))) return 0;
      // A dead letter that cannot be published must not keep everything else.
      const buried = await bury();
      const round = planRound(await store.oldestRows(tx, budget), budget);
      if (round.rows.length === 0) return buried;
      const messages = await send(tx, round);
      await store.advance(tx, round);
      logger.debug('published from the outbox', { rows: round.rows.length, messages });
      return buried + Math.max(messages, round.rows.length);
    });
    if (failure) throw failure.error;
    return done;
  }

  const polling = createPolling({
    step,
    pollMs: options.pollMs ?? POLL_MS,
    onError: (error) => {
      measured = -Infinity;
      const code = error instanceof KafkaError || error instanceof DatabaseError ? error.code : undefined;
      logger.warn('the outbox could not be published; it will be tried again', { code, error });
    },
  });
  return { ...polling, step };
}
