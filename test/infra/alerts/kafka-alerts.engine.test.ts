import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertsTopic } from '../../../commands/ingest/topics.ts';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createDeliveryStore } from '../../../infra/alerts/delivery-store.ts';
import { createAlertPublisher } from '../../../infra/alerts/kafka-alerts.ts';
import { createKafka } from '../../../infra/kafka/client.ts';
import type { Kafka } from '../../../infra/kafka/client.ts';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { createProducer } from '../../../infra/kafka/producer.ts';
import type { KafkaProducer } from '../../../infra/kafka/producer.ts';
import { createTogether } from '../../../infra/kafka/topics.ts';
import { createAlertHooks } from '../../../infra/market-store/alert-hooks.ts';
import { createAlertStore } from '../../../infra/market-store/alerts.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createAlertDelivery } from '../../../projections/market/alert-delivery.ts';
import type { AlertRules } from '../../../projections/market/alert-rules.ts';
import type { AlertRaised } from '../../../projections/market/model.ts';
import type { Polling } from '../../../projections/outbox/polling.ts';
import { ABLE, settings } from '../../support/alerts.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { startBroker, uniqueTopic } from '../../support/kafka-broker.ts';
import type { Broker } from '../../support/kafka-broker.ts';
import { kafkaConfig, until } from '../kafka/support/pipeline.ts';

const topic = alertsTopic('mine.');
let db: TestDatabase;
let broker: Broker;
let kafka: Kafka;
let producer: KafkaProducer;
let delivery: Polling;
let rules: AlertRules;
beforeAll(async () => {
  [db, broker] = await Promise.all([createTestDatabase({ searchPath: 'public' }), startBroker()]);
  kafka = createKafka(kafkaConfig({ KAFKA_BROKERS: broker.address }), SILENT_LOGGER);
  await withAdmin(kafka, (admin) => createTogether(admin, [{ topic, numPartitions: 3 }]));
  producer = createProducer({ kafka, logger: SILENT_LOGGER });
  rules = createAlertStore({ database: db.database, abilities: ABLE });
  delivery = createAlertDelivery({
    store: createDeliveryStore(db.database),
    sendWebhook: async () => ({ ok: true }),
    publish: createAlertPublisher({ producer, topic }),
    logger: SILENT_LOGGER,
    pollMs: 10,
  });
  delivery.start();
});
afterAll(async () => {
  await delivery.stop();
  await producer.close();
  await broker.stop();
  await db.close();
});

const hooks = createAlertHooks({ calendarOf });

const raise = (...prices: number[]) =>
  db.database.transaction((tx) =>
    hooks.priceTicks(
      tx,
      prices
        .flatMap((price) => [price, 1])
        .map((price, timestamp) => ({ symbolNo: 1, symbol: 'AAPL', price, timestamp })),
    ),
  );

describe('alerts on the topic', () => {
  it('arrive under their symbol and in order, whatever happens to the broker meanwhile', async () => {
    const created = await rules.create(settings('price > 200', { kafka: true }));
    expect(created.ok).toBe(true);
    const read: { key: string; alert: AlertRaised }[] = [];
    await raise(201, 202);
    const pending = async () =>
      (await rules.history({ limit: 100 })).rows.filter(({ deliveries }) =>
        deliveries.some(({ status }) => status === 'pending'),
      ).length;
    await until('the first are published', async () => (await pending()) === 0);

    await broker.kill();
    await raise(203, 204);
    delivery.wake();
    await until('one was tried in vain', async () => {
      const { rows } = await rules.history({ limit: 1 });
      return (rows[0]?.deliveries[0]?.attempts ?? 0) > 0;
    });
    await raise(205);
    await broker.restart();
    await until('all are published', async () => (await pending()) === 0);

    const consumer = kafka.consumer({ groupId: uniqueTopic('alerts'), maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) =>
        void read.push({
          key: String(message.key),
          alert: JSON.parse(String(message.value)) as AlertRaised,
        }),
    });
    await until('they are read', () => read.length >= 5);
    await consumer.disconnect();

    expect(new Set(read.map(({ key }) => key))).toEqual(new Set(['AAPL']));
    // At least once: what the broker had when it was killed may be there again.
    const values = read.map(({ alert }) => alert.value);
    expect(values.filter((value, index) => values.indexOf(value) === index)).toEqual([
      201, 202, 203, 204, 205,
    ]);
    expect(read[0]!.alert).toMatchObject({ symbol: 'AAPL', condition: 'price > 200', interval: 'tick' });
  });
});
