/** Messages from a real broker into the log. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HandleBatch } from '../../../domain/messages.ts';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { TRANSACTION } from '../../commands/ingest/support/ingest.ts';
import { openPipeline, until } from './support/pipeline.ts';
import type { Pipeline, Sent } from './support/pipeline.ts';

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await openPipeline();
});
afterEach(() => pipeline.close());

function transaction(id: number, changes: object = {}): Sent {
  const portfolio = `PORT_${id % 7}`;
  return {
    key: portfolio,
    value: {
      ...TRANSACTION,
      transaction_id: `TXN_${id}`,
      portfolio_id: portfolio,
      security_id: `SEC_${id % 5}`,
      ...changes,
    },
  };
}
const transactions = (count: number) => Array.from({ length: count }, (_, id) => transaction(id));

async function recorded(): Promise<string[]> {
  return (await pipeline.events()).flatMap(({ type, data }) =>
    type === 'TransactionRecorded' ? [data.transaction_id] : [],
  );
}

async function deadLetters(): Promise<unknown[]> {
  return pipeline.db.database.query(
    'select error_code, convert_from(value, $1) as value from dead_letters order by dead_letter_id',
    ['UTF8'],
  );
}

describe('transactions', () => {
  it('are recorded once each, those of a portfolio in their order', async () => {
    await pipeline.send('transactions', ...transactions(500));
    const consumer = pipeline.consume('positions');
    await pipeline.caughtUp('positions');
    const ids = await recorded();
    expect(new Set(ids).size).toBe(500);
    expect(ids).toHaveLength(500);
    const ofOne = (await pipeline.events()).flatMap(({ type, data, metadata }) =>
      type === 'TransactionRecorded' && data.portfolio_id === 'PORT_3'
        ? [[Number(data.transaction_id.slice(4)), Number(metadata.kafka?.offset)]]
        : [],
    );
    expect(ofOne).toEqual(ofOne.toSorted(([a = 0], [b = 0]) => a - b));
    expect(ofOne.map(([, offset]) => offset)).toEqual(
      ofOne.map(([, offset = 0]) => offset).toSorted((a, b) => a - b),
    );
    expect(consumer.health()).toEqual({ ok: true });
    expect([...(await consumer.lag()).values()]).toEqual([0, 0, 0]);
  });

  it('that come twice, late or in any order are recorded once each', async () => {
    const all = transactions(60);
    const shuffled = [...all, ...all].toSorted((a, b) =>
      JSON.stringify(a).slice(40) < JSON.stringify(b).slice(40) ? 1 : -1,
    );
    pipeline.consume('positions');
    await pipeline.send('transactions', ...shuffled.slice(0, 50));
    await pipeline.send('transactions', ...shuffled.slice(50));
    await pipeline.caughtUp('positions');
    const ids = await recorded();
    expect(ids.toSorted()).toEqual(all.map((_, id) => `TXN_${id}`).toSorted());
    expect(await deadLetters()).toEqual([]);
  });

  it('keep every digit on their way', async () => {
    const text = JSON.stringify(transaction(1).value)
      .replace('"quantity":10', '"quantity":0.123456789012345678')
      .replace('"price":150', '"price":98765432109876.54321');
    pipeline.consume('positions');
    await pipeline.send('transactions', { value: text.replace('"gross_transaction_amount":1500,', '') });
    await pipeline.caughtUp('positions');
    expect((await pipeline.events()).at(-1)?.data).toMatchObject({
      quantity: '0.123456789012345678',
      price: '98765432109876.54321',
    });
  });

  it('do not suffer for the poison among them, and a conflict changes nothing', async () => {
    pipeline.consume('positions');
    const poison = ['{"half": ', '[]', '{"transaction_id":"X"}'];
    const conflict = transaction(4, { price: 151 });
    await pipeline.send(
      'transactions',
      ...transactions(10),
      ...poison.map((value) => ({ key: 'PORT_1', value })),
      conflict,
      { key: 'PORT_2', value: null },
      transaction(10),
    );
    await pipeline.caughtUp('positions');
    expect(await recorded()).toHaveLength(11);
    expect(await deadLetters()).toHaveLength(5);
    expect(await deadLetters()).toEqual(
      expect.arrayContaining([
        { error_code: 'json', value: poison[0] },
        { error_code: 'invalid', value: poison[1] },
        { error_code: 'invalid', value: poison[2] },
        { error_code: 'conflict', value: JSON.stringify(conflict.value) },
        { error_code: 'empty', value: null },
      ]),
    );
  });
});

describe('the other topics', () => {
  it('are taken in by the roles they belong to', async () => {
    pipeline.consume('positions');
    pipeline.consume('market-data');
    await pipeline.send('portfolios', { value: { portfolio_id: 'P1', base_currency: 'EUR' } });
    await pipeline.send('securities', { value: [{ security_id: 'S1', currency: 'USD', type: 'equity' }] });
    await pipeline.caughtUp('positions');
    await pipeline.send('prices', { value: { security_id: 'S1', date: '2025-08-15', price: 187.32 } });
    await pipeline.send('fx-rates', {
      value: { from_currency: 'EUR', to_currency: 'USD', date: '2025-08-15', rate: '1.1702' },
    });
    await pipeline.send('business-dates', { value: { date: '2025-08-15' } });
    await pipeline.caughtUp('market-data');
    expect((await pipeline.events()).map(({ type }) => type).toSorted()).toEqual([
      'BusinessDateAdvanced',
      'FxRatesRecorded',
      'PortfolioOpened',
      'PricesRecorded',
      'SecurityRegistered',
    ]);
    expect(await deadLetters()).toEqual([]);
  });
});

describe('offsets', () => {
  it('are those of the database, whatever the brokers remember', async () => {
    await pipeline.send('transactions', ...transactions(100));
    const first = pipeline.consume('positions');
    await pipeline.caughtUp('positions');
    await first.stop();

    const topic = pipeline.topic('transactions');
    await withAdmin(pipeline.kafka, (admin) =>
      admin.resetOffsets({ groupId: first.groupId, topic, earliest: true }),
    );
    let given = 0;
    const counting = (handle: HandleBatch) => async (batch: Parameters<HandleBatch>[0]) => {
      given += batch.messages.length;
      return handle(batch);
    };
    pipeline.consume('positions', {}, counting);
    await pipeline.send('transactions', transaction(100));
    await pipeline.caughtUp('positions');
    expect(given).toBe(1);
    expect(await recorded()).toHaveLength(101);
  });

  it('of the brokers follow those of the database, for tools that show lag', async () => {
    await pipeline.send('transactions', ...transactions(20));
    const consumer = pipeline.consume('positions');
    await pipeline.caughtUp('positions');
    const topic = pipeline.topic('transactions');
    await until('the offsets are with the broker', () =>
      withAdmin(pipeline.kafka, async (admin) => {
        const [committed] = await admin.fetchOffsets({ groupId: consumer.groupId, topics: [topic] });
        const sum = committed?.partitions.reduce((all, { offset }) => all + Math.max(0, Number(offset)), 0);
        return sum === 20;
      }),
    );
  });

  it('that somebody moved on fence the batch in hand, and reading goes on from there', async () => {
    await pipeline.send('transactions', ...transactions(50));
    let moved = false;
    const meddling = (handle: HandleBatch) => async (batch: Parameters<HandleBatch>[0]) => {
      if (!moved) {
        moved = true;
        // Another member takes the batch first.
        await handle(batch);
      }
      return handle(batch);
    };
    let fenced = 0;
    pipeline.consume('positions', { observer: { fenced: () => void (fenced += 1) } }, meddling);
    await pipeline.caughtUp('positions');
    expect(fenced).toBe(1);
    expect(await recorded()).toHaveLength(50);
  });

  it('older than the earliest message go on at that one', async () => {
    await pipeline.send('transactions', ...transactions(40));
    const first = pipeline.consume('positions');
    await pipeline.caughtUp('positions');
    await first.stop();
    await pipeline.send('transactions', ...Array.from({ length: 40 }, (_, i) => transaction(100 + i)));
    const topic = pipeline.topic('transactions');
    await withAdmin(pipeline.kafka, async (admin) => {
      const ends = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
      });
    });
    await pipeline.send('transactions', transaction(200));
    pipeline.consume('positions');
    await until('the last one is recorded', async () => (await recorded()).includes('TXN_200'));
    expect(await recorded()).toHaveLength(41);
  });

  it('beyond the end of a topic made anew begin again, and what is known is no news', async () => {
    await pipeline.send('transactions', ...transactions(30));
    const first = pipeline.consume('positions');
    await pipeline.caughtUp('positions');
    await first.stop();
    await pipeline.db.database.query('update kafka_offsets set next_offset = next_offset + 1000');
    await pipeline.send('transactions', transaction(30));
    pipeline.consume('positions');
    await until('the last one is recorded', async () => (await recorded()).includes('TXN_30'));
    expect(await recorded()).toHaveLength(31);
  });
});

describe('a handler that fails', () => {
  it('is given the batch again, and the other partitions go on meanwhile', async () => {
    await pipeline.send('transactions', ...transactions(30));
    const failures = new Map<number, number>();
    let broken = true;
    const failing = (handle: HandleBatch) => async (batch: Parameters<HandleBatch>[0]) => {
      if (broken && batch.partition === 1) {
        failures.set(batch.partition, (failures.get(batch.partition) ?? 0) + 1);
        throw new Error('the database is away');
      }
      return handle(batch);
    };
    const consumer = pipeline.consume('positions', {}, failing);
    await until('it failed three times', () => (failures.get(1) ?? 0) >= 3);
    const some = (await recorded()).length;
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(30);
    expect(consumer.health()).toEqual({ ok: true });
    broken = false;
    await pipeline.caughtUp('positions');
    expect(await recorded()).toHaveLength(30);
  });
});

describe('stopping', () => {
  it('finishes the batch in hand and gives the partitions back at once', async () => {
    await pipeline.send('transactions', ...transactions(400));
    let inHand = false;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = (handle: HandleBatch) => async (batch: Parameters<HandleBatch>[0]) => {
      inHand = true;
      await gate;
      return handle(batch);
    };
    const first = pipeline.consume('positions', { maxBatchMessages: 10, concurrency: 1 }, slow);
    await until('a batch is in hand', () => inHand);
    const stopped = first.stop();
    expect(first.health().ok).toBe(false);
    release();
    await stopped;
    expect(await recorded()).toHaveLength(10);
    pipeline.consume('positions');
    await pipeline.caughtUp('positions');
    expect(await recorded()).toHaveLength(400);
  });
});
