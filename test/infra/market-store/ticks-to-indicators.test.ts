import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import type { Tick } from '../../../domain/market/tick.ts';
import { createAnalyticsStore } from '../../../infra/market-store/analytics.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { emptyMarket, tick } from '../../support/ticks.ts';

const START = Date.UTC(2025, 7, 20, 10);
const MINUTE = 60_000;
const LATER = START + 90 * 86_400_000;
const TIERS = ['intraday', 'historical'] as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

/** A tick of one of two symbols, most of them near the present, some hours or days late. */
const arrival = fc.record({
  symbol: fc.constantFrom('EUR', 'BTC'),
  late: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
    fc.integer({ min: 0, max: 600 }),
    fc.integer({ min: 0, max: 4_000 }),
  ),
  price: fc.integer({ min: 1, max: 9 }),
  /** Whether the worker looks before it comes. */
  look: fc.boolean(),
});

function ticksOf(arrivals: readonly { symbol: string; late: number; price: number }[]): Tick[] {
  return arrivals.map(({ symbol, late, price }, index) =>
    tick({
      symbol,
      exchange: symbol === 'EUR' ? 'FX' : '24x7',
      at: START + (4_000 + index * 2 - late) * MINUTE,
      price,
      volume: 1,
    }),
  );
}

async function drain(now: number): Promise<void> {
  const store = createAnalyticsStore({ database: db.database, symbols: 1, bars: 3 });
  for (const tier of TIERS) {
    for (let after = 0, rounds = 0; ; rounds++) {
      const advanced = await store.advance(tier, now, after);
      if (advanced.symbols === 0 && after === 0) break;
      if (rounds > 500) throw new Error('there is no end to it');
      after = advanced.last;
    }
  }
}

async function rows(): Promise<object[]> {
  const [intraday, daily] = await Promise.all(
    ['intraday_analytics', 'daily_analytics'].map((table) =>
      db.database.query(
        `select s.symbol, to_jsonb(a) - 'symbol_no' as row
         from ${table} a join symbols s using (symbol_no)
         order by s.symbol, a.time`,
      ),
    ),
  );
  return [...intraday!, ...daily!];
}

async function emptied(): Promise<ReturnType<typeof createTickStore>> {
  await emptyMarket(db.database);
  await db.database.query('truncate intraday_analytics, daily_analytics, indicator_checkpoints');
  return createTickStore({ database: db.database, calendarOf });
}

it('come to the same whether ticks came one by one, late ones among them, or all at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 40 }), async (arrivals) => {
      const ticks = ticksOf(arrivals);
      const oneByOne = await emptied();
      for (const [index, one] of ticks.entries()) {
        if (arrivals[index]!.look) await drain(START + (4_000 + index * 2) * MINUTE);
        await oneByOne.take([one]);
      }
      await drain(LATER);
      const live = await rows();

      const atOnce = await emptied();
      await atOnce.take(ticks);
      await drain(LATER);
      expect(live).toEqual(await rows());
      expect(live.length).toBeGreaterThan(0);
    }),
    { numRuns: 12 },
  );
});

it('come to the same while workers are at it at the same time', async () => {
  const arrivals = fc.sample(arrival, { numRuns: 300, seed: 7 });
  const ticks = ticksOf(arrivals);
  const together = await emptied();
  let over = false;
  const working = async () => {
    while (!over) await drain(LATER);
  };
  const workers = [working(), working()];
  for (let from = 0; from < ticks.length; from += 4) await together.take(ticks.slice(from, from + 4));
  over = true;
  await Promise.all(workers);
  await drain(LATER);
  const live = await rows();

  const atOnce = await emptied();
  await atOnce.take(ticks);
  await drain(LATER);
  expect(live).toEqual(await rows());
});
