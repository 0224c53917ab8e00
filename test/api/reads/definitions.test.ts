import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/portfolios', [
    { portfolio_id: 'P1', base_currency: 'USD' },
    { portfolio_id: 'P2', base_currency: 'USD' },
  ]);
  await api.given('/v1/securities', [
    {
      security_id: 'A',
      currency: 'USD',
      name: 'Alpha',
      asset_class: 'Equity',
      sector: 'Tech',
      country: 'US',
    },
    { security_id: 'E', currency: 'EUR' },
    { security_id: 'NEVER_PRICED', currency: 'USD' },
  ]);
});
afterAll(() => api.close());

const json = async (path: string): Promise<Record<string, unknown>> => {
  const response = await api.get(path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as Record<string, unknown>;
};

async function remove(path: string): Promise<Response> {
  return api.request(path, { method: 'DELETE' });
}

describe('groups', () => {
  it('are defined, shown, shown as they were, and removed', async () => {
    const posted = await api.post('/v1/groups', { group_id: 'G', name: 'Both', portfolio_ids: ['P1', 'P2'] });
    expect(posted.status).toBe(200);
    const { results, position } = (await posted.json()) as { results: unknown[]; position: number };
    expect(results).toEqual([{ id: 'G', status: 'accepted', position }]);
    await api.given('/v1/groups', [
      { group_id: 'G', portfolio_ids: ['P2'] },
      { group_id: 'H', currency: 'EUR', portfolio_ids: ['P1'] },
    ]);
    const now = { group_id: 'G', name: null, currency: 'USD', portfolio_ids: ['P2'] };
    const then = { group_id: 'G', name: 'Both', currency: 'USD', portfolio_ids: ['P1', 'P2'] };
    expect(await json('/v1/groups/G')).toEqual(now);
    expect(await json(`/v1/groups/G?known_at=${position}`)).toEqual(then);
    expect(await json('/v1/groups?limit=1')).toMatchObject({ groups: [now] });
    const { next_cursor } = await json('/v1/groups?limit=1');
    expect(await json(`/v1/groups?limit=1&cursor=${String(next_cursor)}`)).toEqual({
      groups: [{ group_id: 'H', name: null, currency: 'EUR', portfolio_ids: ['P1'] }],
      next_cursor: null,
    });
    const csv = await (await api.get('/v1/groups?format=csv')).text();
    expect(csv).toBe('group_id,name,currency,portfolio_ids\nG,,USD,"[""P2""]"\nH,,EUR,"[""P1""]"\n');

    expect((await remove('/v1/groups/H')).status).toBe(200);
    await api.project();
    expect((await api.get('/v1/groups/H')).status).toBe(404);
    expect((await remove('/v1/groups/H')).status).toBe(404);
    expect((await remove('/v1/groups/P1,P2')).status).toBe(422);
  });

  it('have a tag that changes with what they are', async () => {
    const etag = (await api.get('/v1/groups')).headers.get('ETag')!;
    expect((await api.get('/v1/groups', { 'If-None-Match': etag })).status).toBe(304);
    await api.given('/v1/groups', { group_id: 'G', portfolio_ids: ['P1'] });
    const changed = await api.get('/v1/groups', { 'If-None-Match': etag });
    expect(changed.status).toBe(200);
  });

  it('name portfolios that there are', async () => {
    const response = await api.post('/v1/groups', { group_id: 'X', portfolio_ids: ['P1', 'NOBODY'] });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      errors: [{ field: 'portfolio_ids.1', rule: 'not_found', message: 'there is no portfolio NOBODY' }],
    });
  });
});

