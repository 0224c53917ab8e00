import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAnalyticsReader } from '../../../infra/market-store/analytics-reads.ts';
import { createAnalyticsStore } from '../../../infra/market-store/analytics.ts';
import type { AnalyticsRow } from '../../../projections/market/analytics-reads.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { addSymbol, DAY, FIVE_MINUTES, fiveMinuteBars, writeBars } from './bar-writer.ts';

const START = Date.UTC(2025, 7, 18);
const BARS = fiveMinuteBars(1, START, 250);
const NEWEST = BARS.at(-1)!.time;
const LATER = START + 100 * DAY;

let db: TestDatabase;
let symbolNo: number;
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.database.query(
    'truncate symbols, bar_progress, intraday_ohlcv, intraday_analytics, indicator_checkpoints restart identity cascade',
  );
  symbolNo = await addSymbol(db.database, 'AAPL');
});

async function read(now = LATER, limit = 1_000): Promise<readonly AnalyticsRow[]> {
  const reader = createAnalyticsReader({ database: db.database, now: () => now });
  return (await reader.rows({ symbol: 'AAPL', tier: 'intraday', limit }))!.rows;
}

const indicate = (now: number) => createAnalyticsStore({ database: db.database }).advance('intraday', now, 0);

describe('reading indicators', () => {
  it('gives the same before they are kept and after', async () => {
    await writeBars(db.database, symbolNo, 'intraday', BARS);
    const unkept = await read();
    expect(unkept.map(({ time }) => time)).toEqual(BARS.map(({ time }) => time));
    await indicate(NEWEST);
    expect(await read()).toEqual(unkept);
    await indicate(LATER);
    expect(await read()).toEqual(unkept);
    expect(await read(LATER, 3)).toEqual(unkept.slice(-3));
  });

  it('marks the newest bar as open until its time is over', async () => {
    await writeBars(db.database, symbolNo, 'intraday', BARS);
    await indicate(NEWEST);
    const openAt = async (now: number) =>
      (await read(now)).filter(({ isOpen }) => isOpen).map(({ time }) => time);
    expect(await openAt(NEWEST + FIVE_MINUTES - 1)).toEqual([NEWEST]);
    expect(await openAt(NEWEST + FIVE_MINUTES)).toEqual([]);
  });

  it('follows the open bar as it moves', async () => {
    await writeBars(db.database, symbolNo, 'intraday', BARS);
    await indicate(NEWEST);
    await writeBars(db.database, symbolNo, 'intraday', [{ time: NEWEST, close: 300 }]);
    expect((await read()).at(-1)).toMatchObject({ close: 300 });
  });

  it('leaves what is far behind to the worker', async () => {
    await writeBars(db.database, symbolNo, 'intraday', fiveMinuteBars(1, START, 501));
    expect(await read()).toEqual([]);
  });
});
