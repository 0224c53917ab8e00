import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IndicatorBar } from '../../../domain/indicators/model.ts';
import { createStandardSet, STANDARD_COLUMNS, tierBarsPerYear } from '../../../domain/indicators/standard.ts';
import type { Queryable } from '../../../infra/database/queryable.ts';
import type { ClosedBars } from '../../../infra/market-store/alert-hooks.ts';
import { createAnalyticsStore } from '../../../infra/market-store/analytics.ts';
import type { AnalyticsStoreOptions } from '../../../infra/market-store/analytics.ts';
import { readClosedBars } from '../../../infra/market-store/analytics-bars.ts';
import type { AnalyticsStore } from '../../../projections/market/analytics.ts';
import type { MarketEvent, Tier } from '../../../projections/market/model.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { addSymbol, DAY, FIVE_MINUTES, fiveMinuteBars, wander, writeBars } from './bar-writer.ts';

const START = Date.UTC(2025, 7, 18);
const LATER = START + 1_000 * DAY;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.database.query(
    'truncate symbols, bar_progress, intraday_ohlcv, historical_ohlcv, intraday_analytics, daily_analytics, indicator_checkpoints restart identity cascade',
  );
});

function storeWith(options: Partial<AnalyticsStoreOptions> = {}): AnalyticsStore {
  return createAnalyticsStore({ database: db.database, ...options });
}

/** Until there is nothing to do. @returns how many rows each transaction wrote */
async function drain(store: AnalyticsStore, tier: Tier = 'intraday', now = LATER): Promise<number[]> {
  const rows: number[] = [];
  for (let after = 0; rows.length < 1_000;) {
    const advanced = await store.advance(tier, now, after);
    if (advanced.symbols === 0 && after === 0) return rows;
    after = advanced.last;
    if (advanced.symbols > 0) rows.push(advanced.rows);
  }
  throw new Error('there is no end to it');
}

const TABLES = { intraday: 'intraday_analytics', historical: 'daily_analytics' } as const;

async function storedRows(tier: Tier = 'intraday'): Promise<object[]> {
  return db.database.query(`select * from ${TABLES[tier]} order by symbol_no, time`);
}

/** All that should be stored of a symbol, by running over its bars once. */
async function expectedRows(symbolNo: number, before: number, tier: Tier = 'intraday', exchange = '24x7') {
  const span = { symbolNo, after: undefined, before };
  const bars = (await readClosedBars(db.database, tier, [span], 100_000)).get(symbolNo) ?? [];
  const set = createStandardSet(tierBarsPerYear(exchange, tier));
  return bars.map((bar: IndicatorBar) => {
    const figures = set.update(bar);
    return {
      symbol_no: symbolNo,
      time: new Date(bar.time).toISOString().replace('Z', '000Z'),
      close: bar.close,
      ...Object.fromEntries(STANDARD_COLUMNS.map((column, index) => [column, figures[index]])),
    };
  });
}

function progress(): Promise<object[]> {
  return db.database.query(
    `select symbol_no, (extract(epoch from dirty_from) * 1000)::int8 as dirty_from,
            (extract(epoch from indicated_through) * 1000)::int8 as through
     from bar_progress order by symbol_no, tier`,
  );
}

async function checkpointCount(): Promise<number> {
  return (await db.database.query<{ n: number }>('select count(*) as n from indicator_checkpoints'))[0]!.n;
}