describe('series', () => {
  it('take values as NDJSON, and give them back by page and as they were known', async () => {
    await api.given('/v1/series', [
      { series_id: 'BONDS', name: 'Bonds', kind: 'level', currency: 'USD' },
      { series_id: 'BILLS', kind: 'rate' },
    ]);
    const lines = ['2025-01-31 200', '2025-02-03 202', '2025-02-04 201'].map((line) => {
      const [date, value] = line.split(' ');
      return JSON.stringify({ series_id: 'BONDS', date, value });
    });
    const posted = await api.post('/v1/series-values', `${lines.join('\n')}\n`, {
      'Content-Type': 'application/x-ndjson',
    });
    expect(posted.status).toBe(200);
    const { position } = (await posted.json()) as { position: number };
    await api.given('/v1/series-values', { series_id: 'BONDS', date: '2025-02-04', value: '204.02' });
    expect(await json('/v1/series/BONDS?from=2025-02-01&limit=5')).toEqual({
      series_id: 'BONDS',
      name: 'Bonds',
      kind: 'level',
      currency: 'USD',
      rows: [
        { date: '2025-02-03', value: '202' },
        { date: '2025-02-04', value: '204.02' },
      ],
      next_cursor: null,
    });
    expect(await (await api.get(`/v1/series/BONDS?known_at=${position}&format=csv`)).text()).toBe(
      'date,value\n2025-01-31,200\n2025-02-03,202\n2025-02-04,201\n',
    );
    expect(await json('/v1/series')).toMatchObject({
      series: [
        { series_id: 'BILLS', name: null, kind: 'rate', currency: null },
        { series_id: 'BONDS', kind: 'level' },
      ],
    });
    expect((await api.get('/v1/series/NOTHING')).status).toBe(404);
  });
});

