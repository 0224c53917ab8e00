/** One membership in a group, from connecting to leaving or to the first failure the library gives up on. */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Logger } from '../../projections/logger.ts';
import type { ConsumerOptions } from './consumer.ts';
import { backoffMs } from './backoff.ts';
import { RETRY } from './client.ts';
import { KafkaError } from './errors.ts';
import { createLane } from './lane.ts';
import type { Lane } from './lane.ts';
import { laneName, startPositions } from './positions.ts';
import type { Assignment, Position } from './positions.ts';

export interface Session {
  /** Resolves with what ended it; with `undefined` after `stop`. */
  readonly ended: Promise<unknown>;
  wasJoined(): boolean;
  /** Why the member is not at work; empty when that is told elsewhere, `undefined` when it is at work. */
  silence(): string | undefined;
  stop(): Promise<void>;
}

const DEFAULTS = {
  concurrency: 2,
  maxBatchMessages: 1_000,
  maxBatchBytes: 1024 * 1024,
  /** Partitions that rest are looked at again after it, at the latest. */
  maxWaitMs: 500,
  sessionTimeoutMs: 10_000,
  stopTimeoutMs: 30_000,
};
/** Idle members fetch every few seconds at least, so longer silence means that nobody answers. */
const SILENCE_MS = 8_000;
/** Longer than any answer may take, a join that waits for slow members included: the library is stuck. */
const STUCK_MS = 120_000;
const WATCH_EVERY_MS = 5_000;

export function startSession(options: ConsumerOptions, logger: Logger): Session {
  const settings = { ...DEFAULTS, ...definedOf(options) };
  const heartbeatMs = Math.max(1, Math.floor(settings.sessionTimeoutMs / 4));
  const consumer = options.kafka.consumer({
    groupId: options.groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: settings.sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    rebalanceTimeout: Math.max(60_000, settings.sessionTimeoutMs),
    maxWaitTimeInMs: Math.max(1, Math.min(settings.maxWaitMs, heartbeatMs)),
    minBytes: 1,
    maxBytesPerPartition: settings.maxBatchBytes,
    // The library's own restart is not used: it gives up on what it thinks final, and we never do.
    retry: { ...RETRY, restartOnFailure: async () => false },
  });

  let joined = false;
  let everJoined = false;
  let leaving = false;
  let lastAnswer = performance.now();
  let end: (reason: unknown) => void = () => undefined;
  const over = new Promise<unknown>((resolve) => (end = resolve));
  const timers = new Set<NodeJS.Timeout>();
  let lanes = new Map<string, Lane>();

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms).unref();
    timers.add(timer);
  };
  const watching = setInterval(() => {
    if (performance.now() - lastAnswer > STUCK_MS)
      end(new KafkaError('unreachable', `the brokers have not answered for ${STUCK_MS / 1000} s`));
  }, WATCH_EVERY_MS).unref();

  const positionsOf = (assignment: Assignment) =>
    startPositions(options.kafka, options.offsets, options.groupId, assignment, logger);

  /** All that was known of the partitions is from before: somebody else may have had them meanwhile. */
  function assign(assignment: Assignment): void {
    if (leaving) return;
    const looked = positionsOf(assignment);
    lanes = new Map();
    for (const [topic, partitions] of Object.entries(assignment))
      for (const partition of partitions) {
        const name = laneName(topic, partition);
        const handle = options.topics.get(topic);
        if (!handle) continue;
        const pick = async (positions: Promise<ReadonlyMap<string, Position>>): Promise<Position> => {
          const found = (await positions).get(name);
          if (!found) throw new Error(`no position for ${name}`);
          return found;
        };
        // The library throws once it has left, which it does by itself when it gives up.
        const seek = (offset: number) => {
          if (!leaving) consumer.seek({ topic, partition, offset: String(offset) });
        };
        const start = pick(looked);
        const lane = createLane(
          {
            groupId: options.groupId,
            topic,
            partition,
            handle,
            limits: { messages: settings.maxBatchMessages, bytes: settings.maxBatchBytes },
            heartbeatMs,
            logger,
            observer: options.observer ?? {},
            load: () => pick(positionsOf({ [topic]: [partition] })),
            seek,
            later,
          },
          start,
        );
        lanes.set(name, lane);
        /**
         * The library begins where the brokers remember us, which may be behind everything there is: a lane that
         * gets no fetch would never learn that the database stands elsewhere.
         */
        const align = async (position: Promise<Position>, failures = 0): Promise<void> => {
          try {
            const { next } = await position;
            if (lanes.get(name) === lane && !lane.begun()) seek(next);
          } catch {
            if (leaving) return;
            later(backoffMs(failures), () => {
              if (lanes.get(name) === lane)
                void align(pick(positionsOf({ [topic]: [partition] })), failures + 1);
            });
          }
        };
        void align(start);
      }
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    joined = true;
    everJoined = true;
    lastAnswer = performance.now();
    logger.info('joined the group', { partitions: payload.memberAssignment });
    assign(payload.memberAssignment);
  });
  consumer.on(consumer.events.REQUEST, () => void (lastAnswer = performance.now()));
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    joined = false;
    end(payload.error);
  });

  async function work(): Promise<unknown> {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics.keys()], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: settings.concurrency,
      eachBatch: async (payload: EachBatchPayload) => {
        await lanes.get(laneName(payload.batch.topic, payload.batch.partition))?.take(payload);
      },
    });
    return over;
  }

  async function run(): Promise<unknown> {
    try {
      // Connecting may take long; whoever stops meanwhile shall not wait for it.
      return await Promise.race([over, work()]);
    } catch (error) {
      return error;
    } finally {
      joined = false;
      leaving = true;
      await leave(consumer, settings.stopTimeoutMs, logger);
      clearInterval(watching);
      for (const timer of timers) clearTimeout(timer);
    }
  }

  return {
    ended: run(),
    wasJoined: () => everJoined,
    silence() {
      if (!joined) return '';
      return performance.now() - lastAnswer > SILENCE_MS ? 'the brokers do not answer' : undefined;
    },
    async stop() {
      end(undefined);
    },
  };
}

/** Finishes what is in hand and leaves the group, in bounded time: a database that hangs must not hold us. */
async function leave(consumer: Consumer, timeoutMs: number, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  const left = consumer.disconnect().then(
    () => 'left' as const,
    (error: unknown) => {
      logger.debug('leaving the group failed', { error });
      return 'left' as const;
    },
  );
  if ((await Promise.race([left, timeout])) === 'late')
    logger.warn(
      'a batch was still in hand when the time to stop was over; it will be given to another member',
    );
  clearTimeout(timer);
}

function definedOf(options: ConsumerOptions): Partial<typeof DEFAULTS> {
  const { concurrency, maxBatchMessages, maxBatchBytes, maxWaitMs, sessionTimeoutMs, stopTimeoutMs } =
    options;
  return Object.fromEntries(
    Object.entries({
      concurrency,
      maxBatchMessages,
      maxBatchBytes,
      maxWaitMs,
      sessionTimeoutMs,
      stopTimeoutMs,
    }).filter(([, value]) => value !== undefined),
  );
}