describe('indicators of bars', () => {
  it('are those of the closed bars; the open one waits until its time is over', async () => {
    const bars = fiveMinuteBars(1, START, 260);
    const newest = bars.at(-1)!.time;
    const symbolNo = await addSymbol(db.database, 'AAPL');
    await writeBars(db.database, symbolNo, 'intraday', bars);
    const store = storeWith();

    expect(await drain(store, 'intraday', newest + FIVE_MINUTES - 1)).toEqual([259]);
    expect(await progress()).toEqual([
      { symbol_no: symbolNo, dirty_from: null, through: newest - FIVE_MINUTES },
    ]);
    expect(await drain(store, 'intraday', newest + FIVE_MINUTES)).toEqual([1]);
    expect(await progress()).toEqual([{ symbol_no: symbolNo, dirty_from: null, through: newest }]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('are made of a bar that the clock has closed, though nobody said that it wants them', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    const bars = fiveMinuteBars(1, START, 3);
    await writeBars(db.database, symbolNo, 'intraday', bars.slice(0, 1));
    await db.database.query('update bar_progress set dirty_from = null');
    const store = storeWith();
    expect(await drain(store, 'intraday', bars[0]!.time)).toEqual([]);
    expect(await drain(store, 'intraday', bars[1]!.time)).toEqual([1]);
    // One that began and was closed by others before anybody looked.
    await writeBars(db.database, symbolNo, 'intraday', bars.slice(1));
    await db.database.query('update bar_progress set dirty_from = newest');
    expect(await drain(store)).toEqual([2]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('are made anew where rows and states of former bars were left behind', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    await writeBars(db.database, symbolNo, 'intraday', fiveMinuteBars(1, START, 200));
    await drain(storeWith());
    await db.database.query('update intraday_ohlcv set close = close + 1, session_date = null');
    await db.database.query('update bar_progress set indicated_through = null');
    expect(await drain(storeWith())).toEqual([200]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('come to an end where the newest bar is gone', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    await writeBars(db.database, symbolNo, 'intraday', fiveMinuteBars(1, START, 10));
    await db.database.query('delete from intraday_ohlcv');
    expect(await drain(storeWith())).toEqual([0]);
  });

  it('of days know the factor of their exchange', async () => {
    const symbolNo = await addSymbol(db.database, 'MSFT', 'XNAS');
    const bars = Array.from({ length: 40 }, (_, index) => ({
      time: START + index * DAY,
      close: wander(3, index),
    }));
    await writeBars(db.database, symbolNo, 'historical', bars);
    expect(await drain(storeWith(), 'historical')).toEqual([40]);
    expect(await storedRows('historical')).toEqual(await expectedRows(symbolNo, LATER, 'historical', 'XNAS'));
  });

  it('do not depend on how the bars came', async () => {
    const series = [1, 2, 3].map((seed) => fiveMinuteBars(seed, START, 330));
    const store = storeWith({ symbols: 2, bars: 50 });
    const numbers: number[] = [];
    for (const [index, bars] of series.entries()) {
      numbers.push(await addSymbol(db.database, `S${index}`));
      const cuts = [0, 1, 7, 64, 65, 200, 201, 330];
      for (const [part, from] of cuts.slice(0, -1).entries()) {
        await writeBars(db.database, numbers[index]!, 'intraday', bars.slice(from, cuts[part + 1]));
        if ((part + index) % 2 === 0) await drain(store, 'intraday', bars[from]!.time + 20 * FIVE_MINUTES);
      }
    }
    await drain(store);
    const expected = await Promise.all(numbers.map((symbolNo) => expectedRows(symbolNo, LATER)));
    expect(await storedRows()).toEqual(expected.flat());
  });

  it('cost one bar for a new bar, whatever came before', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    const bars = fiveMinuteBars(1, START, 320);
    await writeBars(db.database, symbolNo, 'intraday', bars.slice(0, 300));
    const store = storeWith();
    await drain(store);
    // Were anything looked at again, these would be seen.
    await db.database.query('update intraday_ohlcv set close = 1');
    for (const bar of bars.slice(300)) {
      await writeBars(db.database, symbolNo, 'intraday', [bar]);
      expect(await drain(store)).toEqual([1]);
    }
    const rows = await storedRows();
    await db.database.query('delete from intraday_ohlcv');
    await writeBars(db.database, symbolNo, 'intraday', bars);
    expect(rows).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('are made again from an amended bar on, and no earlier', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    const bars = fiveMinuteBars(1, START, 300);
    await writeBars(db.database, symbolNo, 'intraday', bars);
    const store = storeWith();
    await drain(store);
    await writeBars(db.database, symbolNo, 'intraday', [{ time: bars[250]!.time, close: 500 }]);
    expect(await drain(store)).toEqual([50]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));

    await writeBars(db.database, symbolNo, 'intraday', [{ time: bars[299]!.time, close: 7 }]);
    expect(await drain(store)).toEqual([1]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('are made again after bars were filled in before all others, in as many transactions as it takes', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    const bars = fiveMinuteBars(1, START, 300);
    await writeBars(db.database, symbolNo, 'intraday', bars.slice(200));
    const store = storeWith({ bars: 40 });
    await drain(store);
    await writeBars(db.database, symbolNo, 'intraday', bars.slice(0, 150));
    expect(await drain(store)).toEqual([40, 40, 40, 40, 40, 40, 10]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('reach a bar whose checkpoint is further back than a transaction goes', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    const bars = fiveMinuteBars(1, START, 200);
    await writeBars(db.database, symbolNo, 'intraday', bars);
    await drain(storeWith());
    await writeBars(db.database, symbolNo, 'intraday', [{ time: bars[190]!.time, close: 50 }]);
    // Its checkpoint is that of bar 128.
    expect(await drain(storeWith({ bars: 20 }))).toEqual([0, 0, 0, 10]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('leave few checkpoints behind, those of long ago thinner', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    await writeBars(db.database, symbolNo, 'intraday', fiveMinuteBars(1, START, 5_000));
    await drain(storeWith({ bars: 333 }));
    const count = await checkpointCount();
    expect(count).toBeGreaterThan(6);
    expect(count).toBeLessThan(20);

    const newest = START + 4_999 * FIVE_MINUTES;
    await writeBars(db.database, symbolNo, 'intraday', [{ time: newest - 4_000 * FIVE_MINUTES, close: 77 }]);
    await drain(storeWith());
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
    expect(await checkpointCount()).toBe(count);
  });

  it('are made of many symbols at once, shared by two workers without a bar done twice', async () => {
    const count = 60;
    for (let index = 0; index < count; index++) {
      const symbolNo = await addSymbol(db.database, `S${index}`);
      await writeBars(db.database, symbolNo, 'intraday', fiveMinuteBars(index, START, 20 + index));
    }
    const other = createAnalyticsStore({ database: db.open({ searchPath: 'public' }), symbols: 7 });
    const done = await Promise.all([drain(storeWith({ symbols: 5 })), drain(other)]);
    // Whoever found nothing free may have left while the other was still at it.
    done.push(await drain(other));
    const rows = done.flat().reduce((sum, value) => sum + value, 0);
    expect(rows).toBe(count * 20 + (count * (count - 1)) / 2);
    const expected = [];
    for (let symbolNo = 1; symbolNo <= count; symbolNo++)
      expected.push(...(await expectedRows(symbolNo, LATER)));
    expect(await storedRows()).toEqual(expected);
  });
});

describe('the transaction of a batch', () => {
  const raised: MarketEvent = { type: 'alerts', alerts: [] };

  it('tells of bars that closed, of amended ones only where they begin, and hands on what is to be published', async () => {
    const told: ClosedBars[] = [];
    const barHook = async (_tx: Queryable, closed: readonly ClosedBars[]) => {
      told.push(...closed);
      return [raised];
    };
    const symbolNo = await addSymbol(db.database, 'AAPL');
    const bars = fiveMinuteBars(1, START, 30);
    await writeBars(db.database, symbolNo, 'intraday', bars.slice(0, 29));
    const store = storeWith({ barHook });
    await drain(store);
    await writeBars(db.database, symbolNo, 'intraday', [{ time: bars[20]!.time, close: 50 }, bars[29]!]);
    told.length = 0;
    expect((await store.advance('intraday', LATER, 0)).events).toEqual([raised]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      symbolNo,
      symbol: 'AAPL',
      tier: 'intraday',
      amendedFrom: bars[20]!.time,
    });
    expect(told[0]!.bars.map(({ time, close }) => ({ time, close }))).toEqual([bars[29]]);
  });

  it('does everything or nothing', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    await writeBars(db.database, symbolNo, 'intraday', fiveMinuteBars(1, START, 100));
    const before = await progress();
    const failing = storeWith({
      barHook: async () => {
        throw new Error('killed');
      },
    });
    await expect(failing.advance('intraday', LATER, 0)).rejects.toThrow('killed');
    expect([await storedRows(), await checkpointCount(), await progress()]).toEqual([[], 0, before]);
    await drain(storeWith());
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });

  it('keeps a change that waits for it in mind', async () => {
    const symbolNo = await addSymbol(db.database, 'AAPL');
    const bars = fiveMinuteBars(1, START, 50);
    await writeBars(db.database, symbolNo, 'intraday', bars);
    let amended: Promise<void> = Promise.resolve();
    const store = storeWith({
      barHook: async () => {
        amended = db.database.transaction((tx) =>
          writeBars(tx, symbolNo, 'intraday', [{ time: bars[10]!.time, close: 99 }]),
        );
        return [];
      },
    });
    await store.advance('intraday', LATER, 0);
    await amended;
    expect(await drain(storeWith())).toEqual([40]);
    expect(await storedRows()).toEqual(await expectedRows(symbolNo, LATER));
  });
});
