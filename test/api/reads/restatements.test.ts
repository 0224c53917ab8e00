import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi, givenBooks, transaction } from '../../support/api.ts';
import type { RestatementReport } from '../../../projections/queries/restatements.ts';
import type { EventsReply, TestApi } from '../../support/api.ts';

const P = '/v1/portfolios/PORT_001';

let api: TestApi;
/** Where the log has the back-dated purchase. */
let late: number;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
  // Back-dated: the days from then on have been published without it.
  await api.given(
    '/v1/transactions',
    transaction('T5', 'BUY', '2025-08-13', { quantity: '10', price: '152' }),
  );
  const { events } = await bodyOf<EventsReply>(api.get('/v1/events?type=TransactionRecorded'));
  late = events.at(-1)?.position ?? 0;
});
afterAll(() => api.close());

async function body(path: string): Promise<unknown> {
  const reply = await api.get(path);
  const text = await reply.text();
  expect([reply.status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text);
}

test('the portfolio is in its next epoch, and the audit says why', async () => {
  expect(await body(P)).toMatchObject({ epoch: 1, complete_through: '2025-08-17' });
  expect(await body(`${P}/epochs`)).toMatchObject({
    epochs: expect.arrayContaining([
      expect.objectContaining({
        security_id: 'SEC_AAPL',
        epoch: 1,
        cause: 'transaction',
        from_date: '2025-08-13',
      }),
      expect.objectContaining({ security_id: null, epoch: 1 }),
    ]),
  });
  expect(await body(`${P}/epochs?scope=portfolio`)).toMatchObject({
    epochs: [{ security_id: null, epoch: 1 }],
  });
});

test('the restatement shows both sides and the impact', async () => {
  const restated = await body(`${P}/restatements`);
  expect(restated).toMatchObject({
    compared: { by: 'epoch', from: 0, to: 1 },
    materiality_basis_points: '5',
  });
  expect(restated).toMatchObject({
    days: expect.arrayContaining([
      {
        date: '2025-08-14',
        before: expect.objectContaining({ eod_market_value: '10047.00', realized_gain: '0.00' }),
        after: expect.objectContaining({ eod_market_value: '10067.00' }),
        delta: expect.objectContaining({ eod_market_value: '20.00' }),
        causes: [late],
      },
    ]),
    impact: expect.arrayContaining([expect.objectContaining({ period: 'SI', twr_before: '0.0106' })]),
  });
});

test.each(['epoch', 'knowledge'])('the event behind it is named, by %s', async (by) => {
  const query = by === 'epoch' ? 'from_epoch=0' : `known_from=${late - 1}`;
  const { causes, more_causes: more } = await bodyOf<RestatementReport>(
    api.get(`${P}/restatements?${query}`),
  );
  expect(more).toBe(0);
  expect(causes).toEqual([
    {
      position: late,
      recorded_at: expect.stringMatching(/^20/),
      cause: 'transaction',
      type: 'TransactionRecorded',
      security_id: 'SEC_AAPL',
      from_date: '2025-08-13',
      transaction_id: 'T5',
    },
  ]);
});

test('positions that differ are told by knowledge, when asked for', async () => {
  const query = `${P}/restatements?known_from=${late - 1}&detail=positions`;
  const { days } = await bodyOf<RestatementReport>(api.get(query));
  expect(days.find(({ date }) => date === '2025-08-14')?.positions).toEqual([
    expect.objectContaining({ security_id: 'CASH_USD' }),
    expect.objectContaining({ security_id: 'SEC_AAPL', quantity_before: '10', quantity_after: '20' }),
  ]);
  const plain = await bodyOf<RestatementReport>(api.get(`${P}/restatements?known_from=${late - 1}`));
  expect(plain.days[0]).not.toHaveProperty('positions');
  expect(plain.days.map(({ date, causes }) => [date, causes])).toEqual(
    days.map(({ date, causes }) => [date, causes]),
  );

  const csv = (await (await api.get(`${query}&format=csv`)).text()).split('\n');
  expect(csv[0]).toMatch(/^date,security_id,quantity_before,quantity_after,.*,causes\r?$/);
  expect(csv[1]).toMatch(new RegExp(`^2025-08-14,CASH_USD,.*,${late}\r?$`));
  expect((await api.get(`${P}/restatements?detail=positions`)).status).toBe(400);
});

test.each([
  ['format=svg', {}],
  ['', { Accept: 'image/svg+xml' }],
])('as a picture it shows both histories (%s)', async (query, headers) => {
  const reply = await api.get(`${P}/restatements?${query}`, headers);
  expect(reply.headers.get('Content-Type')).toBe('image/svg+xml');
  const etag = reply.headers.get('ETag') ?? '';
  const svg = await reply.text();
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain('PORT_001, restated');
  expect(svg).toContain('before (epoch 0)');
  expect(svg).toContain(`transaction T5, SEC_AAPL (event ${late}, recorded`);
  const again = await api.get(`${P}/restatements?${query}`, { ...headers, 'If-None-Match': etag });
  expect(again.status).toBe(304);
});

test('as CSV a changed day is one line', async () => {
  const reply = await api.get(`${P}/restatements?format=csv`);
  const [header] = (await reply.text()).split('\n');
  expect(header).toMatch(/^date,bod_market_value_before,bod_market_value_after,bod_market_value_delta,/);
});

test.each([
  ['from_epoch=1&to_epoch=0', 400],
  ['to_epoch=99', 404],
  ['known_to=5', 400],
  ['known_from=5&from_epoch=0', 400],
  ['materiality=-1', 400],
])('%s is refused', async (query, status) => {
  expect((await api.get(`${P}/restatements?${query}`)).status).toBe(status);
});

describe('as it was known', () => {
  // The log's position before the back-dated purchase.
  let before: number;

  beforeAll(async () => {
    const { events } = await bodyOf<EventsReply>(api.get('/v1/events?type=BusinessDateAdvanced'));
    before = events.at(-1)?.position ?? 0;
  });

  test('every read of a portfolio shows the former state, and says of which position it is', async () => {
    const reply = await api.get(`${P}/timeseries?from=2025-08-14&to=2025-08-14&known_at=${before}`);
    expect(reply.headers.get('X-Chronofolio-Position')).toBe(String(before));
    expect(await reply.json()).toMatchObject({
      rows: [{ eod_market_value: '10047.00', twr: '0.003195207189' }],
    });
    expect(await body(`${P}/timeseries?from=2025-08-14&to=2025-08-14`)).toMatchObject({
      rows: [{ eod_market_value: '10067.00' }],
    });

    expect(await body(`${P}?known_at=${before}`)).toMatchObject({ complete_through: '2025-08-17' });
    expect(await body(`${P}/positions?known_at=${before}`)).toMatchObject({
      positions: [{ security_id: 'CASH_USD' }, { security_id: 'SEC_AAPL', quantity: '6' }],
    });
    expect(await body(`${P}/positions/SEC_AAPL/lots?known_at=${before}`)).toMatchObject({
      lots: [{ lot_id: 'T2' }],
    });
    expect(await body(`${P}/positions/SEC_AAPL/history?known_at=${before}`)).toMatchObject({
      rows: [{ transaction_id: 'T2' }, { transaction_id: 'T3' }, { transaction_id: 'T4' }],
    });
    expect(await body(`${P}/transactions?known_at=${before}&security_id=SEC_AAPL`)).toMatchObject({
      transactions: [{ transaction_id: 'T2' }, { transaction_id: 'T3' }, { transaction_id: 'T4' }],
    });
    expect(await body(`${P}/cashflows?known_at=${before}&from=2025-08-13&to=2025-08-13`)).toMatchObject({
      cashflows: [],
    });
    expect(await body(`${P}/performance?periods=SI&known_at=${before}`)).toMatchObject({
      position: before,
      periods: [{ twr: '0.0106' }],
    });
    expect(await body(`/v1/portfolios?known_at=2`)).toMatchObject({
      portfolios: [{ portfolio_id: 'PORT_001' }],
    });
    expect(await body(`/v1/events?known_at=${before}&after=${before - 1}`)).toMatchObject({
      events: [{ position: before }],
    });
  });

  test('before its opening there was no portfolio', async () => {
    expect((await api.get(`${P}?known_at=0`)).status).toBe(404);
    expect((await api.get(`${P}?known_at=2001-01-01T00:00:00Z`)).status).toBe(404);
  });

  test('an answer about the past stays valid', async () => {
    const path = `${P}/positions?known_at=${before}`;
    const etag = (await api.get(path)).headers.get('ETag') ?? '';
    expect((await api.get(path, { 'If-None-Match': etag })).status).toBe(304);
  });

  test('two moments of knowledge are compared like two epochs', async () => {
    const byEpoch = await bodyOf<{ days: unknown; impact: unknown }>(api.get(`${P}/restatements`));
    expect(await body(`${P}/restatements?known_from=${before}`)).toMatchObject({
      compared: { by: 'position', from: before, to: before + 1 },
      days: byEpoch.days,
      impact: byEpoch.impact,
    });
    expect((await api.get(`${P}/restatements?known_from=${before}&known_to=1`)).status).toBe(400);
  });
});
