import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi, givenBooks, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

type PageBody = Partial<Record<string, unknown[]>>;

const SERIES = '/v1/portfolios/PORT_001/timeseries';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
});
afterAll(() => api.close());

describe('the format', () => {
  test.each([
    [{}, '', 'application/json'],
    [{ Accept: '*/*' }, '', 'application/json'],
    [{ Accept: 'text/csv' }, '', 'text/csv; charset=utf-8; header=present'],
    [{ Accept: 'application/json;q=0.5, text/csv' }, '', 'text/csv; charset=utf-8; header=present'],
    [{ Accept: 'text/html, application/x-ndjson;q=0.9, */*;q=0.1' }, '', 'application/x-ndjson'],
    [{ Accept: 'text/csv' }, '?format=ndjson', 'application/x-ndjson'],
  ])('%j %s is %s', async (headers, query, type) => {
    const reply = await api.get(SERIES + query, headers);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Content-Type')).toBe(type);
    expect(reply.headers.get('Vary')).toContain('Accept');
  });

  test('none that is offered', async () => {
    expect((await api.get(SERIES, { Accept: 'text/html' })).status).toBe(406);
    expect((await api.get(SERIES, { Accept: 'application/json;q=0' })).status).toBe(406);
    expect((await api.get(`${SERIES}?format=xml`)).status).toBe(400);
  });

  test('the three hold the same rows in the same columns', async () => {
    const { rows } = await bodyOf<{ rows: object[] }>(api.get(SERIES));
    const lines = (await (await api.get(`${SERIES}?format=ndjson`)).text()).trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(rows);
    const [header, ...csv] = (await (await api.get(`${SERIES}?format=csv`)).text()).trimEnd().split('\n');
    expect(header).toBe(Object.keys(rows[0]!).join(','));
    expect(csv).toEqual(rows.map((row) => Object.values(row).join(',')));
  });

  test('CSV without rows still has its columns', async () => {
    const text = await (await api.get(`${SERIES}?format=csv&from=2030-01-01`)).text();
    expect(text).toMatch(/^date,from,[a-z_,]+\n$/);
  });

  test('CSV and NDJSON say in headers how far days are complete', async () => {
    const reply = await api.get(`${SERIES}?format=csv`);
    expect(reply.headers.get('X-Chronofolio-Complete-Through')).toBe('2025-08-17');
  });
});

describe('pages', () => {
  const LISTS = [
    ['/v1/portfolios', 'portfolios'],
    [SERIES, 'rows'],
    ['/v1/portfolios/PORT_001/positions/SEC_AAPL/history', 'rows'],
    ['/v1/portfolios/PORT_001/positions/SEC_AAPL/timeseries', 'rows'],
    ['/v1/portfolios/PORT_001/transactions', 'transactions'],
    ['/v1/portfolios/PORT_001/cashflows', 'cashflows'],
    ['/v1/portfolios/PORT_001/epochs', 'epochs'],
  ] as const;

  beforeAll(async () => {
    await api.given('/v1/portfolios', { portfolio_id: 'PORT_000', base_currency: 'EUR' });
    // The same instant several times: only the rest of the key tells the rows apart.
    await api.given('/v1/transactions', [
      transaction('TX', 'BUY', '2025-08-13', { quantity: '1', price: '152' }),
      transaction('TY', 'BUY', '2025-08-13', { quantity: '1', price: '152' }),
    ]);
  });

  test.each(LISTS)('%s read one by one are the whole', async (path, name) => {
    const whole = (await bodyOf<PageBody>(api.get(path)))[name] ?? [];
    expect(whole.length).toBeGreaterThan(1);
    const rows: unknown[] = [];
    let next: string | null = `${path}?limit=1`;
    while (next !== null) {
      const reply: Response = await api.get(next);
      expect(reply.status).toBe(200);
      const body = await bodyOf<Record<string, unknown[] | null>>(reply);
      expect(body[name]).toHaveLength(1);
      rows.push(...(body[name] ?? []));
      const link: string | undefined = /^<(.*)>; rel="next"$/.exec(reply.headers.get('Link') ?? '')?.[1];
      expect(link === undefined).toBe(body['next_cursor'] === null);
      next = link ?? null;
    }
    expect(rows).toEqual(whole);
  });

  test.each(['nonsense', '', '%00', 'W10', Buffer.from('["portfolios","x"]').toString('base64url')])(
    'the cursor %j is refused',
    async (cursor) => {
      const reply = await api.get(`${SERIES}?cursor=${cursor}`);
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ errors: [{ field: 'cursor', rule: 'cursor' }] });
    },
  );

  test.each(['0', '-1', '1.5', 'ten', '100001', ''])('the limit %j is refused', async (limit) => {
    const reply = await api.get(`${SERIES}?limit=${limit}`);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ errors: [{ field: 'limit', rule: 'range' }] });
  });
});

describe('the entity tag', () => {
  test('answers 304 until something changes', async () => {
    const first = await api.get(SERIES);
    const etag = first.headers.get('ETag') ?? '';
    expect(etag).toMatch(/^"\d+\.[\w-]+\.json"$/);

    const before = await bodyOf<{ rows: { eod_market_value: string }[] }>(first);
    const same = await api.get(SERIES, { 'If-None-Match': `"other", W/${etag}` });
    expect(same.status).toBe(304);
    expect(await same.text()).toBe('');
    expect(same.headers.get('ETag')).toBe(etag);
    expect(same.headers.get('X-Chronofolio-Position')).toBe(first.headers.get('X-Chronofolio-Position'));

    // Another representation is another entity.
    expect((await api.get(`${SERIES}?format=csv`, { 'If-None-Match': etag })).status).toBe(200);

    await api.given('/v1/prices', { security_id: 'SEC_AAPL', date: '2025-08-17', price: '170' });
    const changed = await api.get(SERIES, { 'If-None-Match': etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('ETag')).not.toBe(etag);
    // Nothing that was kept for the former version is served for this one.
    const { rows } = await bodyOf<{ rows: { eod_market_value: string }[] }>(changed);
    expect(rows.at(-1)?.eod_market_value).not.toBe(before.rows.at(-1)?.eod_market_value);
  });

  test('of an event page', async () => {
    const etag = (await api.get('/v1/events')).headers.get('ETag') ?? '';
    expect((await api.get('/v1/events', { 'If-None-Match': etag })).status).toBe(304);
  });
});
