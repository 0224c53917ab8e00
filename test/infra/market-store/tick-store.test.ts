import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import type { Tick } from '../../../domain/market/tick.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import type { MarketEvent } from '../../../projections/market/model.ts';
import type { FreshTick, TickOutcome, TickStore } from '../../../projections/market/tick-store.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import {
  barsOf,
  emptyMarket,
  storedBars,
  storedProgress,
  storedSnapshots,
  storedTicks,
  tick,
} from '../../support/ticks.ts';

const T0 = Date.UTC(2025, 7, 20, 14, 30);
const MINUTE = 60_000;
const at = (minutes: number) => T0 + minutes * MINUTE;
const instant = (minutes: number) => new Date(at(minutes)).toISOString().replace('Z', '000Z');

let db: TestDatabase;
let store: TickStore;
let published: MarketEvent[];
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await emptyMarket(db.database);
  published = [];
  store = createTickStore({
    database: db.database,
    calendarOf,
    events: { publish: (event) => published.push(event) },
  });
});

async function take(...ticks: Tick[]): Promise<TickOutcome> {
  const result = await store.take(ticks);
  if (result.status !== 'taken') throw new Error(JSON.stringify(result));
  return result;
}
const publishedPrices = () =>
  published.flatMap((event) => (event.type === 'prices' ? event.snapshots.map(({ price }) => price) : []));

describe('current prices', () => {
  it('are those of the newest tick, whatever order ticks come in', async () => {
    await take(tick({ at: at(2), price: 11 }));
    const outcome = await take(
      tick({ at: at(1), price: 10 }),
      tick({ at: at(3), price: 12 }),
      tick({ at: at(2), price: 9 }),
    );
    expect(outcome).toMatchObject({ accepted: 1, late: 2, repeated: 0 });
    expect(outcome.verdicts).toEqual(['late', 'accepted', 'late']);
    expect(await storedSnapshots(db.database)).toMatchObject([{ price: '12', timestamp: at(3) }]);
    expect(publishedPrices()).toEqual([11, 12]);
  });

  it('follow the later arrival where times are equal', async () => {
    await take(tick({ at: at(1), price: 10 }), tick({ at: at(1), price: 11 }));
    await take(tick({ at: at(1), price: 12 }));
    expect(await storedSnapshots(db.database)).toMatchObject([{ price: '12' }]);
    expect(publishedPrices()).toEqual([10, 11, 12]);
  });

  it('keep the volume and the quote that a tick does not tell', async () => {
    await take(tick({ at: at(1), price: 10, volume: 300, bid: 9.9, ask: 10.1 }));
    await take(tick({ at: at(2), price: 11 }), tick({ at: at(3), price: 12, ask: 12.1 }));
    expect(await storedSnapshots(db.database)).toEqual([
      { symbol: 'AAPL', price: '12', timestamp: at(3), volume: '300', bid: null, ask: '12.1' },
    ]);
    const last = published.at(-1);
    expect(last?.type === 'prices' && last.snapshots).toMatchObject([
      { price: 11, volume: 300, bid: 9.9, ask: 10.1 },
      { price: 12, volume: 300, ask: 12.1 },
    ]);
  });

  it('are told with what the row says', async () => {
    await take(tick({ at: at(1), price: 10.5, volume: 0 }));
    const [row] = await db.database.query<object>(
      `select id, symbol, price::float8 as price, timestamp, volume::float8 as volume, created_at, updated_at
       from price_snapshots`,
    );
    expect(published).toEqual([{ type: 'prices', snapshots: [row] }]);
  });

  it('of share classes are apart, on the exchange first named', async () => {
    await take(
      tick({ symbol: 'BRK.A', at: at(1), price: 700_000 }),
      tick({ symbol: 'BRK.B', exchange: 'XNYS', at: at(1), price: 470 }),
    );
    await take(tick({ symbol: 'BRK.B', exchange: 'XNAS', at: at(2), price: 471 }));
    expect(await storedSnapshots(db.database)).toMatchObject([
      { symbol: 'BRK.A', price: '700000' },
      { symbol: 'BRK.B', price: '471' },
    ]);
    expect(await db.database.query('select symbol, exchange from symbols order by symbol')).toEqual([
      { symbol: 'BRK.A', exchange: '24x7' },
      { symbol: 'BRK.B', exchange: 'XNYS' },
    ]);
  });
});

