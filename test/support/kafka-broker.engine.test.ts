import { readFile } from 'node:fs/promises';
import { type Consumer, Kafka, type KafkaConfig, type SASLOptions, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Broker, stackBrokers, startBroker, uniqueTopic } from './kafka-broker.ts';

const client = (config: KafkaConfig) => new Kafka({ logLevel: logLevel.NOTHING, ...config });

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  // The client's own wait fails when the news of the topic has not reached the broker it asks.
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
  await vi.waitFor(() => admin.fetchTopicMetadata({ topics: [topic] }), { timeout: 20_000 });
  await admin.disconnect();
}

async function produce(kafka: Kafka, topic: string, values: readonly string[]): Promise<void> {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  await producer.send({ topic, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

/** Reads from the beginning until there are as many as expected. */
async function consume(consumer: Consumer, topic: string, count: number): Promise<string[]> {
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    void consumer.run({
      eachMessage: async ({ message }) => {
        if (values.push(String(message.value)) === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}

const fastConsumer = (kafka: Kafka) =>
  kafka.consumer({ groupId: uniqueTopic('group'), maxWaitTimeInMs: 100 });

describe('a broker of a test', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.stop());

  it('comes back after kill -9 on the same port with everything it had acknowledged', async () => {
    const kafka = client({ brokers: [broker.address] });
    const topic = uniqueTopic('kept');
    await createTopic(kafka, topic);
    await produce(kafka, topic, ['one', 'two']);

    await broker.kill();
    const deaf = client({ brokers: [broker.address], retry: { retries: 0 } }).admin();
    await expect(deaf.connect()).rejects.toThrow();

    await broker.restart();
    await produce(kafka, topic, ['three']);
    expect(await consume(fastConsumer(kafka), topic, 3)).toEqual(['one', 'two', 'three']);
  });

  it('creates no topic by itself', async () => {
    const producer = client({ brokers: [broker.address], retry: { retries: 0 } }).producer();
    await producer.connect();
    await expect(
      producer.send({ topic: uniqueTopic('absent'), messages: [{ value: 'x' }] }),
    ).rejects.toThrow();
    await producer.disconnect();
  });
});

describe('the broker of the stack', () => {
  const overTls = async (sasl: SASLOptions) =>
    client({
      brokers: [process.env.TEST_KAFKA_SASL_BROKERS!],
      ssl: { ca: [await readFile(process.env.TEST_KAFKA_CA!, 'utf8')] },
      sasl,
      retry: { retries: 0 },
    });
  const logins = (password: string): SASLOptions[] => {
    const login = { username: process.env.TEST_KAFKA_SASL_USER!, password };
    return [
      { mechanism: 'plain', ...login },
      { mechanism: 'scram-sha-256', ...login },
      { mechanism: 'scram-sha-512', ...login },
    ];
  };

  it.each(logins(process.env.TEST_KAFKA_SASL_PASSWORD!))('lets in by $mechanism over TLS', async (login) => {
    const topic = uniqueTopic(login.mechanism);
    await createTopic(client({ brokers: stackBrokers() }), topic);
    const admin = (await overTls(login)).admin();
    await admin.connect();
    expect(await admin.listTopics()).toContain(topic);
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });

  it.each(logins('wrong'))('turns away a wrong password by $mechanism', async (login) => {
    const admin = (await overTls(login)).admin();
    await expect(admin.connect()).rejects.toThrow(/authentication failed/i);
    await admin.disconnect();
  });

  it('commits a transaction as one and hides an aborted one', async () => {
    const kafka = client({ brokers: stackBrokers() });
    const topic = uniqueTopic('transactions');
    await createTopic(kafka, topic);
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      transactionalId: uniqueTopic('id'),
    });
    await producer.connect();
    for (const [value, outcome] of [
      ['kept', 'commit'],
      ['dropped', 'abort'],
      ['last', 'commit'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await transaction[outcome]();
    }
    await producer.disconnect();
    expect(await consume(fastConsumer(kafka), topic, 2)).toEqual(['kept', 'last']);
  });
});