describe('benchmarks', () => {
  const prices = (security_id: string, values: Record<string, string>) =>
    Object.entries(values).map(([date, price]) => ({ security_id, date, price }));

  it('are a daily index, whose redefinition is not seen before it', async () => {
    await api.given(
      '/v1/prices',
      prices('A', { '2025-01-31': '100', '2025-02-03': '110', '2025-02-04': '110' }),
    );
    const components = [
      { weight: '0.5', security_id: 'A' },
      { weight: '0.5', series_id: 'BONDS' },
    ];
    const benchmark = { benchmark_id: 'BALANCED', currency: 'USD', components };
    await api.given('/v1/benchmarks', benchmark);
    const known = Number((await api.get('/v1/benchmarks')).headers.get('X-Chronofolio-Position'));
    await api.given('/v1/benchmarks', { ...benchmark, components: [{ weight: '1', series_id: 'BONDS' }] });

    const balanced = await json(`/v1/benchmarks/BALANCED/timeseries?known_at=${known}`);
    expect(balanced).toEqual({
      benchmark_id: 'BALANCED',
      name: null,
      currency: 'USD',
      rebalancing: 'monthly',
      first_date: '2025-01-31',
      last_date: '2025-02-04',
      rows: [
        { date: '2025-01-31', level: '1', return: null },
        { date: '2025-02-01', level: '1', return: '0' },
        { date: '2025-02-02', level: '1', return: '0' },
        // 0.5 × 1.1 + 0.5 × 1.01
        { date: '2025-02-03', level: '1.055', return: '0.055' },
        // 0.5 × 1.1 + 0.5 × 1.0201; 1.06005 / 1.055 − 1
        { date: '2025-02-04', level: '1.06005', return: '0.004786729858' },
      ],
      next_cursor: null,
    });
    const ranged = await json('/v1/benchmarks/BALANCED/timeseries?from=2025-02-04&to=2025-02-05');
    expect(ranged['rows']).toEqual([
      { date: '2025-02-04', level: '1.0201', return: '0.01' },
      { date: '2025-02-05', level: '1.0201', return: '0' },
    ]);
    const page = await json('/v1/benchmarks/BALANCED/timeseries?limit=3');
    const rest = await json(`/v1/benchmarks/BALANCED/timeseries?cursor=${String(page['next_cursor'])}`);
    expect([...(page['rows'] as object[]), ...(rest['rows'] as object[])]).toHaveLength(5);
    expect((rest['rows'] as object[])[0]).toEqual({ date: '2025-02-03', level: '1.01', return: '0.01' });
  });

  it('take a split for no loss', async () => {
    await api.given('/v1/securities', { security_id: 'S', currency: 'USD' });
    await api.given('/v1/prices', prices('S', { '2025-03-03': '300', '2025-03-04': '101' }));
    await api.given('/v1/splits', {
      security_id: 'S',
      date: '2025-03-04',
      ratio: '3',
      prices_adjusted: false,
    });
    await api.given('/v1/benchmarks', {
      benchmark_id: 'SPLIT',
      currency: 'USD',
      components: [{ weight: 1, security_id: 'S' }],
    });
    const { rows } = await json('/v1/benchmarks/SPLIT/timeseries');
    expect(rows).toEqual([
      { date: '2025-03-03', level: '1', return: null },
      { date: '2025-03-04', level: '1.01', return: '0.01' },
    ]);
  });

  it('are converted at the rate of each day, and refused without any', async () => {
    await api.given(
      '/v1/prices',
      prices('E', { '2025-03-03': '50', '2025-03-04': '55', '2025-03-05': '55' }),
    );
    await api.given('/v1/benchmarks', {
      benchmark_id: 'EURO',
      currency: 'EUR',
      components: [{ weight: 1, security_id: 'E' }],
    });
    const missing = await api.get('/v1/benchmarks/EURO/timeseries?currency=USD');
    expect(missing.status).toBe(400);
    expect(await missing.json()).toMatchObject({ errors: [{ field: 'currency', rule: 'no_rate' }] });
    const rate = (date: string, given: string) => ({
      from_currency: 'EUR',
      to_currency: 'USD',
      date,
      rate: given,
    });
    await api.given('/v1/fx-rates', [rate('2025-03-04', '1.1'), rate('2025-03-05', '1.21')]);
    const { rows, first_date } = await json('/v1/benchmarks/EURO/timeseries?currency=USD');
    // Before the first rate there is no day: a missing rate is never 1.
    expect(first_date).toBe('2025-03-04');
    expect(rows).toEqual([
      { date: '2025-03-04', level: '1', return: null },
      { date: '2025-03-05', level: '1.1', return: '0.1' },
    ]);
    await api.given('/v1/fx-rates', rate('2025-03-05', '1.265'));
    expect((await json('/v1/benchmarks/EURO/timeseries?currency=USD'))['rows']).toEqual([
      { date: '2025-03-04', level: '1', return: null },
      { date: '2025-03-05', level: '1.15', return: '0.15' },
    ]);
  });

  it('are defined of what there is, and removed', async () => {
    const odd = { benchmark_id: 'ODD', currency: 'USD', components: [{ weight: 1, series_id: 'BILLS' }] };
    const response = await api.post('/v1/benchmarks', odd);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ rule: 'not_levels' }] });
    expect(await json('/v1/benchmarks/EURO')).toEqual({
      benchmark_id: 'EURO',
      name: null,
      currency: 'EUR',
      rebalancing: 'monthly',
      components: [{ weight: '1', security_id: 'E', series_id: null }],
    });
    expect((await remove('/v1/benchmarks/EURO')).status).toBe(200);
    await api.project();
    expect((await api.get('/v1/benchmarks/EURO')).status).toBe(404);
    expect((await api.get('/v1/benchmarks/EURO/timeseries')).status).toBe(404);
  });
});

it('securities are listed with their details, now and as they were known', async () => {
  const { securities } = await json('/v1/securities?limit=1');
  expect(securities).toEqual([
    {
      security_id: 'A',
      name: 'Alpha',
      currency: 'USD',
      type: 'other',
      isin: null,
      symbol: null,
      asset_class: 'Equity',
      sector: 'Tech',
      country: 'US',
    },
  ]);
  const known = Number((await api.get('/v1/securities')).headers.get('X-Chronofolio-Position'));
  await api.given('/v1/securities', { security_id: 'A', currency: 'USD', sector: 'Software' });
  const sectorOf = async (path: string) => {
    const list = (await json(path))['securities'] as { security_id: string; sector: string | null }[];
    return list.map((row) => `${row.security_id} ${row.sector}`);
  };
  expect(await sectorOf(`/v1/securities?known_at=${known}`)).toEqual([
    'A Tech',
    'E null',
    'NEVER_PRICED null',
    'S null',
  ]);
  expect((await sectorOf('/v1/securities'))[0]).toBe('A Software');
});