describe('repetitions', () => {
  const ticks = [
    tick({ at: at(1), price: 10, volume: 5 }),
    tick({ at: at(1), price: 10 }),
    tick({ at: at(1), price: 10, volume: 5, bid: 9 }),
    tick({ at: at(6), price: 12, volume: 1 }),
  ];

  it('change nothing, in the batch or after it', async () => {
    expect(await take(...ticks, ...ticks)).toMatchObject({ accepted: 4, late: 0, repeated: 4 });
    const bars = await storedBars(db.database);
    published = [];
    expect(await take(...ticks, ticks[0]!)).toMatchObject({
      accepted: 0,
      late: 0,
      repeated: 5,
      changes: [],
      bars: { intraday: 0, historical: 0 },
    });
    expect(await storedTicks(db.database)).toBe(4);
    expect(await storedBars(db.database)).toEqual(bars);
    expect(bars).toEqual(barsOf(ticks));
    expect(published).toEqual([]);
  });

  it('are known by many at once, in whatever order', async () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      tick({ symbol: `S${i % 7}`, at: at(0) + ((i * 37) % 500) * 1000, price: 1 + (i % 13), volume: i % 3 }),
    );
    const first = await take(...many);
    expect(first.accepted + first.late).toBe(500);
    expect(await take(...many.slice(250), ...many.slice(0, 250))).toMatchObject({ repeated: 500 });
    expect(await storedTicks(db.database)).toBe(500);
    expect(await storedBars(db.database)).toEqual(barsOf(many));
  });
});

describe('bars', () => {
  it('of a late tick are amended, and no others', async () => {
    const ticks = [
      tick({ at: at(1), price: 10, volume: 1 }),
      tick({ at: at(6), price: 20, volume: 2 }),
      tick({ at: at(11), price: 30, volume: 3 }),
    ];
    await take(...ticks);
    const late = tick({ at: at(7), price: 25, volume: 4 });
    expect(await take(late)).toMatchObject({ late: 1, bars: { intraday: 1, historical: 1 } });
    expect(await storedBars(db.database)).toEqual(barsOf([...ticks, late]));
  });

  it('that came whole from a provider are left alone', async () => {
    await take(tick({ at: at(-10), price: 10 }));
    await db.database.query(
      `insert into intraday_ohlcv (symbol_no, time, open, high, low, close, volume, ticks)
       select symbol_no, $1, 1, 2, 0.5, 1.5, 100, 0 from symbols`,
      [instant(0)],
    );
    const before = await storedBars(db.database);
    expect(await take(tick({ at: at(1), price: 50 }))).toMatchObject({ accepted: 1, bars: { intraday: 0 } });
    const after = await storedBars(db.database);
    expect(after.filter(({ tier }) => tier === 'intraday')).toEqual(
      before.filter(({ tier }) => tier === 'intraday'),
    );
    expect(await storedProgress(db.database, 'AAPL')).toMatchObject([{}, { newest: instant(-10) }]);
  });

  it('tell how far they are, and which of them want their indicators', async () => {
    const intraday = async () => (await storedProgress(db.database, 'AAPL'))[1];
    await take(tick({ at: at(1), price: 10 }));
    expect(await intraday()).toEqual({
      tier: 'intraday',
      newest: instant(0),
      closes_at: instant(5),
      dirty_from: null,
    });
    await take(tick({ at: at(2), price: 11 }));
    expect(await intraday()).toMatchObject({ newest: instant(0), dirty_from: null });
    // A later one begins.
    await take(tick({ at: at(6), price: 12 }));
    expect(await intraday()).toMatchObject({
      newest: instant(5),
      closes_at: instant(10),
      dirty_from: instant(0),
    });
    const indicated = (through: number) =>
      db.database.query(
        `update bar_progress set dirty_from = null, indicated_through = $1 where tier = 'intraday'`,
        [instant(through)],
      );
    await indicated(0);
    await take(tick({ at: at(7), price: 12 }));
    expect(await intraday()).toMatchObject({ dirty_from: null });
    // An older one is amended, and an older one yet begun.
    await take(tick({ at: at(3), price: 12 }));
    expect(await intraday()).toMatchObject({ dirty_from: instant(0) });
    await take(tick({ at: at(-3), price: 12 }));
    expect(await intraday()).toMatchObject({ dirty_from: instant(-5), newest: instant(5) });
    // The newest, which was closed by the clock and has its indicators.
    await indicated(5);
    await take(tick({ at: at(8), price: 13 }));
    expect(await intraday()).toMatchObject({ dirty_from: instant(5) });
    // It has them, so that a later one beginning is nothing to it.
    await indicated(5);
    await take(tick({ at: at(11), price: 13 }), tick({ at: at(12), price: 14 }));
    expect(await intraday()).toMatchObject({ newest: instant(10), dirty_from: null });
    await take(tick({ at: at(16), price: 13 }), tick({ at: at(21), price: 14 }));
    expect(await intraday()).toMatchObject({ newest: instant(20), dirty_from: instant(10) });
  });
});

