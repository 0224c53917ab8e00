import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import type { IndicatorBar } from '../../../domain/indicators/model.ts';
import { createAlertHooks } from '../../../infra/market-store/alert-hooks.ts';
import type { FreshPrice } from '../../../infra/market-store/alert-hooks.ts';
import { createAlertStore } from '../../../infra/market-store/alerts.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { AlertRules, AlertSettings } from '../../../projections/market/alert-rules.ts';
import type { MarketEvent, Tier } from '../../../projections/market/model.ts';
import { ABLE, settings, valuesOf } from '../../support/alerts.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let database: Database;
let rules: AlertRules;
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
  database = db.database;
  rules = createAlertStore({ database, abilities: ABLE });
});
afterAll(() => db.close());
beforeEach(async () => {
  await database.query(`
    delete from alert_deliveries; delete from alert_events; delete from alert_rules;
    delete from bar_progress; delete from intraday_ohlcv; delete from historical_ohlcv; delete from symbols`);
});

const hooks = createAlertHooks({ calendarOf });

async function made(condition: string, fields: Partial<AlertSettings> = {}): Promise<string> {
  const created = await rules.create(settings(condition, fields));
  if (!created.ok) throw new Error(JSON.stringify(created.errors));
  return created.rule.rule_id;
}

const prices = (...values: number[]): FreshPrice[] =>
  values.map((price, index) => ({ symbolNo: 1, symbol: 'AAPL', price, timestamp: 1000 + index }));
const tick = (...values: number[]) => database.transaction((tx) => hooks.priceTicks(tx, prices(...values)));

