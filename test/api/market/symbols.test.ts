import { OpenAPIHono } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { openAccess } from '../../../api/access/access.ts';
import type { ApiEnv } from '../../../api/http/context.ts';
import { controlled } from '../../../api/http/middleware.ts';
import { registerSymbols } from '../../../api/market/symbols.ts';
import type { SymbolFacts } from '../../../projections/market/bars.ts';

const facts = (symbol: string): SymbolFacts => ({
  symbol,
  exchange: 'XNAS',
  newest_tick: 1755269100123,
  first_intraday: 1755268800000,
  last_intraday: 1755268800000,
  first_daily: null,
  last_daily: null,
});

function market() {
  const asked: unknown[] = [];
  const api = new OpenAPIHono<ApiEnv>();
  api.use(controlled(openAccess([])));
  registerSymbols(api, {
    symbols: {
      async list(options = {}) {
        asked.push(options);
        return ['A', 'B', 'C'].slice(0, options.limit).map(facts);
      },
    },
  });
  return { api, asked };
}

it('sends what is there of each, in Unix seconds', async () => {
  const { api, asked } = market();
  const response = await api.request('/api/symbols?limit=2&after=0');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    success: true,
    data: ['A', 'B'].map((symbol) => ({
      ...{ symbol, exchange: 'XNAS', newest_tick: 1755269100 },
      ...{ first_intraday: 1755268800, last_intraday: 1755268800, first_daily: null, last_daily: null },
    })),
    count: 2,
    has_more: true,
    timestamp: expect.any(Number),
  });
  expect(asked).toEqual([{ limit: 3, after: '0' }]);
});

it('sends CSV', async () => {
  const { api, asked } = market();
  const response = await api.request('/api/symbols?format=csv');
  expect(await response.text()).toBe(
    'symbol,exchange,newest_tick,first_intraday,last_intraday,first_daily,last_daily\n' +
      ['A', 'B', 'C'].map((symbol) => `${symbol},XNAS,1755269100,1755268800,1755268800,,\n`).join(''),
  );
  expect(asked).toEqual([{ limit: 1_001 }]);
});

it('refuses a limit that is none', async () => {
  const response = await market().api.request('/api/symbols?limit=ten');
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: expect.stringContaining('limit must be a whole number from 1 to 10000'),
  });
});
