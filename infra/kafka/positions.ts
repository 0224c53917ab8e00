/** Where to go on in a partition, and how far a group is behind. */
import type { Admin, Kafka } from 'kafkajs';
import type { Logger } from '../../projections/logger.ts';
import type { OffsetStore } from './consumer.ts';
import { RETRY } from './client.ts';
import { kafkaError } from './errors.ts';

/** Topics and their partitions. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

/** What a partition stands at. */
export interface Position {
  /** The offset as stored; without a row of its own, where reading begins. */
  readonly expected: number;
  /** The first offset to take. */
  readonly next: number;
}

/** The name of a partition in maps. */
export function laneName(topic: string, partition: number): string {
  return `${topic} ${partition}`;
}

/** Runs some work with an administrator of its own, which is left whatever happens. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin({ retry: RETRY });
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw kafkaError(error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

async function endsOf(admin: Admin, topic: string): Promise<Map<number, Ends>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(
    offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
  );
}

/**
 * Where each partition goes on:
 * - at the stored offset, whatever the brokers remember of the group;
 * - never taken from: at the earliest message there is;
 * - stored offset older than the earliest message (retention was faster than we were): at the earliest,
 *   with an error in the log, since messages are lost;
 * - stored offset beyond the end (the topic was made anew, or a broker lost its tail): at the earliest,
 *   with an error in the log. What is known already is recognised as a repeat.
 */
export async function startPositions(
  kafka: Kafka,
  offsets: OffsetStore,
  groupId: string,
  assignment: Assignment,
  logger: Logger,
): Promise<Map<string, Position>> {
  const stored = new Map(
    (await offsets.load(groupId)).map(({ topic, partition, next }) => [laneName(topic, partition), next]),
  );
  return withAdmin(kafka, async (admin) => {
    const positions = new Map<string, Position>();
    for (const [topic, partitions] of Object.entries(assignment)) {
      const ends = await endsOf(admin, topic);
      for (const partition of partitions) {
        const name = laneName(topic, partition);
        const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
        const known = stored.get(name);
        if (known === undefined) {
          positions.set(name, { expected: low, next: low });
        } else if (known >= low && known <= high) {
          positions.set(name, { expected: known, next: known });
        } else {
          logger.error('the stored offset is not in the topic any more; going on at the earliest message', {
            topic,
            partition,
            stored: known,
            earliest: low,
            end: high,
            lost: Math.max(0, low - known),
          });
          positions.set(name, { expected: known, next: low });
        }
      }
    }
    return positions;
  });
}

/** Messages of each topic that a group has not taken in; a partition never touched counts from its start. */
export async function lagOf(
  kafka: Kafka,
  offsets: OffsetStore,
  groupId: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const stored = new Map(
    (await offsets.load(groupId)).map(({ topic, partition, next }) => [laneName(topic, partition), next]),
  );
  return withAdmin(kafka, async (admin) => {
    const lag = new Map<string, number>();
    for (const topic of topics) {
      let behind = 0;
      for (const [partition, { low, high }] of await endsOf(admin, topic)) {
        const next = stored.get(laneName(topic, partition)) ?? low;
        behind += Math.max(0, high - Math.max(low, next > high ? low : next));
      }
      lag.set(topic, behind);
    }
    return lag;
  });
}
