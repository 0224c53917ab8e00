/** Kafka: the consumers of a role, the publisher of the outbox, and the scheduler of aggregation. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProbeResult } from '../../api/ports.ts';
import { createIngest } from '../../commands/ingest/ingest.ts';
import { alertsTopic, groupName, topicName, topicsOf } from '../../commands/ingest/topics.ts';
import type { ConsumerRole, MessageKind } from '../../commands/ingest/topics.ts';
import type { Instant } from '../../domain/dates.ts';
import type { EventLog } from '../../domain/log.ts';
import type { HandleBatch } from '../../domain/messages.ts';
import type { KafkaConfig } from '../../infra/config/config.ts';
import type { Database } from '../../infra/database/database.ts';
import { createAlertPublisher } from '../../infra/alerts/kafka-alerts.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { startConsumer } from '../../infra/kafka/consumer.ts';
import type { ConsumerObserver, KafkaConsumer } from '../../infra/kafka/consumer.ts';
import { createOutboxPublisher } from '../../infra/kafka/outbox-publisher.ts';
import { createDeadLetterPublisher } from '../../infra/kafka/dead-letter-publisher.ts';
import { createProducer } from '../../infra/kafka/producer.ts';
import { createMissingTopics } from '../../infra/kafka/topics.ts';
import { createAggregationStore } from '../../infra/kafka-store/aggregation-store.ts';
import { createCurrentEpochs } from '../../infra/kafka-store/current-epochs.ts';
import { createIngestStore } from '../../infra/kafka-store/ingest-store.ts';
import { createLogReads } from '../../infra/kafka-store/log-reads.ts';
import { createOffsetStore } from '../../infra/kafka-store/offsets.ts';
import type { ProcessMetrics } from '../../infra/metrics/metrics.ts';
import { createAggregationConsumer } from '../../projections/aggregation/order-consumer.ts';
import { createAggregator } from '../../projections/aggregation/aggregator.ts';
import { createAggregationScheduler } from '../../projections/aggregation/scheduler.ts';
import { createSnapshotConsumer } from '../../projections/aggregation/snapshot-consumer.ts';
import type { Logger } from '../../projections/logger.ts';
import type { PublishAlerts } from '../../projections/market/alert-delivery.ts';
import { retryDelay } from '../../projections/outbox/polling.ts';
import type { Polling } from '../../projections/outbox/polling.ts';
import type { Projections } from '../../projections/service.ts';
import type { RoleDuties, TopicShare } from './roles.ts';

export interface Streams {
  start(): void;
  stop(): Promise<void>;
  /** Something may be there to be published. */
  wake(): void;
  health(): Promise<ProbeResult>;
  readonly publishAlerts: PublishAlerts;
}

export interface StreamsOptions {
  readonly config: KafkaConfig;
  readonly duties: RoleDuties;
  readonly log: EventLog;
  readonly clock: () => Instant;
  readonly main: Database;
  readonly activeDatabase: () => Promise<Database>;
  readonly projections: Projections;
  /** Present: this process takes ticks in. */
  readonly ticks?: TickConsumption;
  readonly metrics: ProcessMetrics;
  readonly logger: Logger;
}

export interface TickConsumption {
  readonly take: HandleBatch;
  /** The most ticks of one transaction. */
  readonly batchSize: number;
  /** The longest a fetch waits for the first of them, in milliseconds. */
  readonly flushIntervalMs: number;
}

