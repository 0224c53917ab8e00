/** A look at the cluster through the eyes of the client: what `chronofolio kafka` does. */
import type { Admin, Kafka } from 'kafkajs';
import type {
  GroupReport,
  KafkaOperations,
  KafkaReport,
  TopicReport,
} from '../../commands/ingest/operations.ts';
import type { ConsumerRole } from '../../commands/ingest/topics.ts';
import { alertsTopic, deadLetterTopic, groupName, topicsOf } from '../../commands/ingest/topics.ts';
import type { KafkaConfig } from '../config/config.ts';
import { kafkaError } from './errors.ts';
import { withAdmin } from './positions.ts';
import { createMissingTopics } from './topics.ts';

export type OperationSettings = Pick<
  KafkaConfig,
  'topic' | 'groupId' | 'topicPrefix' | 'groupPrefix' | 'topics' | 'consumer'
>;

export function createKafkaOperations(kafka: Kafka, settings: OperationSettings): KafkaOperations {
  return {
    check: () => withAdmin(kafka, (admin) => check(kafka, admin, settings)),
    createTopics: (options) => createMissingTopics(kafka, settings, options),
  };
}

async function check(kafka: Kafka, admin: Admin, settings: OperationSettings): Promise<KafkaReport> {
  const { brokers, controller, clusterId } = await admin.describeCluster();
  const consumed = topicsOf(settings.topicPrefix);
  const ticks = { name: settings.topic, kind: 'ticks' } as const;
  const problems: string[] = [];
  const topics = await topicReports(admin, [
    ...[...consumed, ticks].flatMap(({ name, kind }) => [
      { topic: name, kind },
      { topic: deadLetterTopic(name), kind: 'dead-letters' as const },
    ]),
    { topic: alertsTopic(settings.topicPrefix), kind: 'alerts' },
  ]);
  const missing = topics.filter(({ exists }) => !exists).map(({ topic }) => topic);
  if (missing.length > 0) problems.push(`${missing.length} of ${topics.length} topics are missing`);
  for (const { topic, under_replicated: behind } of topics)
    if (behind > 0) problems.push(`${topic}: ${behind} partitions without all of their replicas`);

  const present = new Set(topics.filter(({ exists }) => exists).map(({ topic }) => topic));
  const groups: GroupReport[] = [];
  const members = [
    ...ROLES.map((role) => ({
      role,
      group: groupName(settings.groupPrefix, role),
      reads: consumed.filter((topic) => topic.role === role),
    })),
    { role: 'ticks', group: settings.groupId, reads: [ticks] } as const,
  ];
  for (const { role, group, reads } of members) {
    const own = reads.map(({ name }) => name).filter((name) => present.has(name));
    try {
      groups.push(await groupReport(admin, group, role, own));
    } catch (error) {
      problems.push(`group ${group}: ${kafkaError(error).message}`);
    }
  }
  const refusal = await mayProduce(kafka);
  if (refusal !== undefined) problems.push(`producing is not possible: ${refusal}`);
  return {
    cluster_id: clusterId,
    brokers: brokers.map(({ nodeId, host, port }) => ({
      id: nodeId,
      address: `${host}:${port}`,
      controller: nodeId === controller,
    })),
    topics,
    groups,
    problems,
  };
}

const ROLES: readonly ConsumerRole[] = ['positions', 'market-data', 'timeseries'];

async function topicReports(
  admin: Admin,
  named: readonly Pick<TopicReport, 'topic' | 'kind'>[],
): Promise<TopicReport[]> {
  const known = new Set(await admin.listTopics());
  const present = named.filter(({ topic }) => known.has(topic)).map(({ topic }) => topic);
  const { topics } =
    present.length === 0 ? { topics: [] } : await admin.fetchTopicMetadata({ topics: present });
  const byName = new Map(topics.map(({ name, partitions }) => [name, partitions]));
  return named.map(({ topic, kind }) => {
    const partitions = byName.get(topic);
    return {
      topic,
      kind,
      exists: partitions !== undefined,
      partitions: partitions?.length ?? 0,
      replication: Math.max(0, ...(partitions ?? []).map(({ replicas }) => replicas.length)),
      under_replicated: (partitions ?? []).filter(({ replicas, isr }) => isr.length < replicas.length).length,
    };
  });
}

async function groupReport(
  admin: Admin,
  group: string,
  role: GroupReport['role'],
  topics: string[],
): Promise<GroupReport> {
  const { groups } = await admin.describeGroups([group]);
  const [description] = groups;
  const committed = topics.length === 0 ? [] : await admin.fetchOffsets({ groupId: group, topics });
  const lag: { topic: string; messages: number }[] = [];
  for (const { topic, partitions } of committed) {
    const next = new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    let messages = 0;
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      // -1: never taken from.
      messages += Math.max(0, Number(high) - Math.max(Number(low), next.get(partition) ?? -1));
    lag.push({ topic, messages });
  }
  return {
    group,
    role,
    state: description?.state ?? 'Dead',
    members: description?.members.length ?? 0,
    lag,
  };
}

/** Asks for the identity of an idempotent producer, which the brokers give only to those who may write. */
async function mayProduce(kafka: Kafka): Promise<string | undefined> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  try {
    await producer.connect();
    return undefined;
  } catch (error) {
    return kafkaError(error).message;
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
}
