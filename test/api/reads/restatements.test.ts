import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, givenBooks, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

const P = '/v1/portfolios/PORT_001';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
  // Back-dated: the days from then on have been published without it.
  await api.given(
    '/v1/transactions',
    transaction('T5', 'BUY', '2025-08-13', { quantity: '10', price: '152' }),
  );
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
        before: expect.objectContaining({ eod_market_value: '10047.00' }),
        after: expect.objectContaining({ eod_market_value: '10067.00' }),
        delta: expect.objectContaining({ eod_market_value: '20.00' }),
      },
    ]),
    impact: expect.arrayContaining([expect.objectContaining({ period: 'SI', twr_before: '0.0106' })]),
  });
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
