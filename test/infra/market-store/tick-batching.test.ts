import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import type { Tick } from '../../../domain/market/tick.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { barsOf, distinct, emptyMarket, storedBars, storedTicks, tick } from '../../support/ticks.ts';

const EXCHANGES: Readonly<Record<string, string>> = { NYC: 'XNYS', TYO: 'XTKS', EUR: 'FX', BTC: '24x7' };
const exchangeOf = (symbol: string) => EXCHANGES[symbol] ?? '24x7';

/** Moments around which days begin, end, or are shorter than others. */
const HINGES = [
  // New York goes to summer time over this weekend, and opens an hour earlier by UTC afterwards.
  '2025-03-07T21:00:00Z',
  '2025-03-10T13:30:00Z',
  // Midnight UTC, in the afternoon of nobody and the morning of Tokyo.
  '2025-08-20T00:00:00Z',
  // Thanksgiving, and the early close of the day after it.
  '2025-11-27T18:00:00Z',
  '2025-11-28T18:00:00Z',
].map((text) => Date.parse(text));

const ticks = fc.array(
  fc
    .record({
      symbol: fc.constantFrom(...Object.keys(EXCHANGES)),
      hinge: fc.constantFrom(...HINGES),
      seconds: fc.integer({ min: -40, max: 40 }).map((tens) => tens * 60),
      price: fc.integer({ min: 1, max: 9 }),
      volume: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    })
    .map(({ symbol, hinge, seconds, price, volume }) =>
      tick({
        symbol,
        exchange: exchangeOf(symbol),
        at: hinge + seconds * 1000,
        price,
        ...(volume === undefined ? {} : { volume }),
      }),
    ),
  { minLength: 1, maxLength: 40 },
);

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(() => emptyMarket(db.database));

async function takeInBatches(all: readonly Tick[], sizes: readonly number[]): Promise<void> {
  const store = createTickStore({ database: db.database, calendarOf });
  for (let from = 0, i = 0; from < all.length; i++) {
    const size = sizes[i % sizes.length]!;
    const result = await store.take(all.slice(from, from + size));
    if (result.status !== 'taken') throw new Error(JSON.stringify(result));
    from += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 5 });

describe('bars, however ticks arrive', () => {
  it('are those of the distinct ticks, in any batches, repeated or not', async () => {
    await fc.assert(
      fc.asyncProperty(ticks, fc.array(fc.nat()), sizes, async (first, picks, cuts) => {
        await emptyMarket(db.database);
        const repeats = picks.map((pick) => first[pick % first.length]!);
        const all = [...first, ...repeats];
        await takeInBatches(all, cuts);
        expect(await storedBars(db.database)).toEqual(barsOf(first, exchangeOf));
        expect(await storedTicks(db.database)).toBe(distinct(first).length);
      }),
      { numRuns: 25 },
    );
  });

  it('are the same in any order of ticks whose times differ', async () => {
    const shuffled = ticks.chain((all) => {
      const apart = [...new Map(all.map((each) => [`${each.symbol} ${each.timestamp}`, each])).values()];
      return fc.shuffledSubarray(apart, { minLength: apart.length });
    });
    await fc.assert(
      fc.asyncProperty(shuffled, sizes, async (all, cuts) => {
        await emptyMarket(db.database);
        await takeInBatches(all, cuts);
        const inTime = [...all].sort((a, b) => a.timestamp - b.timestamp);
        expect(await storedBars(db.database)).toEqual(barsOf(inTime, exchangeOf));
      }),
      { numRuns: 25 },
    );
  });
});

describe('bars of trading days', () => {
  const days = async (symbol: string, ...times: string[]) => {
    const exchange = exchangeOf(symbol);
    await takeInBatches(
      times.map((time, i) => tick({ symbol, exchange, at: Date.parse(time), price: i + 1 })),
      [3],
    );
    const bars = await storedBars(db.database);
    return bars
      .filter(({ tier }) => tier === 'historical')
      .map(({ time, ohlc, ticks: count }) => `${time.slice(0, 10)}: ${ohlc} of ${count}`);
  };

  it('begin with the opening by the clock of the exchange, in summer and in winter', async () => {
    expect(
      await days(
        'NYC',
        '2025-03-07T14:29:59.999Z',
        '2025-03-07T14:30:00Z',
        '2025-03-10T13:29:59.999Z',
        '2025-03-10T13:30:00Z',
        '2025-03-10T14:00:00Z',
      ),
    ).toEqual(['2025-03-07: 2 2 2 2 of 1', '2025-03-10: 4 5 4 5 of 2']);
  });

  it('hold no tick of a holiday, nor one after an early close was settled', async () => {
    expect(await days('NYC', '2025-11-27T15:00:00Z', '2025-11-28T17:59:00Z', '2025-11-28T20:00:00Z')).toEqual(
      ['2025-11-28: 2 2 2 2 of 1'],
    );
  });

  it('without an exchange end at midnight UTC', async () => {
    expect(
      await days('BTC', '2025-08-19T23:59:59.999Z', '2025-08-20T00:00:00Z', '2025-08-20T23:59:59Z'),
    ).toEqual(['2025-08-19: 1 1 1 1 of 1', '2025-08-20: 2 3 2 3 of 2']);
  });

  it('of Tokyo are not those of UTC', async () => {
    expect(await days('TYO', '2025-08-19T23:59:00Z', '2025-08-20T00:00:00Z', '2025-08-20T05:00:00Z')).toEqual(
      ['2025-08-20: 2 3 2 3 of 2'],
    );
  });

  it('know the trading day of each five minutes', async () => {
    await days('NYC', '2025-03-10T13:31:00Z', '2025-03-10T12:00:00Z');
    expect(
      await db.database.query(
        `select session_date::text, extract(hour from time)::int as hour from intraday_ohlcv order by time`,
      ),
    ).toEqual([
      { session_date: null, hour: 12 },
      { session_date: '2025-03-10', hour: 13 },
    ]);
  });
});
