import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi, problemOf, transaction } from '../../support/api.ts';
import type { CommandReply, EventsReply, TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_001', base_currency: 'USD' });
  await api.given('/v1/securities', { security_id: 'SEC_AAPL', currency: 'USD' });
  await api.given(
    '/v1/transactions',
    transaction('BASE', 'BUY', '2025-01-02', { quantity: '10', price: '100' }),
  );
});
afterAll(() => api.close());

describe('one object', () => {
  test('is recorded and answered with its position', async () => {
    const reply = await api.post('/v1/prices', { security_id: 'SEC_AAPL', date: '2025-01-02', price: 101.5 });
    expect(reply.status).toBe(200);
    const body = await bodyOf<CommandReply>(reply);
    expect(body).toEqual({
      results: [{ id: 'SEC_AAPL 2025-01-02', status: 'accepted', position: body.position }],
      position: body.position,
    });
    expect(reply.headers.get('X-Chronofolio-Position')).toBe(String(body.position));
  });

  test('a repeat is a duplicate with the first position', async () => {
    const item = transaction('REPEAT', 'BUY', '2025-01-03', { quantity: '1', price: '100' });
    const first = await bodyOf<CommandReply>(api.post('/v1/transactions', item));
    const again = await bodyOf<CommandReply>(api.post('/v1/transactions', item));
    expect(again).toEqual({
      results: [{ id: 'REPEAT', status: 'duplicate', position: first.position }],
      position: first.position,
    });
  });

  test('the request id becomes the correlation id of its events', async () => {
    const id = 'my-request-17';
    const item = transaction('CORR', 'BUY', '2025-01-03', { quantity: '1', price: '100' });
    const { position } = await bodyOf<CommandReply>(
      api.post('/v1/transactions', item, { 'X-Request-Id': id }),
    );
    const { events } = await bodyOf<EventsReply>(api.get(`/v1/events?after=${position - 1}&limit=1`));
    expect(events[0]?.metadata).toMatchObject({ source: 'http', correlation_id: id });
  });
});

