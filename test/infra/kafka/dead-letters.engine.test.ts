/** Messages that cannot be taken in: their copies, and what operators do with them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetterDesk } from '../../../commands/ingest/operations.ts';
import { createDeadLetterPublisher } from '../../../infra/kafka/dead-letter-publisher.ts';
import { createDeadLetterDesk } from '../../../infra/kafka-store/dead-letter-desk.ts';
import { TRANSACTION } from '../../commands/ingest/support/ingest.ts';
import { openPipeline, until } from './support/pipeline.ts';
import type { Pipeline } from './support/pipeline.ts';

let pipeline: Pipeline;
let desk: DeadLetterDesk;
let publish: () => Promise<number>;
beforeEach(async () => {
  pipeline = await openPipeline();
  const { database } = pipeline.db;
  desk = createDeadLetterDesk({ database, send: (messages) => pipeline.producer.send(messages) });
  publish = createDeadLetterPublisher({ database, producer: pipeline.producer });
});
afterEach(() => pipeline.close());

interface Copy {
  readonly key: string | undefined;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything in the dead-letter topic of transactions. */
async function copies(count: number): Promise<Copy[]> {
  const found: Copy[] = [];
  const consumer = pipeline.kafka.consumer({ groupId: `${pipeline.config.groupPrefix}-look` });
  await consumer.connect();
  await consumer.subscribe({ topics: [`${pipeline.topic('transactions')}.dlq`], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      found.push({
        key: message.key?.toString(),
        value: message.value,
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      });
    },
  });
  await until(`${count} copies`, () => found.length >= count);
  await consumer.disconnect();
  return found;
}

const BYTES = Buffer.from([0x00, 0xff, 0x7b, 0x80]);

async function poisoned(): Promise<void> {
  const poison = {
    key: 'PORT_1',
    value: BYTES,
    headers: [
      ['trace', 'abc'],
      ['x-error-code', 'old'],
    ] as const,
  };
  await pipeline.send('transactions', { value: TRANSACTION }, poison);
  pipeline.consume('positions');
  await pipeline.caughtUp('positions');
}

describe('the dead-letter topic', () => {
  it('gets each message byte for byte, with what was wrong and where it was', async () => {
    await poisoned();
    expect(await publish()).toBe(1);
    expect(await publish()).toBe(0);
    const [row] = await desk.list({ limit: 10 });
    expect(await copies(1)).toEqual([
      {
        key: 'PORT_1',
        value: BYTES,
        headers: {
          trace: 'abc',
          'x-error-code': 'encoding',
          'x-error-message': 'the value is not UTF-8',
          'x-topic': pipeline.topic('transactions'),
          'x-partition': String(row?.partition),
          'x-offset': String(row?.offset),
        },
      },
    ]);
    expect(row).toMatchObject({ status: 'open', published_at: expect.any(String) });
  });

  it('keeps nothing back when the brokers cannot be had: the row waits', async () => {
    await poisoned();
    const broken = createDeadLetterPublisher({
      database: pipeline.db.database,
      producer: { send: () => Promise.reject(new Error('away')) },
    });
    await expect(broken()).rejects.toThrow('away');
    expect(await publish()).toBe(1);
  });

  it('gets the reason alone of a message that does not fit with its headers', async () => {
    const large = `"${'x'.repeat(1_048_500)}"`;
    pipeline.consume('positions');
    await pipeline.send('transactions', { value: large });
    await pipeline.caughtUp('positions');
    // As on a cluster where somebody else made the topic, with the usual limits.
    const { database } = pipeline.db;
    await database.query(
      `update dead_letters set value = value || repeat(' ', 70000)::bytea, headers = '[["big","${'A'.repeat(64)}"]]'`,
    );
    expect(await publish()).toBe(1);
    const [copy] = await copies(1);
    expect(copy).toMatchObject({
      value: null,
      headers: { 'x-error-code': 'invalid', 'x-value-bytes': String(large.length + 70_000) },
    });
  });
});

describe('operators', () => {
  it('retry what can be taken by now: the message is sent again as it was', async () => {
    const early = { security_id: 'SEC_NEW', date: '2025-08-15', price: '187.32' };
    pipeline.consume('market-data');
    pipeline.consume('positions');
    await pipeline.send('prices', { key: 'SEC_NEW', value: early, headers: [['trace', 'abc']] });
    await pipeline.caughtUp('market-data');
    const [letter] = await desk.list({ status: 'open', limit: 10 });
    expect(letter).toMatchObject({ topic: pipeline.topic('prices'), error_code: 'invalid' });
    expect(await desk.find(letter!.id)).toMatchObject({
      key: Buffer.from('SEC_NEW'),
      value: Buffer.from(JSON.stringify(early)),
      headers: [['trace', Buffer.from('abc')]],
    });

    await pipeline.send('securities', { value: { security_id: 'SEC_NEW', currency: 'USD' } });
    await pipeline.caughtUp('positions');
    expect(await desk.retry({})).toEqual([letter!.id]);
    await pipeline.caughtUp('market-data');
    expect((await pipeline.events()).at(-1)).toMatchObject({ type: 'PricesRecorded' });
    expect(await desk.list({ limit: 10 })).toMatchObject([{ id: letter!.id, status: 'retried' }]);
    expect(await desk.retry({ ids: [letter!.id] })).toEqual([]);
  });

  it('retry what fails again once, not for ever', async () => {
    await poisoned();
    expect(await desk.retry({ topic: pipeline.topic('prices') })).toEqual([]);
    expect(await desk.retry({ topic: pipeline.topic('transactions') })).toHaveLength(1);
    await pipeline.caughtUp('positions');
    const letters = await desk.list({ limit: 10 });
    expect(letters.map(({ status }) => status)).toEqual(['open', 'retried']);
  });

  it('discard what is of no use, and still see it', async () => {
    await poisoned();
    const [letter] = await desk.list({ limit: 10 });
    expect(await desk.discard([letter!.id, 999])).toEqual([letter!.id]);
    expect(await desk.discard([letter!.id])).toEqual([]);
    expect(await desk.list({ status: 'open', limit: 10 })).toEqual([]);
    expect(await desk.list({ status: 'discarded', limit: 10 })).toHaveLength(1);
    expect(await desk.find(999)).toBeUndefined();
  });
});
