import { OpenAPIHono } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { openAccess } from '../../../api/access/access.ts';
import type { ApiEnv } from '../../../api/http/context.ts';
import { controlled } from '../../../api/http/middleware.ts';
import { registerData } from '../../../api/market/data.ts';
import type { BarQuery, ServedBar } from '../../../projections/market/bars.ts';

const START = Date.UTC(2025, 7, 15, 14);
const MINUTE = 60_000;

/** The n-th bar of five minutes; the tenth is open. */
const bar = (n: number): ServedBar => ({
  time: START + n * 5 * MINUTE,
  end: START + (n + 1) * 5 * MINUTE,
  open: 150_00000000n,
  high: 151_50000000n,
  low: 149_99999999n,
  close: 151_00000000n + BigInt(n),
  volume: 1_200_50000000n,
  ticks: 7,
  session: 20_315,
  isOpen: n === 9,
});

/** Ten bars of AAPL, of which a reader gives as many as it is asked for. */
function market() {
  const asked: BarQuery[] = [];
  const api = new OpenAPIHono<ApiEnv>();
  api.use(controlled(openAccess([])));
  registerData(api, {
    bars: {
      async bars(query) {
        asked.push(query);
        if (query.symbol !== 'AAPL') return undefined;
        const all = Array.from({ length: 10 }, (_, n) => bar(n));
        const bars = query.start === undefined ? all.slice(-query.limit) : all.slice(0, query.limit);
        return { symbol: 'AAPL', exchange: 'XNAS', bars };
      },
    },
  });
  const get = async (path: string) => {
    const response = await api.request(path);
    return { status: response.status, body: (await response.json()) as object };
  };
  return { api, asked, get };
}

describe('GET /api/data/{symbol}', () => {
  it('sends the bars in the envelope of the market data, numbers as numbers', async () => {
    const { asked, get } = market();
    const { status, body } = await get('/api/data/aapl.o?limit=2');
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: [
        {
          time: 1755268800,
          date: '2025-08-15T14:40:00.000Z',
          ...{ open: 150, high: 151.5, low: 149.99999999, close: 151.00000008, volume: 1200.5, ticks: 7 },
        },
        {
          time: 1755269100,
          date: '2025-08-15T14:45:00.000Z',
          ...{ open: 150, high: 151.5, low: 149.99999999, close: 151.00000009, volume: 1200.5, ticks: 7 },
          is_open: true,
        },
      ],
      symbol: 'AAPL',
      exchange: 'XNAS',
      interval: '5min',
      count: 2,
      has_more: true,
      timestamp: expect.any(Number),
    });
    expect(asked).toEqual([{ symbol: 'AAPL', interval: '5min', limit: 3 }]);
  });

  it('takes times as Unix seconds, dates and instants', async () => {
    const { asked, get } = market();
    await get('/api/data/AAPL?interval=1h&start=1755266400&end=2025-08-16');
    await get('/api/data/AAPL?interval=1h&start=2025-08-15T16:00:00%2B02:00&end=2025-08-16T00:00:00Z');
    const range = { start: START, end: Date.UTC(2025, 7, 16), interval: '1h', symbol: 'AAPL', limit: 10_001 };
    expect(asked).toEqual([range, range]);
  });

  it('sends the first ones from a start on, and says whether there are more', async () => {
    const { get } = market();
    const first = await get('/api/data/AAPL?start=0&limit=9');
    expect(first.body).toMatchObject({ count: 9, has_more: true });
    expect(first.body).toHaveProperty('data.0.time', START / 1000);
    const all = await get('/api/data/AAPL?start=0&limit=10');
    expect(all.body).toMatchObject({ count: 10, has_more: false });
  });

  it('sends days by their date', async () => {
    const { get } = market();
    expect((await get('/api/data/AAPL?interval=1day&start=0&limit=1')).body).toHaveProperty(
      'data.0.date',
      '2025-08-15',
    );
  });

  it('sends CSV', async () => {
    const { api } = market();
    const response = await api.request('/api/data/AAPL?limit=2&format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await response.text()).toBe(
      'time,date,open,high,low,close,volume,ticks,is_open\n' +
        '1755268800,2025-08-15T14:40:00.000Z,150,151.5,149.99999999,151.00000008,1200.5,7,\n' +
        '1755269100,2025-08-15T14:45:00.000Z,150,151.5,149.99999999,151.00000009,1200.5,7,true\n',
    );
  });

  it('knows no other symbols', async () => {
    expect(await market().get('/api/data/NOBODY')).toEqual({
      status: 404,
      body: { success: false, error: 'No data for symbol: NOBODY', timestamp: expect.any(Number) },
    });
  });

  it.each([
    ['interval=2min', 'interval must be one of 1min, 5min, 15min, 30min, 1h, 4h, 1day'],
    ['limit=0', 'limit must be a whole number from 1 to 10000'],
    ['limit=10001', 'limit must be a whole number from 1 to 10000'],
    ['start=yesterday', 'start must be Unix seconds, a date, or an instant'],
    ['end=2025-02-30', 'end must be Unix seconds, a date, or an instant'],
    ['start=20&end=10', 'must not be before start'],
    ['format=xml', 'format must be one of json, csv'],
    ['frequency=5', 'frequency is not a parameter of this request'],
  ])('refuses %s', async (query, error) => {
    const { status, body } = await market().get(`/api/data/AAPL?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, error: expect.stringContaining(error) });
  });

  it('refuses what is no symbol', async () => {
    expect((await market().get('/api/data/a%20b')).status).toBe(400);
  });
});

describe('GET /api/ohlc/{symbol}', () => {
  it('sends the newest days, a hundred unless told otherwise', async () => {
    const { asked, get } = market();
    expect((await get('/api/ohlc/AAPL')).body).toMatchObject({
      interval: '1day',
      count: 10,
      has_more: false,
    });
    await get('/api/ohlc/AAPL?interval=1h&limit=5');
    expect(asked).toEqual([
      { symbol: 'AAPL', interval: '1day', limit: 101 },
      { symbol: 'AAPL', interval: '1h', limit: 6 },
    ]);
  });
});
