/** Reads along on topics: everything that was published, as it was, in the order of each partition. */
import { randomUUID } from 'node:crypto';
import { withAdmin } from '../../infra/kafka/positions.ts';
import type { StreamWorld } from './stream-world.ts';

export interface Tapped {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Tap {
  /** Everything read so far. */
  readonly messages: readonly Tapped[];
  /** Waits until everything that is in the topics by now has been read. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/** @param onMessage is waited for before the next message is given */
export async function tap(
  world: StreamWorld,
  topics: readonly string[],
  onMessage: (message: Tapped) => Promise<void> | void = () => undefined,
): Promise<Tap> {
  const messages: Tapped[] = [];
  const next = new Map<string, number>();
  const consumer = world.kafka.consumer({ groupId: `tap-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message: { offset, key, value, headers = {} } }) => {
      const message = {
        topic,
        partition,
        offset: Number(offset),
        key: key?.toString() ?? null,
        value,
        headers: Object.fromEntries(Object.entries(headers).map(([name, given]) => [name, String(given)])),
      };
      await onMessage(message);
      messages.push(message);
      next.set(`${topic} ${partition}`, message.offset + 1);
    },
  });
  return {
    messages,
    caughtUp: () =>
      world.until(async () => {
        const behind = await withAdmin(world.kafka, async (admin) => {
          let sum = 0;
          for (const topic of topics)
            for (const { partition, high } of await admin.fetchTopicOffsets(topic))
              sum += Number(high) - (next.get(`${topic} ${partition}`) ?? 0);
          return sum;
        });
        return behind > 0 ? `${behind} messages of ${topics.join(', ')} are not read` : undefined;
      }),
    close: () => consumer.disconnect(),
  };
}
