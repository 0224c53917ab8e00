/** The topics on the brokers: which there are, and making those that are missing. */
import type { Admin, ITopicConfig, Kafka } from 'kafkajs';
import { deadLetterTopic, topicsOf } from '../../commands/ingest/topics.ts';
import type { CreateTopics } from '../../commands/ingest/operations.ts';
import type { KafkaConfig } from '../config/config.ts';
import { withAdmin } from './positions.ts';

export type TopicSettings = Pick<KafkaConfig, 'topicPrefix' | 'topics' | 'consumer'>;

const DAY_MS = 86_400_000;
/** Dead letters wait for people. */
const DEAD_LETTER_DAYS = 365;
/** Room for the headers that say what was wrong. */
const HEADER_BYTES = 65_536;
const BROKER_DEFAULT_BYTES = 1_048_588;
/** Lets the brokers choose. */
const BROKER_DEFAULT = -1;

/** Every topic we consume or produce as it would be made. */
export function wantedTopics(
  { topicPrefix, topics, consumer }: TopicSettings,
  options: CreateTopics = {},
): ITopicConfig[] {
  const partitions = options.partitions ?? topics.partitions;
  const replicationFactor = options.replication ?? topics.replication ?? BROKER_DEFAULT;
  const deadLetterBytes = Math.max(BROKER_DEFAULT_BYTES, consumer.maxMessageBytes) + HEADER_BYTES;
  return topicsOf(topicPrefix).flatMap(({ name, order }) => [
    { topic: name, numPartitions: order === 'total' ? 1 : partitions, replicationFactor },
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

async function createTogether(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics, waitForLeaders: true, timeout: 15_000 });
}
