import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccess } from '../../../api/access/access.ts';
import type { ApiEnv } from '../../../api/http/context.ts';
import { controlled } from '../../../api/http/middleware.ts';
import { registerAnalytics } from '../../../api/market/analytics.ts';
import { registerIndicators } from '../../../api/market/indicators.ts';
import { createIndicator, INDICATORS } from '../../../domain/indicators/catalogue.ts';
import { createCalendars } from '../../../domain/market/calendars/calendars.ts';
import { createAnalyticsReader } from '../../../infra/market-store/analytics-reads.ts';
import { createAnalyticsStore } from '../../../infra/market-store/analytics.ts';
import { createBarReader } from '../../../infra/market-store/bars.ts';
import {
  addSymbol,
  DAY,
  FIVE_MINUTES,
  fiveMinuteBars,
  type TestBar,
  wander,
  writeBars,
} from '../../infra/market-store/bar-writer.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const START = Date.UTC(2025, 7, 18);
const INTRADAY = fiveMinuteBars(1, START, 300);
const DAYS: TestBar[] = Array.from({ length: 200 }, (_, index) => ({
  time: START + (index - 198) * DAY,
  close: wander(2, index),
}));
/** In the middle of the last five minutes, and of the last day. */
const NOW = INTRADAY.at(-1)!.time + FIVE_MINUTES / 2;

let db: TestDatabase;
let api: OpenAPIHono<ApiEnv>;
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
  const { database } = db;
  const symbolNo = await addSymbol(database, 'AAPL');
  await addSymbol(database, 'NONE');
  await writeBars(database, symbolNo, 'intraday', INTRADAY);
  await writeBars(database, symbolNo, 'historical', DAYS);
  const store = createAnalyticsStore({ database });
  await store.advance('intraday', NOW, 0);
  await store.advance('historical', NOW, 0);
  api = new OpenAPIHono<ApiEnv>();
  api.use(controlled(openAccess([])));
  const now = () => NOW;
  registerAnalytics(api, { analytics: createAnalyticsReader({ database, now }) });
  registerIndicators(api, {
    bars: createBarReader({ database, now, calendarOf: createCalendars().calendarOf }),
  });
});
afterAll(() => db.close());

interface Reply {
  readonly success: boolean;
  readonly error?: string;
  readonly data: (Record<string, number | string | boolean | null> & { time: number })[];
  readonly [key: string]: unknown;
}

async function get(path: string): Promise<Reply & { status: number }> {
  const response = await api.request(path);
  return { ...((await response.json()) as Reply), status: response.status };
}

/** Of every bar, over the whole series. */
function streamed(type: 'rsi' | 'ema', period: number, bars: readonly TestBar[]): (number | null)[] {
  const indicator = createIndicator(type, { period });
  return bars.map(({ time, close }) => {
    const bar = { time, open: close, high: close + 1, low: close - 1, close, volume: 100, session: 0 };
    return indicator.update(bar).value ?? null;
  });
}

describe('GET /api/analytics', () => {
  it('gives the newest rows, the open bar marked', async () => {
    const reply = await get('/api/analytics/intraday/aapl?limit=3');
    expect(reply).toMatchObject({ status: 200, success: true, symbol: 'AAPL', count: 3, has_more: true });
    expect(reply.data.map(({ time }) => time * 1000)).toEqual(INTRADAY.slice(-3).map(({ time }) => time));
    expect(reply.data.map(({ is_open }) => is_open)).toEqual([undefined, undefined, true]);
    const rsi = streamed('rsi', 14, INTRADAY).slice(-3);
    expect(reply.data.map(({ rsi_14 }) => rsi_14)).toEqual(rsi);
  });

  it('gives the first ones of a range, nulls where there are too few bars', async () => {
    const to = INTRADAY[20]!.time / 1000;
    const reply = await get(`/api/analytics/intraday/AAPL?start=2025-08-18&end=${to}`);
    expect(reply).toMatchObject({ count: 20, has_more: false });
    expect(reply.data[18]).toMatchObject({ sma_20: null, date: '2025-08-18T01:30:00.000Z' });
    expect(reply.data[19]!.sma_20).toBeCloseTo(
      INTRADAY.slice(0, 20).reduce((sum, { close }) => sum + close, 0) / 20,
      9,
    );
  });

  it('gives days by their date', async () => {
    const reply = await get('/api/analytics/daily/AAPL?limit=2');
    expect(reply.data.map(({ date, is_open }) => [date, is_open])).toEqual([
      ['2025-08-18', undefined],
      ['2025-08-19', true],
    ]);
  });

  it('has the latest of both', async () => {
    const { data } = await get('/analytics/AAPL');
    expect(data).toMatchObject({
      symbol: 'AAPL',
      exchange: '24x7',
      intraday: { time: INTRADAY.at(-1)!.time / 1000, is_open: true },
      daily: { date: '2025-08-19', is_open: true },
    });
    expect((await get('/analytics/NONE')).data).toMatchObject({ intraday: null, daily: null });
  });

  it('speaks CSV', async () => {
    const response = await api.request('/api/analytics/daily/AAPL?limit=2&format=csv');
    expect(response.headers.get('content-type')).toContain('text/csv');
    const [names, , last] = (await response.text()).trim().split('\n');
    expect(names).toMatch(/^time,date,close,sma_20,.*,volatility_20,is_open$/);
    expect(last).toMatch(/^\d+,2025-08-19,.*,true$/);
  });

  it('does not know every symbol', async () => {
    for (const path of ['/api/analytics/intraday/XYZ', '/analytics/XYZ', '/api/indicators/XYZ?type=rsi']) {
      expect(await get(path)).toMatchObject({ status: 404, success: false, error: expect.any(String) });
    }
    expect(await get('/api/analytics/daily/AAPL?start=2025-08-19&end=2025-08-18')).toMatchObject({
      status: 400,
    });
  });
});

