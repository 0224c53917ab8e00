/** The topics on the brokers: which there are, and making those that are missing. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ITopicConfig, Kafka } from 'kafkajs';
import { alertsTopic, deadLetterTopic, topicsOf } from '../../commands/ingest/topics.ts';
import type { CreateTopics } from '../../commands/ingest/operations.ts';
import type { KafkaConfig } from '../config/config.ts';
import { KafkaError } from './errors.ts';
import { withAdmin } from './positions.ts';

export type TopicSettings = Pick<KafkaConfig, 'topic' | 'topicPrefix' | 'topics' | 'consumer'>;

const DAY_MS = 86_400_000;
/** Dead letters wait for people. */
const DEAD_LETTER_DAYS = 365;
/** Room for the headers that say what was wrong. */
const HEADER_BYTES = 65_536;
const BROKER_DEFAULT_BYTES = 1_048_588;
/** Lets the brokers choose. */
const BROKER_DEFAULT = -1;

/**
 * The client reads messages that are not compressed, or by gzip. Told so, the brokers unpack what comes
 * packed otherwise, so that any producer will do.
 */
const UNPACKED = { name: 'compression.type', value: 'uncompressed' };

/** Every topic we consume or produce as it would be made, that of ticks among them, which has no prefix. */
export function wantedTopics(
  { topic: ticks, topicPrefix, topics, consumer }: TopicSettings,
  options: CreateTopics = {},
): ITopicConfig[] {
  const partitions = options.partitions ?? topics.partitions;
  const replicationFactor = options.replication ?? topics.replication ?? BROKER_DEFAULT;
  const deadLetterBytes = Math.max(BROKER_DEFAULT_BYTES, consumer.maxMessageBytes) + HEADER_BYTES;
  const named = [...topicsOf(topicPrefix), { name: ticks, order: 'item' }];
  const consumed = named.flatMap(({ name, order }) => [
    {
      topic: name,
      numPartitions: order === 'total' ? 1 : partitions,
      replicationFactor,
      configEntries: [UNPACKED],
    },
    {
      topic: deadLetterTopic(name),
      numPartitions: 1,
      replicationFactor,
      configEntries: [
        { name: 'retention.ms', value: String(DEAD_LETTER_DAYS * DAY_MS) },
        { name: 'max.message.bytes', value: String(deadLetterBytes) },
      ],
    },
  ]);
  const alerts = { topic: alertsTopic(topicPrefix), numPartitions: partitions, replicationFactor };
  return [...consumed, alerts];
}

/**
 * Makes the topics that are missing and leaves the others as they are. Several processes may do so at once.
 * @returns the names of those made
 * @throws KafkaError
 */
export async function createMissingTopics(
  kafka: Kafka,
  settings: TopicSettings,
  options: CreateTopics = {},
): Promise<string[]> {
  return withAdmin(kafka, async (admin) => {
    const known = new Set(await admin.listTopics());
    const missing = wantedTopics(settings, options).filter(({ topic }) => !known.has(topic));
    if (missing.length === 0) return [];
    await createTogether(admin, missing);
    return missing.map(({ topic }) => topic);
  });
}

/** How long the brokers may take to tell each other of new topics. */
const PROPAGATION_MS = 15_000;
const LOOK_EVERY_MS = 50;

/**
 * Makes topics and waits until they can be used. The library's own waiting is not used: it fails when
 * the broker it asks has not heard of the topic yet.
 * @throws KafkaError; not for topics that are there already
 */
export async function createTogether(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics, waitForLeaders: false, timeout: PROPAGATION_MS });
  const deadline = performance.now() + PROPAGATION_MS;
  const wanted = topics.map(({ topic }) => topic);
  while (!(await areThere(admin, wanted))) {
    if (performance.now() > deadline)
      throw new KafkaError('unknown_topic', `created, but not to be seen: ${wanted.join(', ')}`);
    await delay(LOOK_EVERY_MS);
  }
}

async function areThere(admin: Admin, names: string[]): Promise<boolean> {
  const known = new Set(await admin.listTopics());
  if (!names.every((name) => known.has(name))) return false;
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  return topics.every(
    ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
  );
}
