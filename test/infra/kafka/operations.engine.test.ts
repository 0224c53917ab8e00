import { afterEach, describe, expect, it } from 'vitest';
import { createKafka } from '../../../infra/kafka/client.ts';
import { createKafkaOperations } from '../../../infra/kafka/operations.ts';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { createTogether, wantedTopics } from '../../../infra/kafka/topics.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { TRANSACTION } from '../../commands/ingest/support/ingest.ts';
import { uniqueTopic } from '../../support/kafka-broker.ts';
import { kafkaConfig, openPipeline } from './support/pipeline.ts';
import type { Pipeline } from './support/pipeline.ts';

let cleanUp: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  await cleanUp?.();
  cleanUp = undefined;
});

function fresh(environment: Readonly<Record<string, string>> = {}) {
  const own = uniqueTopic('t');
  const config = kafkaConfig({
    KAFKA_TOPIC_PREFIX: `${own}-`,
    KAFKA_TOPIC: `${own}-price-ticks`,
    ...environment,
  });
  const kafka = createKafka(config, SILENT_LOGGER);
  cleanUp = () =>
    withAdmin(kafka, (admin) =>
      admin.deleteTopics({ topics: wantedTopics(config).map(({ topic }) => topic) }),
    );
  return { config, kafka, operations: createKafkaOperations(kafka, config) };
}

describe('creating topics', () => {
  it('makes each that is missing, with its dead-letter topic, and leaves the others alone', async () => {
    const { config, kafka, operations } = fresh();
    const name = (topic: string) => config.topicPrefix + topic;
    await withAdmin(kafka, (admin) => createTogether(admin, [{ topic: name('prices'), numPartitions: 2 }]));
    const created = await operations.createTopics({ partitions: 4 });
    expect(created).not.toContain(name('prices'));
    expect(created).toContain(name('processed_transactions_completed'));
    expect(created).toContain(config.topic);
    expect(created).toHaveLength(18);
    expect(await operations.createTopics()).toEqual([]);

    const { topics } = await operations.check();
    const partitions = Object.fromEntries(topics.map((topic) => [topic.topic, topic.partitions]));
    expect(partitions).toMatchObject({
      [name('prices')]: 2,
      [name('prices.dlq')]: 1,
      [name('processed_transactions_completed')]: 4,
      [name('business_dates')]: 1,
    });
  });

  it('may be done by several processes at once', async () => {
    const { operations } = fresh({ KAFKA_PARTITIONS: '1' });
    await Promise.all([operations.createTopics(), operations.createTopics(), operations.createTopics()]);
    expect((await operations.check()).topics.every(({ exists }) => exists)).toBe(true);
  });
});

describe('checking', () => {
  it('names what is missing', async () => {
    const { config, operations } = fresh();
    cleanUp = undefined;
    const report = await operations.check();
    expect(report.brokers).toEqual([{ id: 1, address: config.brokers[0], controller: true }]);
    expect(report.problems).toEqual(['19 of 19 topics are missing']);
    expect(report.topics).toContainEqual(
      expect.objectContaining({ topic: `${config.topicPrefix}prices.dlq`, exists: false }),
    );
  });

  it('shows groups, their members and their lag', async () => {
    const pipeline: Pipeline = await openPipeline();
    cleanUp = () => pipeline.close();
    const operations = createKafkaOperations(pipeline.kafka, pipeline.config);
    await pipeline.send('transactions', { value: TRANSACTION }, { value: 'poison' });
    const before = await operations.check();
    expect(before.problems).toEqual([]);
    expect(before.groups[0]).toMatchObject({
      group: `${pipeline.config.groupPrefix}-positions`,
      members: 0,
      lag: [{ messages: 2 }, { messages: 0 }, { messages: 0 }],
    });

    pipeline.consume('positions');
    await pipeline.caughtUp('positions');
    const after = await operations.check();
    expect(after.groups[0]).toMatchObject({ state: 'Stable', members: 1 });
    expect(after.groups[0]?.lag[0]).toMatchObject({ messages: 0 });
  });

  it('fails in plain words when nobody answers', async () => {
    const { operations } = fresh({ KAFKA_BROKERS: '127.0.0.1:1' });
    cleanUp = undefined;
    await expect(operations.check()).rejects.toMatchObject({
      name: 'KafkaError',
      code: 'unreachable',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });
});