describe('GET /api/indicators', () => {
  it('is the catalogue', async () => {
    const reply = await get('/api/indicators');
    expect(reply).toMatchObject({ status: 200, count: INDICATORS.length });
    expect(reply.data[0]).toMatchObject({ type: 'sma', outputs: ['value'] });
  });

  it('makes any for any period, of the same values however short the range is', async () => {
    const expected = streamed('ema', 9, DAYS);
    const newest = await get('/api/indicators/AAPL?type=ema&period=9&limit=5');
    expect(newest).toMatchObject({ type: 'ema', interval: '1day', params: { period: 9 }, has_more: true });
    expect(newest.data.map(({ is_open }) => is_open)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      true,
    ]);
    for (const [index, { value }] of newest.data.entries()) {
      expect(Number(value)).toBeCloseTo(expected.at(index - 5)!, 7);
    }

    const start = DAYS[150]!.time / 1000;
    const range = await get(`/api/indicators/AAPL?type=ema&period=9&start=${start}&limit=3`);
    expect(range.data.map(({ time }) => time * 1000)).toEqual(DAYS.slice(150, 153).map(({ time }) => time));
    for (const [index, { value }] of range.data.entries()) {
      expect(Number(value)).toBeCloseTo(expected[150 + index]!, 7);
    }
  });

  it('makes them of longer bars', async () => {
    const hours = Array.from({ length: 25 }, (_, hour) => INTRADAY[Math.min(hour * 12 + 11, 299)]!);
    const { data } = await get('/api/indicators/AAPL?type=RSI&period=5&interval=1h');
    expect(data).toHaveLength(25);
    const expected = streamed('rsi', 5, hours);
    expect(data.map(({ value }) => value)).toEqual(expected);
  });

  it('annualises by the interval where nobody says otherwise', async () => {
    const path = '/api/indicators/AAPL?type=volatility';
    expect((await get(`${path}&interval=1h`)).params).toEqual({ period: 20, bars_per_year: 8_760 });
    expect((await get(path)).params).toEqual({ period: 20, bars_per_year: 365 });
    expect((await get(`${path}&bars_per_year=250`)).params).toEqual({ period: 20, bars_per_year: 250 });
  });

  it('has columns by the outputs in CSV', async () => {
    const response = await api.request('/api/indicators/AAPL?type=macd&limit=1&format=csv');
    expect((await response.text()).split('\n')[0]).toBe('time,date,macd,signal,histogram,is_open');
  });

  it.each([
    ['type=nothing', /^type must be one of sma/],
    ['', /type/],
    ['type=rsi&period=0', /^period of rsi must be a whole number from 1 to 500/],
    ['type=rsi&fast=3', /^rsi has no parameter fast/],
    ['type=rsi&period=1e3', /^period must be a number/],
    ['type=rsi&interval=2h', /interval/],
  ])('refuses %s', async (query, message) => {
    const reply = await get(`/api/indicators/AAPL?${query}`);
    expect(reply).toMatchObject({ status: 400, success: false });
    expect(reply.error).toMatch(message);
  });
});