describe('a rule on prices', () => {
  it('sees every tick of a batch, in order, and is raised once for each time it becomes true', async () => {
    const rule_id = await made('price > 200', { hysteresis: 5 });
    expect(valuesOf(await tick(199, 201, 199, 202))).toEqual([201]);
    expect(await tick(203, 196, 204)).toEqual([]);
    const [event] = await tick(195, 205);
    expect(event).toMatchObject({
      type: 'alerts',
      alerts: [{ rule_id, symbol: 'AAPL', interval: 'tick', condition: 'price > 200', value: 205, at: 1001 }],
    });
    expect(await rules.find(rule_id)).toMatchObject({ state: 'raised', raised: 2 });
    const history = await rules.history({ limit: 10 });
    expect(history.rows.map(({ value }) => value)).toEqual([205, 201]);
  });

  it('may be raised several times by one batch', async () => {
    await made('price > 200');
    expect(valuesOf(await tick(201, 199, 202, 198, 203))).toEqual([201, 202, 203]);
  });

  it('leaves other symbols alone', async () => {
    await made('price > 200', { symbol: 'MSFT' });
    expect(await tick(201)).toEqual([]);
  });

  it('that was changed, put to sleep or removed is followed from the next batch on', async () => {
    const id = await made('price > 200');
    expect(valuesOf(await tick(201))).toEqual([201]);
    await rules.change(id, { condition: 'price < 200' });
    expect(valuesOf(await tick(201, 150))).toEqual([150]);
    await rules.change(id, { enabled: false });
    expect(await tick(201, 150)).toEqual([]);
    await rules.change(id, { enabled: true });
    expect(valuesOf(await tick(151))).toEqual([151]);
    await rules.remove(id);
    expect(await tick(201, 150)).toEqual([]);
    expect((await rules.history({ ruleId: id, limit: 10 })).rows).toHaveLength(3);
  });

  it('costs a batch that it does not concern one statement', async () => {
    await made('price > 200', { symbol: 'MSFT' });
    await tick(1);
    let statements = 0;
    const counting = {
      query: <R extends object>(text: string, values?: readonly unknown[]) => {
        statements += 1;
        return database.query<R>(text, values);
      },
    };
    expect(await hooks.priceTicks(counting, prices(201))).toEqual([]);
    expect(statements).toBe(1);
  });

  it('is raised anew by a batch whose transaction was lost, and is there once', async () => {
    const id = await made('price > 200', { kafka: true });
    const lost = database.transaction(async (tx) => {
      expect(valuesOf(await hooks.priceTicks(tx, prices(201)))).toEqual([201]);
      throw new Error('killed');
    });
    await expect(lost).rejects.toThrow('killed');
    expect((await rules.history({ limit: 10 })).rows).toEqual([]);
    expect(valuesOf(await tick(201))).toEqual([201]);
    expect(await tick(201)).toEqual([]);
    const { rows } = await rules.history({ ruleId: id, limit: 10 });
    expect(rows).toMatchObject([{ deliveries: [{ channel: 'kafka', status: 'pending', attempts: 0 }] }]);
  });

  it('is raised once by two processes that see the same', async () => {
    await made('price > 200');
    const others = createAlertHooks({ calendarOf });
    const at = (of: typeof hooks) => database.transaction((tx) => of.priceTicks(tx, prices(201)));
    const events = await Promise.all([at(hooks), at(others), at(hooks), at(others)]);
    expect(events.flatMap(valuesOf)).toEqual([201]);
    expect((await rules.history({ limit: 10 })).rows).toHaveLength(1);
  });
});

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Stores bars as closed ones, of one symbol. */
async function stored(tier: Tier, bars: readonly IndicatorBar[]): Promise<number> {
  const [symbol] = await database.query<{ symbol_no: number }>(
    `insert into symbols (symbol) values ('AAPL')
     on conflict (symbol) do update set symbol = excluded.symbol returning symbol_no`,
  );
  const columns = [
    symbol!.symbol_no,
    bars.map(({ time }) => new Date(time).toISOString()),
    bars.map(({ close }) => close),
    bars.map(({ high }) => high),
    bars.map(({ low }) => low),
  ];
  await database.query(
    tier === 'historical'
      ? `insert into historical_ohlcv (symbol_no, time, open, high, low, close, volume, ticks)
         select $1, time, close, high, low, close, 10, 0
         from unnest($2::timestamptz[], $3::float8[], $4::float8[], $5::float8[]) as w (time, close, high, low)
         on conflict (symbol_no, time) do update set close = excluded.close`
      : `insert into intraday_ohlcv (symbol_no, time, open, high, low, close, volume, ticks)
         select $1, time, close, high, low, close, 10, 0
         from unnest($2::timestamptz[], $3::float8[], $4::float8[], $5::float8[]) as w (time, close, high, low)
         on conflict (symbol_no, time) do update set close = excluded.close`,
    columns,
  );
  return symbol!.symbol_no;
}

async function closedThrough(symbolNo: number, tier: Tier, through: number): Promise<void> {
  await database.query(
    `insert into bar_progress (symbol_no, tier, newest, closes_at)
     values ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($3::float8 / 1000))`,
    [symbolNo, tier, through],
  );
}

const bar = (time: number, close: number): IndicatorBar => ({
  time,
  open: close,
  high: close,
  low: close,
  close,
  volume: 10,
  session: Math.floor(time / DAY),
});

const close = (
  symbolNo: number,
  tier: Tier,
  bars: readonly IndicatorBar[],
  amendedFrom?: number,
): Promise<MarketEvent[]> =>
  database.transaction((tx) =>
    hooks.closedBars(tx, [
      { symbolNo, symbol: 'AAPL', tier, bars, ...(amendedFrom === undefined ? {} : { amendedFrom }) },
    ]),
  );

