/** What a principal of one portfolio may record, and what it learns by trying to record more. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, transaction } from '../../support/api.ts';
import { HIDDEN, MISSING, openIsolation, OWN, seen } from '../../support/isolation.ts';
import type { IsolationStage, Seen } from '../../support/isolation.ts';

let stage: IsolationStage;

beforeAll(async () => {
  stage = await openIsolation();
});
afterAll(() => stage.close());

/** Names of one length, so that replies that say them are as long as each other. */
async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Seen> {
  const reply = await stage.api.post(path, body, { ...stage.limited, ...headers });
  return seen(reply, ['T_HID_1', 'T_NEW_1', 'T_HID_2', 'T_NEW_2', 'T_NON_2', HIDDEN, MISSING]);
}

const buy = (transaction_id: string, portfolio_id = OWN, quantity = '1') =>
  transaction(transaction_id, 'BUY', '2025-08-14', {
    portfolio_id,
    security_id: 'SEC_A',
    quantity,
    price: '150',
  });

async function idsOf(portfolioId: string): Promise<string[]> {
  await stage.api.project();
  const { transactions } = await bodyOf<{ transactions: { transaction_id: string; status: string }[] }>(
    stage.api.get(`/v1/portfolios/${portfolioId}/transactions`, stage.full),
  );
  return transactions.map((one) => `${one.transaction_id} ${one.status}`);
}

describe('a portfolio that may not be known of', () => {
  it('is as if it were not there, without a question to the database', async () => {
    for (const path of ['/v1/transactions', '/v1/portfolios']) {
      const body = (portfolio_id: string) =>
        path === '/v1/portfolios' ? { portfolio_id, base_currency: 'USD' } : buy('T_NEW_1', portfolio_id);
      stage.statements();
      const hidden = await post(path, body(HIDDEN));
      const missing = await post(path, body(MISSING), { 'Idempotency-Key': 'never-asked' });
      expect(stage.statements()).toBe(0);
      expect(hidden).toEqual(missing);
      expect(hidden.status).toBe(404);
    }
  });

  it('is refused item by item among those that may', async () => {
    const reply = await post('/v1/transactions', [buy('T_MIX_1'), buy('T_MIX_2', HIDDEN), buy('T_MIX_3')]);
    expect(reply.status).toBe(207);
    const { results, position }: { results: Record<string, unknown>[]; position: unknown } = JSON.parse(
      reply.body,
    );
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(results.map((result) => 'position' in result)).toEqual([false, false, false]);
    expect(position).toBeNull();
    expect(reply.headers).not.toHaveProperty('x-chronofolio-position');
  });
});

