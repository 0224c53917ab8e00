import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decimal, format } from '../../../domain/decimal.ts';
import { readArrow, readParquet } from '../../support/tables.ts';
import type { ReadTable } from '../../support/tables.ts';
import { bodyOf, createTestApi, givenBooks, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

type PageBody = Partial<Record<string, unknown[]>>;

const SERIES = '/v1/portfolios/PORT_001/timeseries';

const LISTS = [
  ['/v1/portfolios', 'portfolios'],
  [SERIES, 'rows'],
  ['/v1/portfolios/PORT_001/positions/SEC_AAPL/history', 'rows'],
  ['/v1/portfolios/PORT_001/positions/SEC_AAPL/timeseries', 'rows'],
  ['/v1/portfolios/PORT_001/transactions', 'transactions'],
  ['/v1/portfolios/PORT_001/cashflows', 'cashflows'],
  ['/v1/portfolios/PORT_001/epochs', 'epochs'],
] as const;

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

  test.each(['nonsense', '', 'W10', Buffer.from('["portfolios","x"]').toString('base64url')])(
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

/** A row of JSON as Arrow and Parquet hold it: lists as their text, decimals without zeros at their end. */
function held(row: Record<string, unknown>, types: ReadTable['types']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const value = row[name] ?? null;
      if (value !== null && typeof value === 'object') return [name, JSON.stringify(value)];
      return [name, typeof value === 'string' && /decimal/i.test(type) ? format(decimal(value)) : value];
    }),
  );
}

describe('Arrow and Parquet', () => {
  const TABLES = [
    ...LISTS.map(([path]) => path),
    '/v1/portfolios/PORT_001/positions?date=2025-08-15',
    '/v1/portfolios/PORT_001/positions/SEC_AAPL/lots',
    '/v1/portfolios/PORT_001/performance?periods=MTD,SI',
    '/v1/events',
  ];

  test.each(TABLES)('of %s hold what NDJSON does', async (path) => {
    const ask = async (name: string) => {
      const reply = await api.get(`${path}${path.includes('?') ? '&' : '?'}format=${name}`);
      expect(reply.status).toBe(200);
      return Buffer.from(await reply.arrayBuffer());
    };
    const lines = (await ask('ndjson')).toString().trimEnd().split('\n');
    const expected: Record<string, unknown>[] = JSON.parse(`[${lines.join(',')}]`);
    for (const table of [
      readArrow(new Uint8Array(await ask('arrow'))),
      await readParquet(new Uint8Array(await ask('parquet'))),
    ]) {
      expect(table.rows).toEqual(expected.map((row) => held(row, table.types)));
      expect(Object.values(table.types).some((type) => /decimal|date|int/i.test(type))).toBe(true);
    }
  });

  test('say in their metadata what they are about', async () => {
    const reply = await api.get(`${SERIES}?limit=2`, { Accept: 'application/vnd.apache.arrow.stream' });
    expect(reply.headers.get('Content-Type')).toBe('application/vnd.apache.arrow.stream');
    expect(reply.headers.get('Link')).toMatch(/rel="next"/);
    expect(readArrow(new Uint8Array(await reply.arrayBuffer())).metadata).toEqual({
      portfolio_id: 'PORT_001',
      currency: 'USD',
      frequency: 'daily',
      conventions: JSON.stringify((await bodyOf<{ conventions: object }>(api.get(SERIES))).conventions),
      complete_through: '2025-08-17',
      position: reply.headers.get('X-Chronofolio-Position'),
    });
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
    expect(same.headers.get('Content-Type')).toBe('application/json');
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

  test('is the same for a compressed reply, weakly', async () => {
    const headers = { 'Accept-Encoding': 'gzip' };
    const plain = await api.get(SERIES);
    const reply = await api.get(SERIES, headers);
    expect(reply.headers.get('Content-Encoding')).toBe('gzip');
    expect(reply.headers.get('Vary')).toBe('Accept, Accept-Encoding');
    expect(gunzipSync(await reply.arrayBuffer()).toString()).toBe(await plain.text());
    const etag = reply.headers.get('ETag') ?? '';
    expect(etag).toBe(`W/${plain.headers.get('ETag')}`);
    const same = await api.get(SERIES, { ...headers, 'If-None-Match': etag });
    expect([same.status, same.headers.get('ETag')]).toEqual([304, etag]);
    expect((await api.get(SERIES, { 'If-None-Match': etag })).status).toBe(304);
  });

  test('of an event page', async () => {
    const etag = (await api.get('/v1/events')).headers.get('ETag') ?? '';
    expect((await api.get('/v1/events', { 'If-None-Match': etag })).status).toBe(304);
  });
});