describe('a rejected object', () => {
  const sell = (id: string, quantity: string) =>
    transaction(id, 'SELL', '2025-01-10', { quantity, price: '100' });

  test.each([
    [
      'a negative price',
      '/v1/prices',
      { security_id: 'SEC_AAPL', date: '2025-01-02', price: -1 },
      422,
      'price',
      'positive',
    ],
    [
      'a price of zero',
      '/v1/prices',
      { security_id: 'SEC_AAPL', date: '2025-01-02', price: 0 },
      422,
      'price',
      'positive',
    ],
    [
      'a zero FX rate',
      '/v1/fx-rates',
      { from_currency: 'EUR', to_currency: 'USD', date: '2025-01-02', rate: '0' },
      422,
      'rate',
      'positive',
    ],
    ['a date that does not exist', '/v1/business-dates', { date: '2025-02-30' }, 422, 'date', 'date'],
    [
      'an unknown field',
      '/v1/portfolios',
      { portfolio_id: 'P', base_currency: 'USD', bais: 1 },
      422,
      'bais',
      'unknown_field',
    ],
    ['a missing field', '/v1/portfolios', { portfolio_id: 'P' }, 422, 'base_currency', 'required'],
    [
      'a number that is text',
      '/v1/prices',
      { security_id: 'SEC_AAPL', date: '2025-01-02', price: 'abc' },
      422,
      'price',
      'decimal',
    ],
    [
      'an unknown portfolio',
      '/v1/transactions',
      { ...transaction('U', 'BUY', '2025-01-02', { quantity: '1', price: '1' }), portfolio_id: 'NOPE' },
      404,
      'portfolio_id',
      'not_found',
    ],
    ['something that is no object', '/v1/portfolios', '"text"', 422, '', 'type'],
  ])('%s', async (_, path, body, status, field, rule) => {
    const reply = await api.post(path, body);
    expect(reply.status).toBe(status);
    expect((await problemOf(reply)).errors).toContainEqual({ field, rule, message: expect.any(String) });
  });

  test('40-digit numbers, as a literal and as text', async () => {
    const digits = '1234567890123456789012345678901234567890';
    for (const price of [digits, `"${digits}"`]) {
      const reply = await api.post(
        '/v1/prices',
        `{"security_id":"SEC_AAPL","date":"2025-01-02","price":${price}}`,
      );
      expect(reply.status).toBe(422);
      expect((await problemOf(reply)).errors).toEqual([
        { field: 'price', rule: 'digits', message: expect.stringContaining('20 digits before') },
      ]);
    }
  });

  test('selling more than is held names what was held, unless pending is accepted', async () => {
    const refused = await api.post('/v1/transactions', sell('TOO_MUCH', '1000'));
    expect(refused.status).toBe(422);
    const { errors, code } = await problemOf(refused);
    expect(code).toBe('insufficient_quantity');
    expect(errors?.[0]).toMatchObject({ field: 'quantity' });
    expect(errors?.[0]?.message).toMatch(/\b12\b|\b11\b|\b10\b/);

    const accepted = await api.post('/v1/transactions?pending=accept', sell('TOO_MUCH', '1000'));
    expect(accepted.status).toBe(200);
    expect((await bodyOf<CommandReply>(accepted)).results).toMatchObject([
      { id: 'TOO_MUCH', status: 'pending' },
    ]);
  });

  test('the same id with another content is a conflict', async () => {
    const item = transaction('SAME_ID', 'BUY', '2025-01-04', { quantity: '1', price: '100' });
    expect((await api.post('/v1/transactions', item)).status).toBe(200);
    const reply = await api.post('/v1/transactions', { ...item, price: '101' });
    expect(reply.status).toBe(409);
    expect((await problemOf(reply)).detail).toContain('SAME_ID');
  });

  test('tells nothing twice: several faults come together', async () => {
    const reply = await api.post('/v1/prices', { security_id: '', date: '2025-13-01', price: '-1' });
    const { errors } = await problemOf(reply);
    expect(errors?.map(({ field }) => field).sort()).toEqual(['date', 'price', 'security_id']);
  });
});

describe('several objects', () => {
  test('each has its outcome; 207 when some are rejected', async () => {
    const reply = await api.post('/v1/prices', [
      { security_id: 'SEC_AAPL', date: '2025-01-06', price: '101' },
      { security_id: 'SEC_AAPL', date: '2025-01-07', price: '-1' },
    ]);
    expect(reply.status).toBe(207);
    const { results } = await bodyOf<CommandReply>(reply);
    expect(results).toMatchObject([
      { id: 'SEC_AAPL 2025-01-06', status: 'accepted' },
      { status: 'rejected', error: { code: 'invalid', errors: [{ field: 'price', rule: 'positive' }] } },
    ]);
  });

  test('200 when all are taken, also when there is one', async () => {
    const one = [{ security_id: 'SEC_AAPL', date: '2025-01-08', price: '101' }];
    expect((await api.post('/v1/prices', one)).status).toBe(200);
  });

  test('an array of one that is rejected is 207 and no problem', async () => {
    expect((await api.post('/v1/prices', [{ date: 'x' }])).status).toBe(207);
  });

  test('an empty array is a problem', async () => {
    const reply = await api.post('/v1/prices', []);
    expect(reply.status).toBe(400);
    expect((await problemOf(reply)).errors?.[0]?.rule).toBe('not_empty');
  });
});