/** Nothing is connected before `start`. */
export function createStreams(options: StreamsOptions): Streams {
  const { config, duties, main, activeDatabase, metrics, logger } = options;
  const kafka = createKafka(config, logger);
  const producer = createProducer({
    kafka,
    logger,
    observe: (topic, messages, outcome) =>
      metrics.kafkaMessages(topic, 'produced', outcome === 'produced' ? 'ok' : 'failed', messages),
  });
  const prefix = config.topicPrefix;
  const publisher = createOutboxPublisher({
    activeDatabase,
    producer,
    topics: {
      transactions: topicName(prefix, 'transactions'),
      snapshots: topicName(prefix, 'snapshots'),
      aggregation: topicName(prefix, 'aggregation'),
    },
    republishReplays: config.republishReplays,
    publishDeadLetters: createDeadLetterPublisher({ database: main, producer }),
    logger,
    metrics,
  });
  const handlers = handlersOf(options, publisher.wake);
  let consumers: KafkaConsumer[] = [];

  function consumerOf(share: TopicShare): KafkaConsumer {
    const role = GROUPS[share];
    const topics = topicsOf(prefix).filter((topic) => topic.role === role);
    return startConsumer({
      kafka,
      groupId: groupName(config.groupPrefix, role),
      topics: new Map(topics.map((topic) => [topic.name, handlers.take[topic.kind]])),
      offsets: createOffsetStore(main),
      logger,
      observer: observerOf(metrics),
      concurrency: config.consumer.concurrency,
      maxBatchMessages: config.consumer.maxBatchMessages,
      maxBatchBytes: config.consumer.maxBatchBytes,
      sessionTimeoutMs: config.consumer.sessionTimeoutMs,
    });
  }

  function tickConsumer({ take, batchSize, flushIntervalMs }: TickConsumption): KafkaConsumer {
    return startConsumer({
      kafka,
      groupId: config.groupId,
      topics: new Map([[config.topic, take]]),
      offsets: createOffsetStore(main),
      logger,
      observer: observerOf(metrics),
      concurrency: config.consumer.concurrency,
      maxBatchMessages: batchSize,
      maxBatchBytes: config.consumer.maxBatchBytes,
      maxWaitMs: flushIntervalMs,
      sessionTimeoutMs: config.consumer.sessionTimeoutMs,
    });
  }

  const starting = new AbortController();
  let obstacle: string | undefined = 'not connected yet';

  /** Consumers want their topics to be there; brokers that are away are waited for. */
  async function prepare(): Promise<void> {
    for (let failures = 1; !starting.signal.aborted; failures++) {
      try {
        if (config.topics.create) {
          const created = await createMissingTopics(kafka, config);
          if (created.length > 0) logger.info('created topics', { topics: created });
        }
        break;
      } catch (error) {
        obstacle = error instanceof Error ? error.message : String(error);
        logger.warn('Kafka is not to be had; trying again', { error });
        await delay(retryDelay(failures), undefined, { signal: starting.signal }).catch(() => undefined);
      }
    }
    if (starting.signal.aborted) return;
    obstacle = undefined;
    consumers = [...duties.consumes.map(consumerOf), ...(options.ticks ? [tickConsumer(options.ticks)] : [])];
  }
  let preparing: Promise<void> = Promise.resolve();

  const health = (): ProbeResult =>
    obstacle === undefined
      ? (consumers.map((consumer) => consumer.health()).find(({ ok }) => !ok) ?? { ok: true })
      : { ok: false, detail: obstacle };
  const observing = observeEvery(OBSERVE_EVERY_MS, logger, async () => {
    metrics.kafkaConnected(health().ok);
    for (const consumer of consumers)
      for (const [topic, messages] of await consumer.lag()) metrics.consumerLag(topic, messages);
  });

  return {
    start() {
      preparing = prepare();
      if (duties.publishes) publisher.start();
      if (duties.schedules) for (const loop of handlers.loops) loop.start();
      observing.start();
    },
    async stop() {
      observing.stop();
      starting.abort();
      await preparing;
      await Promise.all([
        ...consumers.map((consumer) => consumer.stop()),
        ...handlers.loops.map((loop) => loop.stop()),
        publisher.stop(),
      ]);
      await producer.close();
    },
    wake() {
      publisher.wake();
      for (const loop of handlers.loops) loop.wake();
    },
    health: async () => health(),
    publishAlerts: createAlertPublisher({ producer, topic: alertsTopic(prefix) }),
  };
}

const GROUPS: Readonly<Record<TopicShare, ConsumerRole>> = {
  facts: 'positions',
  market: 'market-data',
  regeneration: 'timeseries',
};

const OBSERVE_EVERY_MS = 5_000;

/** Who takes each kind of message, and the loops that do what two of them ask for. */
function handlersOf(
  { config, log, clock, main, activeDatabase, projections, metrics, logger }: StreamsOptions,
  publish: () => void,
): { take: Readonly<Record<MessageKind, HandleBatch>>; loops: readonly Polling[] } {
  const ingest = createIngest({
    log,
    reads: createLogReads(main),
    store: createIngestStore(main),
    currentEpochs: createCurrentEpochs(activeDatabase),
    clock,
    maxMessageBytes: config.consumer.maxMessageBytes,
    onAppended: (events) => {
      if (events === 0) return;
      metrics.eventsAppended('kafka', events);
      projections.wake();
    },
  });
  const store = createAggregationStore(activeDatabase);
  const onRepair = projections.wake;
  const scheduler = createAggregationScheduler({
    store,
    newId: randomUUID,
    logger,
    onScheduled: publish,
    onRepair,
  });
  const aggregator = createAggregator({ store, logger, metrics, onRepair });
  return {
    take: {
      ...ingest,
      snapshots: createSnapshotConsumer({ store, logger, metrics, onRepair, onEligible: scheduler.wake }),
      aggregation: createAggregationConsumer({ store, onOrder: aggregator.wake }),
    },
    loops: [scheduler, aggregator],
  };
}

/** Looks at something every so often; a look that fails is no more than that. */
function observeEvery(ms: number, logger: Logger, look: () => Promise<void>) {
  let timer: NodeJS.Timeout | undefined;
  const observe = () => {
    look().catch((error: unknown) => logger.debug('Kafka could not be measured', { error }));
  };
  return {
    start() {
      timer ??= setInterval(observe, ms);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function observerOf(metrics: ProcessMetrics): ConsumerObserver {
  return {
    committed(topic, _messages, seconds, { counts, deadLetters }) {
      metrics.kafkaBatch(topic, seconds);
      metrics.kafkaMessages(topic, 'consumed', 'ok', counts.accepted);
      metrics.kafkaMessages(topic, 'consumed', 'duplicate', counts.duplicate);
      metrics.kafkaMessages(topic, 'consumed', 'ignored', counts.ignored);
      metrics.kafkaMessages(topic, 'consumed', 'fenced', counts.fenced);
      metrics.kafkaMessages(topic, 'consumed', 'dead_letter', deadLetters.length);
      metrics.fencedMessages(topic, counts.fenced);
      for (const { code } of deadLetters) metrics.deadLetters(topic, code, 1);
    },
    failed: (topic) => metrics.kafkaMessages(topic, 'consumed', 'failed', 1),
  };
}
