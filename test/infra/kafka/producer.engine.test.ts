import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaMessage } from 'kafkajs';
import { createKafka } from '../../../infra/kafka/client.ts';
import type { Kafka } from '../../../infra/kafka/client.ts';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { createProducer } from '../../../infra/kafka/producer.ts';
import type { KafkaProducer } from '../../../infra/kafka/producer.ts';
import { createTogether } from '../../../infra/kafka/topics.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { startBroker, uniqueTopic } from '../../support/kafka-broker.ts';
import { kafkaConfig, until } from './support/pipeline.ts';

let kafka: Kafka;
let producer: KafkaProducer;
const topics: string[] = [];
beforeAll(() => {
  kafka = createKafka(kafkaConfig(), SILENT_LOGGER);
  producer = createProducer({ kafka, logger: SILENT_LOGGER });
});
afterAll(async () => {
  await producer.close();
  await withAdmin(kafka, (admin) => admin.deleteTopics({ topics }));
});

async function topic(partitions: number, client = kafka): Promise<string> {
  const name = uniqueTopic('producer');
  if (client === kafka) topics.push(name);
  await withAdmin(client, (admin) => createTogether(admin, [{ topic: name, numPartitions: partitions }]));
  return name;
}

async function read(
  name: string,
  count: number,
  client = kafka,
): Promise<(KafkaMessage & { partition: number })[]> {
  const found: (KafkaMessage & { partition: number })[] = [];
  const consumer = client.consumer({ groupId: uniqueTopic('group'), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [name], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message, partition }) => void found.push({ ...message, partition }),
  });
  await until(`${count} messages`, () => found.length >= count);
  await consumer.disconnect();
  return found;
}

describe('the producer', () => {
  it('sends keys, values and headers byte for byte, absent ones as absent', async () => {
    const name = await topic(1);
    const bytes = Buffer.from([0, 1, 254, 255]);
    await producer.send([
      {
        topic: name,
        key: bytes,
        value: bytes,
        headers: [
          ['a', bytes],
          ['a', 'second'],
          ['b', ''],
        ],
      },
      { topic: name, key: null, value: null },
    ]);
    const [first, second] = await read(name, 2);
    expect(first).toMatchObject({
      key: bytes,
      value: bytes,
      headers: { a: [bytes, Buffer.from('second')], b: Buffer.alloc(0) },
    });
    expect(second).toMatchObject({ key: null, value: null });
  });

  it('keeps the order of each key, however much there is and whoever sends at the same time', async () => {
    const name = await topic(4);
    const filler = 'x'.repeat(1_000);
    const message = (i: number) => ({ topic: name, key: `K${i % 9}`, value: `${i} ${filler}` });
    const all = Array.from({ length: 4_000 }, (_, i) => message(i));
    await Promise.all([
      producer.send(all.slice(0, 1_500)),
      producer.send(all.slice(1_500, 1_501)),
      producer.send(all.slice(1_501)),
    ]);
    const found = await read(name, 4_000);
    expect(found).toHaveLength(4_000);
    for (let k = 0; k < 9; k++) {
      const own = found.filter(({ key }) => key?.toString() === `K${k}`);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
      const numbers = own.map(({ value }) => Number(value?.toString().split(' ')[0]));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  it('says what was wrong, and goes on with what comes next', async () => {
    const name = await topic(1);
    await expect(
      producer.send([{ topic: uniqueTopic('nowhere'), key: null, value: 'x' }]),
    ).rejects.toMatchObject({ name: 'KafkaError', code: 'unknown_topic' });
    await expect(
      producer.send([{ topic: name, key: null, value: 'x'.repeat(2_000_000) }]),
    ).rejects.toMatchObject({ code: 'too_large' });
    await producer.send([{ topic: name, key: null, value: 'after' }]);
    expect((await read(name, 1)).map(({ value }) => value?.toString())).toEqual(['after']);
  });

  it('fails while its broker is away and works again once it is back', async () => {
    const broker = await startBroker();
    const client = createKafka(kafkaConfig({ KAFKA_BROKERS: broker.address }), SILENT_LOGGER);
    const own = createProducer({ kafka: client, logger: SILENT_LOGGER });
    try {
      const name = await topic(1, client);
      await own.send([{ topic: name, key: null, value: 'one' }]);
      await broker.kill();
      await expect(own.send([{ topic: name, key: null, value: 'lost' }])).rejects.toMatchObject({
        code: 'unreachable',
      });
      await broker.restart();
      await own.send([{ topic: name, key: null, value: 'two' }]);
      expect((await read(name, 2, client)).map(({ value }) => value?.toString())).toEqual(['one', 'two']);
    } finally {
      await own.close();
      await broker.stop();
    }
  });

  it('takes nothing once it is closed', async () => {
    const closed = createProducer({ kafka, logger: SILENT_LOGGER });
    await closed.close();
    await expect(closed.send([{ topic: 'x', key: null, value: 'x' }])).rejects.toMatchObject({
      code: 'closed',
    });
  });
});
