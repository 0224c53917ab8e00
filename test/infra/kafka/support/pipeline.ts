/** From topics of a test's own on the stack's broker into a database of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import { createIngest } from '../../../../commands/ingest/ingest.ts';
import type { Ingest } from '../../../../commands/ingest/ingest.ts';
import { groupName, ingestTopics, topicName } from '../../../../commands/ingest/topics.ts';
import type { ConsumerRole, MessageKind } from '../../../../commands/ingest/topics.ts';
import type { EventLog, StoredEvent } from '../../../../domain/log.ts';
import type { HandleBatch } from '../../../../domain/messages.ts';
import type { KafkaConfig } from '../../../../infra/config/config.ts';
import { loadConfig } from '../../../../infra/config/config.ts';
import { createPostgresEventLog } from '../../../../infra/event-store/postgres-event-log.ts';
import { createKafka } from '../../../../infra/kafka/client.ts';
import type { Kafka } from '../../../../infra/kafka/client.ts';
import { startConsumer } from '../../../../infra/kafka/consumer.ts';
import type { ConsumerOptions, KafkaConsumer } from '../../../../infra/kafka/consumer.ts';
import { withAdmin } from '../../../../infra/kafka/positions.ts';
import { createProducer } from '../../../../infra/kafka/producer.ts';
import type { KafkaProducer } from '../../../../infra/kafka/producer.ts';
import { createMissingTopics, wantedTopics } from '../../../../infra/kafka/topics.ts';
import { createCurrentEpochs } from '../../../../infra/kafka-store/current-epochs.ts';
import { createIngestStore } from '../../../../infra/kafka-store/ingest-store.ts';
import { createLogReads } from '../../../../infra/kafka-store/log-reads.ts';
import { createOffsetStore } from '../../../../infra/kafka-store/offsets.ts';
import { SILENT_LOGGER } from '../../../../projections/logger.ts';
import { createTestDatabase } from '../../../support/database.ts';
import type { TestDatabase } from '../../../support/database.ts';
import { stackBrokers, uniqueTopic } from '../../../support/kafka-broker.ts';

export const NOW = '2025-08-20T12:00:00.000000Z';

const PATIENCE_MS = 60_000;

/** Looks again until the condition holds; fails with what was seen last. */
export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it never came about: ${what}`);
    await delay(20);
  }
}

/** The product's own configuration for a broker, by default the stack's. */
export function kafkaConfig(environment: Readonly<Record<string, string>> = {}): KafkaConfig {
  const { kafka } = loadConfig({ KAFKA_BROKERS: stackBrokers().join(','), ...environment });
  if (!kafka) throw new Error('Kafka is off');
  return kafka;
}

export interface Sent {
  readonly value: unknown;
  readonly key?: string | null;
  readonly headers?: readonly (readonly [string, string])[];
}

export interface Pipeline {
  readonly config: KafkaConfig;
  readonly kafka: Kafka;
  readonly db: TestDatabase;
  readonly log: EventLog;
  readonly ingest: Ingest;
  readonly producer: KafkaProducer;
  topic(kind: MessageKind): string;
  /** Sends values: objects as JSON, text and bytes as they are. */
  send(kind: MessageKind, ...messages: readonly Sent[]): Promise<void>;
  /** Starts a consumer of a role; stopped with the pipeline. */
  consume(role: ConsumerRole, options?: Partial<ConsumerOptions>, wrap?: Wrap): KafkaConsumer;
  /** Waits until everything in the role's topics has been taken in. */
  caughtUp(role: ConsumerRole): Promise<void>;
  events(): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

/** What a test puts around a handler. */
export type Wrap = (handle: HandleBatch) => HandleBatch;

function bytesOf(value: unknown): string | Uint8Array | null {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value;
  return JSON.stringify(value);
}

export async function openPipeline(environment: Readonly<Record<string, string>> = {}): Promise<Pipeline> {
  const own = uniqueTopic('t');
  const config = kafkaConfig({
    KAFKA_TOPIC_PREFIX: `${own}-`,
    KAFKA_TOPIC: `${own}-price-ticks`,
    KAFKA_GROUP_PREFIX: own,
    KAFKA_PARTITIONS: '3',
    KAFKA_SESSION_TIMEOUT_MS: '6000',
    ...environment,
  });
  const kafka = createKafka(config, SILENT_LOGGER);
  await createMissingTopics(kafka, config);
  const db = await createTestDatabase();
  const log = createPostgresEventLog({ database: db.open({ searchPath: 'public' }) });
  const ingest = createIngest({
    log,
    reads: createLogReads(db.database),
    store: createIngestStore(db.database),
    currentEpochs: createCurrentEpochs(async () => db.database),
    clock: () => NOW,
    maxMessageBytes: config.consumer.maxMessageBytes,
  });
  const producer = createProducer({ kafka, logger: SILENT_LOGGER });
  const offsets = createOffsetStore(db.database);
  const consumers: KafkaConsumer[] = [];
  const topic = (kind: MessageKind) => topicName(config.topicPrefix, kind);

  return {
    config,
    kafka,
    db,
    log,
    ingest,
    producer,
    topic,
    send: (kind, ...messages) =>
      producer.send(
        messages.map(({ value, key = null, headers = [] }) => ({
          topic: topic(kind),
          key,
          value: bytesOf(value),
          headers,
        })),
      ),
    consume(role, options = {}, wrap = (handle) => handle) {
      const own = ingestTopics(config.topicPrefix).filter((each) => each.role === role);
      const consumer = startConsumer({
        kafka,
        groupId: groupName(config.groupPrefix, role),
        topics: new Map(own.map(({ name, kind }) => [name, wrap(ingest[kind])])),
        offsets,
        logger: SILENT_LOGGER,
        ...config.consumer,
        ...options,
      });
      consumers.push(consumer);
      return consumer;
    },
    async caughtUp(role) {
      const own = ingestTopics(config.topicPrefix).filter((each) => each.role === role);
      const group = groupName(config.groupPrefix, role);
      await until(`${role} has taken everything in`, async () => {
        const stored = new Map(
          (await offsets.load(group)).map(({ topic: name, partition, next }) => [
            `${name} ${partition}`,
            next,
          ]),
        );
        return withAdmin(kafka, async (admin) => {
          for (const { name } of own)
            for (const { partition, high } of await admin.fetchTopicOffsets(name))
              if (Number(high) !== (stored.get(`${name} ${partition}`) ?? 0)) return false;
          return true;
        });
      });
    },
    events: () => log.readFeed(0, 1_000_000),
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await producer.close();
      await withAdmin(kafka, (admin) =>
        admin.deleteTopics({ topics: wantedTopics(config).map((each) => each.topic) }),
      );
      await log.close();
      await db.close();
    },
  };
}
