import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure } from '../../../cli/wiring.ts';
import { createKafka } from '../../../infra/kafka/client.ts';
import type { Kafka } from '../../../infra/kafka/client.ts';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { createTogether } from '../../../infra/kafka/topics.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { readTick } from '../../../projections/market/tick-rules.ts';
import { run } from '../../cli/support/run.ts';
import { kafkaConfig, until } from '../kafka/support/pipeline.ts';
import { stackBrokers, uniqueTopic } from '../../support/kafka-broker.ts';

const PARTITIONS = 3;
const topic = uniqueTopic('feed');
let kafka: Kafka;
beforeAll(async () => {
  kafka = createKafka(kafkaConfig(), SILENT_LOGGER);
  await withAdmin(kafka, (admin) => createTogether(admin, [{ topic, numPartitions: PARTITIONS }]));
});
afterAll(() => withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic] })));

const feed = (line: string, env: Readonly<Record<string, string>> = {}) =>
  run(line, {
    configure: (given) =>
      configure({ KAFKA_BROKERS: stackBrokers().join(','), KAFKA_TOPIC: topic, ...env, ...given }),
  });

describe('a feed to Kafka', () => {
  it('sends every tick once, those of a symbol in order in the partition of its key', async () => {
    const { exit, out } = await feed('feed --symbols AAPL.O,MSFT.O,BRK.B --rate 20000 --count 5000 --json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ target: `Kafka topic ${topic}`, sent: 5_000, refused: 0 });

    const found = new Map<string, { partitions: Set<number>; times: number[] }>();
    let messages = 0;
    const consumer = kafka.consumer({ groupId: uniqueTopic('group'), maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message, partition }) => {
        const read = readTick(JSON.parse(message.value?.toString('utf8') ?? ''), Date.now());
        if (!read.ok) throw new Error('no tick');
        expect(message.key?.toString('utf8')).toBe(read.tick.symbol);
        const of = found.get(read.tick.symbol) ?? { partitions: new Set(), times: [] };
        of.partitions.add(partition);
        of.times.push(read.tick.timestamp);
        found.set(read.tick.symbol, of);
        messages += 1;
      },
    });
    await until('5,000 messages', () => messages >= 5_000);
    await consumer.disconnect();
    expect(messages).toBe(5_000);
    expect([...found.keys()].sort()).toEqual(['AAPL', 'BRK.B', 'MSFT']);
    for (const { partitions, times } of found.values()) {
      expect(partitions.size).toBe(1);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it('fails when nobody answers', async () => {
    const { exit, notes } = await feed('feed --symbols A --count 1', { KAFKA_BROKERS: '127.0.0.1:1' });
    expect(notes).toContain('no Kafka broker answers');
    expect(exit).toBe(1);
  });
});
