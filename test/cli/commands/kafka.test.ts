import { describe, expect, it } from 'vitest';
import type { KafkaOperations, KafkaReport } from '../../../commands/ingest/operations.ts';
import { configured, run } from '../support/run.ts';

const REPORT: KafkaReport = {
  cluster_id: 'C1',
  brokers: [
    { id: 1, address: 'a:9092', controller: true },
    { id: 2, address: 'b:9092', controller: false },
  ],
  topics: [
    {
      topic: 'prices',
      kind: 'prices',
      exists: true,
      partitions: 6,
      replication: 3,
      under_replicated: 0,
    },
    {
      topic: 'prices.dlq',
      kind: 'dead-letters',
      exists: false,
      partitions: 0,
      replication: 0,
      under_replicated: 0,
    },
  ],
  groups: [
    {
      group: 'chronofolio-market-data',
      role: 'market-data',
      state: 'Stable',
      members: 2,
      lag: [{ topic: 'prices', messages: 1234 }],
    },
    { group: 'chronofolio-positions', role: 'positions', state: 'Dead', members: 0, lag: [] },
  ],
  problems: ['1 of 2 topics are missing'],
};

function cli(line: string, operations: Partial<KafkaOperations> | undefined) {
  const refuse = () => Promise.reject(new Error('not asked for'));
  const kafka = operations && { check: refuse, createTopics: refuse, ...operations };
  return run(line, { configure: () => ({ ...configured({}), ...(kafka ? { kafka } : {}) }) });
}

describe('chronofolio kafka check', () => {
  it('shows brokers, topics and groups, and fails when something is amiss', async () => {
    const { out, exit } = await cli('kafka check', { check: async () => REPORT });
    expect(exit).toBe(1);
    expect(out).toMatch(/broker 1 +a:9092, controller/);
    expect(out).toMatch(/prices +6 +3 +there/);
    expect(out).toMatch(/prices\.dlq +missing/);
    expect(out).toMatch(/chronofolio-market-data +stable +2 +prices +1,234/);
    expect(out).toMatch(/chronofolio-positions +not there +0/);
    expect(out).toContain('Problem: 1 of 2 topics are missing');
    expect(out).toContain('kafka create-topics');
  });

  it('says so when all is well, and everything as JSON', async () => {
    const well = async () => ({ ...REPORT, problems: [] });
    expect(await cli('kafka', { check: well })).toMatchObject({
      exit: 0,
      out: expect.stringContaining('All is well.'),
    });
    const json = await cli('kafka check --json', { check: async () => REPORT });
    expect(JSON.parse(json.out)).toEqual(REPORT);
    expect(json.exit).toBe(1);
  });

  it('fails with a line when nobody answers, or Kafka is off', async () => {
    const away = () => Promise.reject(new Error('Connection error: connect ECONNREFUSED 127.0.0.1:9092'));
    expect(await cli('kafka check', { check: away })).toMatchObject({
      exit: 1,
      notes: expect.stringContaining('ECONNREFUSED 127.0.0.1:9092'),
    });
    expect(await cli('kafka check', undefined)).toMatchObject({
      exit: 2,
      notes: expect.stringContaining('KAFKA_BROKERS is not set'),
    });
  });
});

describe('chronofolio kafka create-topics', () => {
  it('makes what is missing, as told', async () => {
    const asked: unknown[] = [];
    const createTopics: KafkaOperations['createTopics'] = async (options) => {
      asked.push(options);
      return ['prices', 'prices.dlq'];
    };
    const made = await cli('kafka create-topics --partitions 12 --replication 3', { createTopics });
    expect(made).toMatchObject({ exit: 0, out: '2 topics created:\nprices\nprices.dlq' });
    await cli('kafka create-topics', { createTopics });
    expect(asked).toEqual([{ partitions: 12, replication: 3 }, {}]);
    expect((await cli('kafka create-topics --partitions 0', { createTopics })).exit).toBe(2);
    const none = await cli('kafka create-topics', { createTopics: async () => [] });
    expect(none.out).toBe('All topics are there.');
  });
});
