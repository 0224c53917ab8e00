/** What folds note, over a real broker, to the consumers that verify and aggregate. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupName } from '../../../commands/ingest/topics.ts';
import { createKafka } from '../../../infra/kafka/client.ts';
import type { Kafka } from '../../../infra/kafka/client.ts';
import { startConsumer } from '../../../infra/kafka/consumer.ts';
import { createOutboxPublisher } from '../../../infra/kafka/outbox-publisher.ts';
import type { OutboxPublisher } from '../../../infra/kafka/outbox-publisher.ts';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { createProducer } from '../../../infra/kafka/producer.ts';
import type { KafkaProducer } from '../../../infra/kafka/producer.ts';
import { createMissingTopics } from '../../../infra/kafka/topics.ts';
import { createOffsetStore } from '../../../infra/kafka-store/offsets.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { aggregationOn, late, start } from '../../projections/aggregation/support.ts';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { startBroker } from '../../support/kafka-broker.ts';
import { kafkaConfig, openPipeline, until } from './support/pipeline.ts';
import type { Pipeline } from './support/pipeline.ts';

let pipeline: Pipeline;
let books: Books;
let aggregation: ReturnType<typeof aggregationOn>;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  pipeline = await openPipeline();
  books = await openBooks(pipeline.db, { outbox: { replays: true } });
  aggregation = aggregationOn(books);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await books.close();
  await pipeline.close();
});

function publisherOn(producer: Pick<KafkaProducer, 'send'>): OutboxPublisher {
  return createOutboxPublisher({
    activeDatabase: () => Promise.resolve(pipeline.db.database),
    producer,
    topics: {
      transactions: pipeline.topic('transactions'),
      snapshots: pipeline.topic('snapshots'),
      aggregation: pipeline.topic('aggregation'),
    },
    republishReplays: true,
    logger: SILENT_LOGGER,
    pollMs: 20,
  });
}

/** Runs everything that stands between a fold and a day that is done. */
function runAll(kafka: Kafka, producer: KafkaProducer): OutboxPublisher {
  const publisher = publisherOn(producer);
  const consumer = startConsumer({
    kafka,
    groupId: groupName(pipeline.config.groupPrefix, 'timeseries'),
    topics: new Map([
      [pipeline.topic('snapshots'), aggregation.snapshots],
      [pipeline.topic('aggregation'), aggregation.orders],
    ]),
    offsets: createOffsetStore(pipeline.db.database),
    logger: SILENT_LOGGER,
  });
  for (const loop of [publisher, aggregation.scheduler, aggregation.aggregator]) loop.start();
  closing.push(async () => {
    await consumer.stop();
    for (const loop of [publisher, aggregation.scheduler, aggregation.aggregator]) await loop.stop();
  });
  return publisher;
}

const done = (count: number) =>
  until('every day is aggregated', async () => {
    const states = await aggregation.states();
    return states.length === count && states.every((state) => state.includes(' done SCHEDULER_JOB_'));
  });
const left = async () =>
  (await pipeline.db.database.query<{ rows: number }>(`select count(*) as rows from outbox`))[0]!.rows;

async function messagesIn(kind: 'transactions' | 'snapshots' | 'aggregation'): Promise<number> {
  return withAdmin(pipeline.kafka, async (admin) =>
    (await admin.fetchTopicOffsets(pipeline.topic(kind))).reduce((sum, { high }) => sum + Number(high), 0),
  );
}

describe('from the outbox over the brokers', () => {
  it('every day of a portfolio is verified and aggregated, and nothing is changed by it', async () => {
    await books.project(...start);
    const before = await figures(books);
    runAll(pipeline.kafka, pipeline.producer);
    await done(9);
    expect(await figures(books)).toEqual(before);
    expect(await pipeline.db.database.query(`select * from dead_letters`)).toEqual([]);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it('messages that go out twice change nothing', async () => {
    await books.project(...start);
    const before = await figures(books);
    const killed = publisherOn({
      async send(messages) {
        await pipeline.producer.send(messages);
        throw new Error('killed after the brokers had them');
      },
    });
    await expect(killed.step()).rejects.toThrow('killed');
    const once = await messagesIn('snapshots');
    expect(once).toBeGreaterThan(0);
    runAll(pipeline.kafka, pipeline.producer);
    await until('the outbox is empty', async () => (await left()) === 0);
    await done(9);
    expect(await messagesIn('snapshots')).toBe(2 * once);
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it('rows that were deleted by hand are made again when their message comes', async () => {
    await books.project(...start);
    const before = await figures(books);
    await pipeline.db.database.query(`delete from position_timeseries where date = '2025-01-05'`);
    await pipeline.db.database.query(`delete from portfolio_timeseries where date = '2025-01-06'`);
    books.projections.start();
    runAll(pipeline.kafka, pipeline.producer);
    await done(9);
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it('a late trade publishes its key again under the new epoch, and our own ingestion knows it', async () => {
    await books.project(...start);
    const publisher = runAll(pipeline.kafka, pipeline.producer);
    await done(9);
    await books.project(late);
    const events = (await pipeline.events()).length;
    publisher.wake();
    await until('the replay is out', async () => (await messagesIn('transactions')) >= 2);
    const counts: number[] = [];
    pipeline.consume('positions', {}, (handle) => async (batch) => {
      const result = await handle(batch);
      if (result.status === 'committed') counts.push(result.counts.ignored);
      return result;
    });
    await pipeline.caughtUp('positions');
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(await messagesIn('transactions'));
    expect((await pipeline.events()).length).toBe(events);
    await until('the restated days are aggregated', async () =>
      (await aggregation.states()).slice(3, 8).every((state) => / done SCHEDULER_JOB_\d+ 1$/.test(state)),
    );
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });
});

describe('a broker that is away', () => {
  it('keeps the outbox waiting, and everything goes on when it is back', async () => {
    const broker = await startBroker();
    closing.push(() => broker.stop());
    const kafka = createKafka(kafkaConfig({ KAFKA_BROKERS: broker.address }), SILENT_LOGGER);
    await createMissingTopics(kafka, pipeline.config);
    const producer = createProducer({ kafka, logger: SILENT_LOGGER });
    closing.push(() => producer.close());
    await books.project(...start);
    runAll(kafka, producer);
    await done(9);

    await broker.kill();
    await books.project(late, facts.closeDay('2025-01-11'));
    expect(await left()).toBeGreaterThan(0);
    await broker.restart();
    await until('the outbox is empty', async () => (await left()) === 0);
    await done(10);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });
});
