/** From ticks to alerts, through everything that is in between. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createAlertHooks } from '../../../infra/market-store/alert-hooks.ts';
import { createAlertStore } from '../../../infra/market-store/alerts.ts';
import { createAnalyticsStore } from '../../../infra/market-store/analytics.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import type { AlertRules } from '../../../projections/market/alert-rules.ts';
import { createAnalytics } from '../../../projections/market/analytics.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import type { AlertRaised } from '../../../projections/market/model.ts';
import { ABLE, settings } from '../../support/alerts.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY) * DAY;

let db: TestDatabase;
let rules: AlertRules;
const raised: AlertRaised[] = [];
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
  rules = createAlertStore({ database: db.database, abilities: ABLE });
});
afterAll(() => db.close());

/** A process: takes ticks, then makes what is to be made of the bars that are closed at some time. */
function createProcess() {
  const { database } = db;
  const events = createMarketEvents((error) => {
    throw error;
  });
  events.subscribe((event) => {
    if (event.type === 'alerts') raised.push(...event.alerts);
  });
  const hooks = createAlertHooks({ calendarOf });
  const ticks = createTickStore({ database, calendarOf, events, hooks });
  let now = 0;
  const analytics = createAnalytics({
    store: createAnalyticsStore({ database, barHook: hooks.closedBars }),
    events,
    now: () => now,
    logger: SILENT_LOGGER,
  });
  return {
    take: (symbol: string, prices: readonly (readonly [at: number, price: number])[]) =>
      ticks.take(
        prices.map(([timestamp, price]) => ({
          symbol,
          exchange: undefined,
          price: BigInt(Math.round(price * 1e8)),
          timestamp,
          volume: 100_000_000n,
          bid: undefined,
          ask: undefined,
        })),
      ),
    async close(at: number) {
      now = at;
      while ((await analytics.step()) > 0);
    },
  };
}

async function made(fields: Parameters<typeof settings>[1], condition: string): Promise<string> {
  const created = await rules.create(settings(condition, fields));
  if (!created.ok) throw new Error(JSON.stringify(created.errors));
  return created.rule.rule_id;
}

const of = (ruleId: string) => raised.filter(({ rule_id }) => rule_id === ruleId);

describe('a rule', () => {
  it('on the prices of a symbol without any yet is raised by the first tick that makes it true', async () => {
    const id = await made({ symbol: 'NEW' }, 'price > 200.1');
    const { take } = createProcess();
    await take('NEW', [[TODAY - 3, 200.1]]);
    await take('NEW', [[TODAY - 2, 200.10000001]]);
    // There already, and late.
    await take('NEW', [[TODAY - 2, 200.10000001]]);
    await take('NEW', [[TODAY - 4, 300]]);
    expect(of(id)).toMatchObject([{ value: 200.10000001, at: TODAY - 2, symbol: 'NEW' }]);
  });

  it('on an indicator of days says what is stored of it, once, whichever process closes them', async () => {
    const [one, two] = [createProcess(), createProcess()];
    const closeOf = (day: number) => 100 + (day % 3) + day * (day > 25 ? 2 : 0);
    const days = Array.from({ length: 40 }, (_, day): [number, number] => [
      TODAY - (40 - day) * DAY + 12 * 60 * MINUTE,
      closeOf(day),
    ]);
    await one.take('RSI', days.slice(0, 30));
    await one.close(days[30]![0]);
    const id = await made({ symbol: 'RSI', interval: '1day', hysteresis: 5 }, 'rsi(14) > 70');
    for (const [index, day] of days.slice(30).entries()) {
      await one.take('RSI', [day]);
      const closing = Math.floor(day[0] / DAY + 1) * DAY;
      if (index % 2 === 0) await one.close(closing);
      await Promise.all([one.close(closing), two.close(closing)]);
    }
    const alerts = of(id);
    expect(alerts).toHaveLength(1);
    const stored = await db.database.query<{ rsi_14: number; at: number }>(
      `select rsi_14, (extract(epoch from time + interval '1 day') * 1000)::int8 as at
       from daily_analytics join symbols using (symbol_no)
       where symbol = 'RSI' and time >= to_timestamp($1::float8 / 1000) and rsi_14 > 70
       order by time limit 1`,
      [days[30]![0] - DAY / 2],
    );
    expect(alerts[0]!.at).toBe(stored[0]!.at);
    expect(alerts[0]!.value).toBeCloseTo(stored[0]!.rsi_14, 9);
    expect((await rules.history({ ruleId: id, limit: 10 })).rows).toHaveLength(1);
  });

  it('on bars of a quarter of an hour is raised when the window is over', async () => {
    const { take, close } = createProcess();
    const id = await made({ symbol: 'QUARTER', interval: '15min' }, 'close crosses_above open');
    const start = TODAY - DAY;
    await take('QUARTER', [
      [start, 100],
      [start + 14 * MINUTE, 90],
      [start + 16 * MINUTE, 90],
      [start + 21 * MINUTE, 99],
    ]);
    await close(start + 27 * MINUTE);
    expect(of(id)).toEqual([]);
    await take('QUARTER', [[start + 28 * MINUTE, 95]]);
    await close(start + 30 * MINUTE);
    expect(of(id)).toMatchObject([{ value: 95, at: start + 30 * MINUTE }]);
  });

  it('goes by bars that a late tick amended, and is not raised for these', async () => {
    const { take, close } = createProcess();
    const start = TODAY - DAY;
    const id = await made({ symbol: 'LATE', interval: '5min' }, 'sma(2) > 100');
    await take('LATE', [
      [start, 90],
      [start + 5 * MINUTE, 90],
    ]);
    await close(start + 10 * MINUTE);
    await take('LATE', [[start + 9 * MINUTE, 150]]);
    await take('LATE', [[start + 8 * MINUTE, 200]]);
    await close(start + 10 * MINUTE);
    expect(of(id)).toEqual([]);
    await take('LATE', [[start + 10 * MINUTE, 60]]);
    await close(start + 15 * MINUTE);
    expect(of(id)).toMatchObject([{ value: 105, at: start + 15 * MINUTE }]);
  });
});