describe('the hook of price alerts', () => {
  it('hears of ticks that became current, and its events are published after the prices', async () => {
    const heard: FreshTick[] = [];
    const alerts: MarketEvent = { type: 'alerts', alerts: [] };
    const hooked = createTickStore({
      database: db.database,
      calendarOf,
      events: { publish: (event) => published.push(event) },
      hooks: {
        priceTicks: async (tx, fresh) => {
          await tx.query('select 1', []);
          heard.push(...fresh);
          return [alerts];
        },
      },
    });
    await hooked.take([tick({ at: at(2), price: 10.25 }), tick({ at: at(1), price: 9 })]);
    await hooked.take([tick({ at: at(1), price: 9 })]);
    expect(heard).toMatchObject([{ symbol: 'AAPL', price: 10.25, timestamp: at(2) }]);
    expect(published.map(({ type }) => type)).toEqual(['prices', 'alerts']);
  });

  it('takes the ticks with it when it fails', async () => {
    const hooked = createTickStore({
      database: db.database,
      calendarOf,
      events: { publish: (event) => published.push(event) },
      hooks: { priceTicks: async () => Promise.reject(new Error('no')) },
    });
    await expect(hooked.take([tick({ at: at(2), price: 10 })])).rejects.toThrow('no');
    expect(await storedTicks(db.database)).toBe(0);
    expect(published).toEqual([]);
    expect(await take(tick({ at: at(2), price: 10 }))).toMatchObject({ accepted: 1 });
  });
});

describe('several takers of the same symbols', () => {
  it('lose and double nothing, whatever order they name them in', async () => {
    const takers = [0, 1, 2, 3].map(() => createTickStore({ database: db.open(), calendarOf }));
    const sent: Tick[] = [];
    await Promise.all(
      takers.map(async (taker, t) => {
        for (let round = 0; round < 15; round++) {
          const ticks = Array.from({ length: 12 }, (_, i) => {
            const symbol = `S${(i * (t % 2 === 0 ? 1 : 11)) % 12}`;
            // Half of the ticks are those of another taker as well.
            return tick({ symbol, at: at(round) + i + (t >> 1) * 1000, price: 10 + i, volume: 1 + round });
          });
          sent.push(...ticks);
          await taker.take(ticks);
        }
      }),
    );
    const expected = barsOf(sent);
    expect(await storedBars(db.database)).toEqual(expected);
    const day = expected.filter(({ tier }) => tier === 'historical');
    expect(await storedTicks(db.database)).toBe(day.reduce((sum, { ticks }) => sum + ticks, 0));
  });
});
