import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import type { Batch, HandleBatch } from '../../../domain/messages.ts';
import { createOffsetStore } from '../../../infra/kafka-store/offsets.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import type { TickStore } from '../../../projections/market/tick-store.ts';
import { createTickIntake } from '../../../projections/market/ticks.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { emptyMarket, storedSnapshots, storedTicks } from '../../support/ticks.ts';

const NOW = Date.UTC(2025, 7, 22, 9, 30);
const TOPIC = 'price-ticks';

let db: TestDatabase;
let store: TickStore;
let measured: string[];
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await emptyMarket(db.database);
  await db.database.query('truncate kafka_offsets, dead_letters', []);
  store = createTickStore({ database: db.database, calendarOf });
  measured = [];
});

const intake = (over: TickStore = store) =>
  createTickIntake({
    store: over,
    now: () => NOW,
    batchSize: 3,
    metrics: {
      ticks: (outcome, count) => measured.push(`${count} ${outcome}`),
      tickAge: (seconds) => measured.push(`age ${seconds}`),
      bars: (tier, count) => measured.push(`${count} ${tier}`),
    },
  });

function batchOf(values: readonly (Uint8Array | string | object | null)[], expected = 0): Batch {
  const messages = values.map((value, i) => ({
    offset: expected + i,
    key: null,
    value:
      value === null || value instanceof Uint8Array
        ? value
        : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: [],
  }));
  return { groupId: 'g', topic: TOPIC, partition: 0, expected, next: expected + values.length, messages };
}

const good = (symbol: string, price: number, timestamp = NOW) => ({ ric: symbol, price, timestamp });
const next = async () => (await createOffsetStore(db.database).load('g'))[0]?.next;
const letters = () =>
  db.database.query<{ at: number; code: string; reason: string }>(
    `select message_offset as at, error_code as code, error_message as reason
     from dead_letters order by message_offset`,
  );

describe('messages', () => {
  it('that hold no tick become dead letters; their neighbours are taken', async () => {
    const result = await intake().handle(
      batchOf([
        good('BRK.A', 700_000),
        '{"ric":"AAPL.O","price":1e400,"timestamp":1}',
        '{"ric":',
        null,
        Buffer.from([0x7b, 0xff, 0x7d]),
        { ...good('AAPL', -1), timestamp: 1.5 },
        good('BRK.B', 470),
        good('BRK.B', 469, NOW - 1000),
        good('BRK.B', 470),
      ]),
    );
    expect(result).toMatchObject({
      status: 'committed',
      counts: { accepted: 2, duplicate: 1, ignored: 1, fenced: 0 },
    });
    expect(await letters()).toEqual([
      { at: 1, code: 'invalid', reason: 'price: must be a finite number (finite)' },
      { at: 2, code: 'json', reason: expect.stringMatching(/^malformed JSON: /) },
      { at: 3, code: 'empty', reason: 'the message has no value' },
      { at: 4, code: 'encoding', reason: 'the value is not UTF-8' },
      {
        at: 5,
        code: 'invalid',
        reason:
          'price: must be greater than zero, to 8 decimals (positive); ' +
          'timestamp: must be a whole number of Unix milliseconds (integer)',
      },
    ]);
    expect(await storedSnapshots(db.database)).toMatchObject([{ symbol: 'BRK.A' }, { symbol: 'BRK.B' }]);
    expect(await next()).toBe(9);
    expect(measured.sort()).toEqual([
      '1 repeated',
      '1 stale',
      '2 accepted',
      '2 historical',
      '3 intraday',
      '5 rejected',
      'age 0',
    ]);
  });

  it('may say the character that stands in place of bytes that are none', async () => {
    const result = await intake().handle(batchOf([{ ...good('AAPL', 1), note: '\ufffd' }]));
    expect(result).toMatchObject({ counts: { accepted: 1 } });
  });

  it('given again are known by their offset, and by what they say where that is not', async () => {
    const batch = batchOf([good('AAPL', 1), good('AAPL', 2, NOW + 1)]);
    await intake().handle(batch);
    expect(await intake().handle(batch)).toEqual({ status: 'fenced' });
    expect(await intake().handle({ ...batch, groupId: 'other' })).toMatchObject({
      counts: { accepted: 0, duplicate: 2 },
    });
    expect(await storedTicks(db.database)).toBe(2);
  });

  it('that the database refuses are dead letters alone', async () => {
    await db.database.query(
      `alter table realtime_prices add constraint not_13 check (price <> 13) not valid`,
      [],
    );
    const handle: HandleBatch = intake().handle;
    const prices = [1, 2, 3, 13, 4, 5, 13, 6];
    const result = await handle(batchOf(prices.map((price, i) => good('AAPL', price, NOW + i))));
    await db.database.query('alter table realtime_prices drop constraint not_13', []);
    expect(result).toMatchObject({ status: 'committed', counts: { accepted: 6 } });
    expect(await letters()).toMatchObject([
      { at: 3, code: 'refused' },
      { at: 6, code: 'refused' },
    ]);
    expect(await storedTicks(db.database)).toBe(6);
    expect(await next()).toBe(8);
  });

  it('are given again when the database fails', async () => {
    const away: TickStore = { take: () => Promise.reject(new Error('away')) };
    await expect(intake(away).handle(batchOf([good('AAPL', 1)]))).rejects.toThrow('away');
    expect(await next()).toBeUndefined();
  });
});

describe('what a client sends', () => {
  it('is answered one by one, however it was cut into transactions', async () => {
    const items = [
      good('AAPL', 1),
      7,
      good('AAPL', 2, NOW + 1),
      good('AAPL', 1, NOW - 1),
      good('MSFT', 5),
      good('MSFT', 5),
      { price: 1, timestamp: 1 },
    ];
    const results = await intake().takeAll(items);
    expect(results.map(({ status }) => status)).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'late',
      'accepted',
      'repeated',
      'rejected',
    ]);
    expect(results.at(-1)).toMatchObject({ faults: [{ field: 'ric', rule: 'required' }] });
  });

  it('and the database refuses is rejected alone', async () => {
    const refusing: TickStore = {
      take: async (ticks) =>
        ticks.some(({ symbol }) => symbol === 'BAD')
          ? { status: 'refused', reason: 'no' }
          : store.take(ticks),
    };
    const items = ['A', 'B', 'BAD', 'C'].map((symbol) => good(symbol, 1));
    const results = await intake(refusing).takeAll(items);
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'rejected', 'accepted']);
  });
});