describe('an id of a transaction that was taken in a portfolio that may not be known of', () => {
  it('is free, costs what a free one costs, and is then taken', async () => {
    stage.statements();
    const free = await post('/v1/transactions', buy('T_NEW_1'));
    const costOfFree = stage.statements();
    const taken = await post('/v1/transactions', buy('T_HID_1'));
    expect(stage.statements()).toBe(costOfFree);
    expect(taken).toEqual(free);
    expect(JSON.parse(taken.body)).toMatchObject({ results: [{ status: 'accepted' }] });

    const again = await post('/v1/transactions', buy('T_HID_1'));
    expect(again).toEqual(await post('/v1/transactions', buy('T_NEW_1')));
    expect(JSON.parse(again.body)).toMatchObject({ results: [{ status: 'duplicate' }] });
    const other = await post('/v1/transactions', buy('T_HID_1', OWN, '2'));
    expect(other).toEqual(await post('/v1/transactions', buy('T_NEW_1', OWN, '2')));
    expect(other.status).toBe(409);
  });

  it('can be corrected and cancelled where it is known, and stays as it is elsewhere', async () => {
    const before = await idsOf(HIDDEN);
    const correction = { price: '151', reason: 'typo' };
    const corrected = await post('/v1/transactions/T_HID_1/correct', correction);
    expect(corrected.status).toBe(200);
    expect(corrected).toEqual(await post('/v1/transactions/T_NEW_1/correct', correction));
    const cancelled = await post('/v1/transactions/T_HID_1/cancel', { reason: 'never was' });
    expect(cancelled).toEqual(await post('/v1/transactions/T_NEW_1/cancel', { reason: 'never was' }));
    expect(await idsOf(OWN)).toEqual(expect.arrayContaining(['T_HID_1 cancelled', 'T_NEW_1 cancelled']));
    expect(await idsOf(HIDDEN)).toEqual(before);
  });

  it('is unknown to corrections and cancellations at the cost of one that there is not', async () => {
    for (const [action, body] of [
      ['correct', { price: '1', reason: 'try' }],
      ['cancel', { reason: 'try' }],
    ] as const) {
      stage.statements();
      const hidden = await post(`/v1/transactions/T_HID_2/${action}`, body);
      const cost = stage.statements();
      const missing = await post(`/v1/transactions/T_NON_2/${action}`, body);
      expect([hidden, cost]).toEqual([missing, stage.statements()]);
      expect(hidden.status).toBe(404);
    }
  });

  it('is told by its portfolio for those who know of both', async () => {
    const { api, full } = stage;
    const reply = await api.post(
      '/v1/transactions/T_HID_1/correct',
      { portfolio_id: HIDDEN, note: 'seen', reason: 'note' },
      full,
    );
    expect(reply.status).toBe(200);
    const own = await api.post(
      '/v1/transactions/T_HID_1/correct',
      { portfolio_id: OWN, note: 'seen', reason: 'note' },
      full,
    );
    // The one of that portfolio is cancelled, the other is not.
    expect(await own.text()).toContain('is cancelled');
  });
});

describe('what all share', () => {
  it('is not registered by the way', async () => {
    const reply = await post('/v1/transactions', { ...buy('T_SEC_1'), security_id: 'SEC_FRESH' });
    expect(reply.status).toBe(422);
    expect(reply.body).toContain('there is no security SEC_FRESH; it has to be registered first');
    const cash = await post('/v1/transactions', {
      ...buy('T_SEC_2'),
      transaction_type: 'DEPOSIT',
      security_id: 'CASH_CHF',
      currency: 'CHF',
      quantity: undefined,
      price: undefined,
      gross_transaction_amount: '10',
    });
    expect([cash.status, cash.body]).toEqual([200, expect.stringContaining('accepted')]);
  });
});

describe('keys of requests', () => {
  it('are each principal’s own', async () => {
    const { api, full, access } = stage;
    const key = { 'Idempotency-Key': 'upload-1' };
    expect((await api.post('/v1/transactions', buy('T_KEY_1'), { ...full, ...key })).status).toBe(200);
    const other = await post('/v1/portfolios', { portfolio_id: OWN, base_currency: 'USD', name: 'A' }, key);
    expect([other.status, other.body]).toEqual([200, expect.stringContaining('accepted')]);
    const clash = await post('/v1/portfolios', { portfolio_id: OWN, base_currency: 'USD', name: 'B' }, key);
    expect([clash.status, clash.body]).toEqual([409, expect.stringContaining('was used before')]);
    const third = await access.headers({ portfolio_ids: [OWN] });
    const reply = await api.post(
      '/v1/portfolios',
      { portfolio_id: OWN, base_currency: 'USD', name: 'C' },
      { ...third, ...key },
    );
    expect(reply.status).toBe(200);
  });
});

describe('who did it', () => {
  it('stands in the log, and is nobody’s to say', async () => {
    const { api, full, limited } = stage;
    await api.post('/v1/transactions', { ...buy('T_WHO_1') }, { ...limited, 'X-Actor': 'somebody' });
    const id = /cf_(\w{12})_/.exec(limited['Authorization']!)![1]!;
    const { events } = await bodyOf<{ events: { data: { transaction_id?: string }; metadata: object }[] }>(
      api.get('/v1/events?type=TransactionRecorded', full),
    );
    const event = events.find(({ data }) => data.transaction_id === 'T_WHO_1');
    expect(event?.metadata).toMatchObject({ source: 'http', actor: `key:${id}` });
  });
});