describe('corrections and cancellations', () => {
  test('are addressed by the path', async () => {
    await api.given(
      '/v1/transactions',
      transaction('FIX', 'BUY', '2025-01-05', { quantity: '1', price: '100' }),
    );
    const corrected = await api.post('/v1/transactions/FIX/correct', { price: '99', reason: 'typo' });
    expect(corrected.status).toBe(200);
    expect((await bodyOf<CommandReply>(corrected)).results).toMatchObject([
      { id: 'FIX', status: 'accepted' },
    ]);

    const cancelled = await api.post('/v1/transactions/FIX/cancel', { reason: 'never happened' });
    expect(cancelled.status).toBe(200);

    const late = await api.post('/v1/transactions/FIX/correct', { price: '98', reason: 'too late' });
    expect(late.status).toBe(422);
    expect((await problemOf(late)).code).toBe('cancelled');
  });

  test('of an unknown transaction are 404', async () => {
    const reply = await api.post('/v1/transactions/NOPE/cancel', { reason: 'x' });
    expect(reply.status).toBe(404);
  });

  test('cannot name another transaction than the path', async () => {
    const body = { transaction_id: 'OTHER', price: '1', reason: 'x' };
    const reply = await api.post('/v1/transactions/BASE/correct', body);
    expect(reply.status).toBe(422);
    expect((await problemOf(reply)).errors).toMatchObject([{ field: 'transaction_id', rule: 'disagrees' }]);
  });

  test('take one object', async () => {
    const reply = await api.post('/v1/transactions/BASE/correct', [{ price: '1', reason: 'x' }]);
    expect(reply.status).toBe(400);
  });

  test('need a reason', async () => {
    const reply = await api.post('/v1/transactions/BASE/cancel', {});
    expect(reply.status).toBe(422);
    expect((await problemOf(reply)).errors).toMatchObject([{ field: 'reason', rule: 'required' }]);
  });
});

describe('Idempotency-Key', () => {
  const key = { 'Idempotency-Key': 'upload-1' };
  const body = [{ date: '2024-01-02' }, { date: '2024-01-03' }];

  test('a repeat appends nothing, another request with it is a conflict', async () => {
    expect((await api.post('/v1/business-dates', body, key)).status).toBe(200);
    const { head } = await bodyOf<EventsReply>(api.get('/v1/events?limit=1'));
    const again = await api.post('/v1/business-dates', body, key);
    expect(again.status).toBe(200);
    const statuses = (await bodyOf<CommandReply>(again)).results.map((result) => result.status);
    expect(statuses).toEqual(['duplicate', 'duplicate']);
    expect((await bodyOf<EventsReply>(api.get('/v1/events?limit=1'))).head).toBe(head);

    const other = await api.post('/v1/business-dates', { date: '2024-01-04' }, key);
    expect(other.status).toBe(409);
    expect((await problemOf(other)).errors?.[0]?.rule).toBe('idempotency_key');
  });

  test('that cannot stand in a log line is refused', async () => {
    const reply = await api.post('/v1/business-dates', { date: '2024-01-04' }, { 'Idempotency-Key': 'a b' });
    expect(reply.status).toBe(400);
  });
});

describe('wait=projected', () => {
  test('returns when readers see the effect', async () => {
    const item = transaction('SEEN', 'BUY', '2025-01-06', { quantity: '3', price: '100' });
    let over = false;
    const waiting = api.post('/v1/transactions?wait=projected', item).finally(() => (over = true));
    while (!over) await api.project();
    const reply = await waiting;
    expect(reply.status).toBe(200);
    const { position } = await bodyOf<CommandReply>(reply);
    const read = await api.get('/v1/portfolios/PORT_001');
    expect(Number(read.headers.get('X-Chronofolio-Position'))).toBeGreaterThanOrEqual(position);
  });

  test('that takes too long says that the facts are recorded', async () => {
    const impatient = await createTestApi({
      config: { bodyLimitBytes: 1000, streamMaxRows: 10, projectionTimeoutMs: 5, corsOrigins: [] },
    });
    try {
      const reply = await impatient.post('/v1/business-dates?wait=projected', { date: '2025-01-02' });
      expect(reply.status).toBe(504);
      expect(await problemOf(reply)).toMatchObject({
        results: [{ id: '2025-01-02', status: 'accepted' }],
        position: 1,
      });
    } finally {
      await impatient.close();
    }
  });

  test('anything else is refused', async () => {
    const reply = await api.post('/v1/business-dates?wait=forever', { date: '2025-01-02' });
    expect(reply.status).toBe(400);
    expect((await problemOf(reply)).errors).toMatchObject([{ field: 'wait', rule: 'one_of' }]);
  });
});