describe('a rule on bars', () => {
  const today = Math.floor(Date.now() / DAY) * DAY;
  const days = (count: number, closeOf: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => bar(today - (count - index) * DAY, closeOf(index)));

  it('is warmed up from the bars that are there, and raised for none of them', async () => {
    const past = days(30, (index) => 100 + index);
    const symbolNo = await stored('historical', past);
    await closedThrough(symbolNo, 'historical', past.at(-1)!.time);
    await made('rsi(14) > 70', { interval: '1day' });
    const next = bar(today, 131);
    await stored('historical', [next]);
    const [event] = await close(symbolNo, 'historical', [next]);
    expect(event).toMatchObject({ alerts: [{ value: 100, interval: '1day', at: today + DAY }] });
  });

  it('is not raised for what is filled in of the past', async () => {
    await made('close > 100', { interval: '1day' });
    const past = days(30, (index) => 90 + index);
    const symbolNo = await stored('historical', past);
    expect(await close(symbolNo, 'historical', past.slice(0, -1))).toEqual([]);
    expect(valuesOf(await close(symbolNo, 'historical', past.slice(-1)))).toEqual([119]);
  });

  it('of crossings is armed by the last of the past', async () => {
    const past = days(5, () => 90);
    const symbolNo = await stored('historical', past);
    await closedThrough(symbolNo, 'historical', past.at(-1)!.time);
    await made('close crosses_above 100', { interval: '1day' });
    expect(valuesOf(await close(symbolNo, 'historical', [bar(today, 101)]))).toEqual([101]);
  });

  it('looks at a bar once, however often it is told of it', async () => {
    await made('close > 100', { interval: '5min' });
    const bars = [101, 99, 102].map((price, index) => bar(today + index * 5 * MINUTE, price));
    const symbolNo = await stored('intraday', bars);
    expect(valuesOf(await close(symbolNo, 'intraday', bars.slice(0, 2)))).toEqual([101]);
    expect(await close(symbolNo, 'intraday', bars.slice(0, 2))).toEqual([]);
    expect(valuesOf(await close(symbolNo, 'intraday', bars))).toEqual([102]);
    expect((await rules.history({ limit: 9 })).rows.map(({ at }) => at)).toEqual([
      today + 15 * MINUTE,
      today + 5 * MINUTE,
    ]);
  });

  it('goes by amended bars later, and is not raised for them again', async () => {
    const id = await made('sma(3) > 100', { interval: '5min' });
    const bars = [90, 90, 90].map((price, index) => bar(today + index * 5 * MINUTE, price));
    const symbolNo = await stored('intraday', bars);
    expect(await close(symbolNo, 'intraday', bars)).toEqual([]);
    const amended = bar(bars[1]!.time, 150);
    await stored('intraday', [amended]);
    expect(await close(symbolNo, 'intraday', [], amended.time)).toEqual([]);
    const next = bar(today + 15 * MINUTE, 90);
    await stored('intraday', [next]);
    const [event] = await close(symbolNo, 'intraday', [next]);
    expect(valuesOf(event ? [event] : [])[0]).toBeCloseTo(110);
    expect(await rules.find(id)).toMatchObject({ raised: 1 });
  });

  it('of a longer interval waits for its window', async () => {
    await made('close > 100', { interval: '15min' });
    await made('volume >= 20', { interval: '15min' });
    const at = (minutes: number, price: number) => bar(today + minutes * MINUTE, price);
    const symbolNo = await stored('intraday', []);
    expect(await close(symbolNo, 'intraday', [at(0, 110)])).toEqual([]);
    expect(await close(symbolNo, 'intraday', [at(5, 120)])).toEqual([]);
    // The last bar of the window.
    const full = await close(symbolNo, 'intraday', [at(10, 130)]);
    expect(valuesOf(full).sort((a, b) => a - b)).toEqual([30, 130]);
    // One bar in its window, which the next one completes.
    expect(await close(symbolNo, 'intraday', [at(15, 90)])).toEqual([]);
    expect(await close(symbolNo, 'intraday', [at(30, 105), at(35, 106)])).toEqual([]);
    const late = await close(symbolNo, 'intraday', [at(60, 80)]);
    expect(valuesOf(late).sort((a, b) => a - b)).toEqual([20, 106]);
  });

  it('is of its own tier', async () => {
    await made('close > 100', { interval: '1day' });
    const symbolNo = await stored('intraday', []);
    expect(await close(symbolNo, 'intraday', [bar(today, 110)])).toEqual([]);
  });
});
