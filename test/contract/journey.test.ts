/** The main journey, through the generated client alone: what it names exists, and is of the type it says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChronofolioClient, succeeded } from '../../client/client.ts';
import type { ChronofolioClient } from '../../client/client.ts';
import { pages, rows } from '../../client/pages.ts';
import type { NextPage } from '../../client/pages.ts';
import { ChronofolioError } from '../../client/problem.ts';
import type { TestApi } from '../support/api.ts';
import { createStage } from './stage.ts';

const PORTFOLIO = { portfolio_id: 'PORT_001' };
const PRICES = ['150', '152', '154', '156'];

let api: TestApi;
let client: ChronofolioClient;
let requests = 0;
beforeAll(async () => {
  api = await createStage();
  client = createChronofolioClient({
    baseUrl: 'http://chronofolio.test',
    keptReplies: 10,
    fetch: (request) => {
      requests += 1;
      return api.fetch(request);
    },
  });
});
afterAll(() => api.close());

/** What the client throws. */
async function refusal(call: Promise<unknown>): Promise<ChronofolioError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ChronofolioError) return thrown;
  throw new Error(`not refused as was expected: ${String(thrown)}`);
}

describe('a week of a portfolio', () => {
  test('is opened, registered and recorded', async () => {
    const opened = await succeeded(
      client.POST('/v1/portfolios', { body: { ...PORTFOLIO, base_currency: 'USD', name: 'Growth' } }),
    );
    expect(opened.results).toEqual([{ id: 'PORT_001', status: 'accepted', position: 1 }]);
    await succeeded(
      client.POST('/v1/securities', { body: { security_id: 'SEC_AAPL', currency: 'USD', type: 'equity' } }),
    );
    const recorded = await succeeded(
      client.POST('/v1/transactions', {
        body: [
          {
            ...{ transaction_id: 'T1', ...PORTFOLIO, security_id: 'CASH_USD', currency: 'USD' },
            transaction_date: '2025-08-11T10:00:00Z',
            transaction_type: 'DEPOSIT',
            gross_transaction_amount: '10000',
          },
          {
            ...{ transaction_id: 'T2', ...PORTFOLIO, security_id: 'SEC_AAPL', currency: 'USD' },
            transaction_date: '2025-08-12T10:00:00Z',
            transaction_type: 'BUY',
            quantity: 10,
            price: '150',
            trade_fee: '5',
          },
        ],
      }),
    );
    expect(recorded.results.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    const days = PRICES.map((price, i) => ({ security_id: 'SEC_AAPL', date: `2025-08-${12 + i}`, price }));
    await succeeded(client.POST('/v1/prices', { body: days }));
    await succeeded(client.POST('/v1/business-dates', { body: { date: '2025-08-15' } }));
    await api.project();
  });

  test('has its figures', async () => {
    const performance = await succeeded(
      client.GET('/v1/portfolios/{portfolio_id}/performance', {
        params: { path: PORTFOLIO, query: { periods: 'SI' } },
      }),
    );
    // 10 pieces from 150 to 156, less the fee of 5: 10,055 of 10,000.
    expect(performance.periods).toMatchObject([
      { period: 'SI', twr: '0.0055', end_market_value: '10055.00', gain: '55.00' },
    ]);
    const { positions } = await succeeded(
      client.GET('/v1/portfolios/{portfolio_id}/positions', { params: { path: PORTFOLIO } }),
    );
    expect(positions.map(({ security_id, quantity }) => [security_id, quantity])).toEqual([
      ['CASH_USD', '8495'],
      ['SEC_AAPL', '10'],
    ]);
  });

  test('is the same as a group of one', async () => {
    const { rows: days } = await succeeded(
      client.GET('/v1/groups/{group_id}/timeseries', { params: { path: { group_id: 'PORT_001,PORT_001' } } }),
    );
    expect(days.at(-1)).toMatchObject({ date: '2025-08-15', eod_market_value: '10055.00' });
  });

  test('comes in pages, of which the client makes one list', async () => {
    const page = (next: NextPage) =>
      succeeded(
        client.GET('/v1/portfolios/{portfolio_id}/timeseries', {
          params: { path: PORTFOLIO, query: { limit: 2, ...next } },
        }),
      );
    const sizes: number[] = [];
    for await (const { rows: days } of pages(page)) sizes.push(days.length);
    expect(sizes).toEqual([2, 2, 1]);
    const dates: string[] = [];
    for await (const { date } of rows(page, (one) => one.rows)) dates.push(date);
    expect(dates).toEqual([11, 12, 13, 14, 15].map((day) => `2025-08-${day}`));
  });

  test('is asked for again only by its tag while nothing has changed', async () => {
    const ask = () => client.GET('/v1/portfolios/{portfolio_id}/cashflows', { params: { path: PORTFOLIO } });
    const first = await ask();
    const before = requests;
    const second = await ask();
    expect(second.data).toEqual(first.data);
    expect(second.response.headers.get('ETag')).toBe(first.response.headers.get('ETag'));
    expect([requests - before, api.observations.at(-1)?.status]).toEqual([1, 304]);
  });

  test('is corrected, and the correction is told', async () => {
    await succeeded(
      client.POST('/v1/transactions/{transaction_id}/correct', {
        params: { path: { transaction_id: 'T2' } },
        body: { trade_fee: '6', reason: 'a fee misread' },
      }),
    );
    await api.project();
    const { epochs } = await succeeded(
      client.GET('/v1/portfolios/{portfolio_id}/epochs', { params: { path: PORTFOLIO } }),
    );
    expect(epochs.length).toBeGreaterThan(0);
  });

  test('reads as CSV too', async () => {
    const reply = await client.GET('/v1/portfolios/{portfolio_id}/timeseries', {
      params: { path: PORTFOLIO },
      headers: { Accept: 'text/csv' },
      parseAs: 'text',
    });
    expect(reply.response.headers.get('Content-Type')).toContain('text/csv');
    expect(String(reply.data).split('\n')[0]).toMatch(/^date,/);
  });
});

describe('what is refused', () => {
  test('is an error with the name of its kind', async () => {
    const error = await refusal(
      succeeded(
        client.GET('/v1/portfolios/{portfolio_id}/timeseries', {
          params: { path: { portfolio_id: 'NOBODYS' } },
        }),
      ),
    );
    expect(error).toMatchObject({ status: 404, code: 'not-found', message: 'there is no portfolio NOBODYS' });
    expect(error.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('says which field is wrong', async () => {
    const body = { security_id: 'SEC_AAPL', date: '2025-08-12', price: '-1' };
    const error = await refusal(succeeded(client.POST('/v1/prices', { body })));
    expect(error).toMatchObject({ status: 422, code: 'rejected' });
    expect(error.errors).toMatchObject([{ field: 'price', rule: 'positive' }]);
  });

  test('is typed as the problem document it is, where nothing is thrown', async () => {
    const { data, error } = await client.GET('/v1/portfolios/{portfolio_id}', {
      params: { path: { portfolio_id: 'NOBODYS' } },
    });
    expect([data, error?.status, error?.detail]).toEqual([undefined, 404, 'there is no portfolio NOBODYS']);
  });

  test('by market data is told by its envelope', async () => {
    const error = await refusal(
      succeeded(client.GET('/api/snapshots/{symbol}', { params: { path: { symbol: 'NONE' } } })),
    );
    expect(error).toMatchObject({ status: 404, code: 'http-404' });
    expect(error.message).toContain('NONE');
  });
});
