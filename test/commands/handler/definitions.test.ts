import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLog, told } from '../support/log.ts';
import type { LogFixture } from '../support/log.ts';

let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLog();
  await fixture.post('portfolios', [
    { portfolio_id: 'P1', base_currency: 'USD' },
    { portfolio_id: 'P2', base_currency: 'EUR' },
  ]);
  await fixture.post('securities', [{ security_id: 'S1', currency: 'USD' }]);
});
afterAll(() => fixture.close());

const typesOf = async (stream: string) => (await fixture.log.readStream(stream)).map(({ type }) => type);

describe('groups', () => {
  it('are defined, repeated, replaced and removed', async () => {
    const group = { group_id: 'G', currency: 'EUR', portfolio_ids: ['P1', 'P2'] };
    expect(told(await fixture.post('groups', [group, group, { ...group, portfolio_ids: ['P1'] }]))).toEqual([
      'G accepted',
      'G duplicate',
      'G accepted',
    ]);
    expect(told(await fixture.post('group-removals', [{ group_id: 'G' }, { group_id: 'G' }]))).toEqual([
      'G accepted',
      'G rejected not_found: group_id not_found',
    ]);
    expect(await typesOf('group-G')).toEqual(['GroupDefined', 'GroupDefined', 'GroupRemoved']);
  });
  it('take the base currency of their portfolios, and only portfolios that there are', async () => {
    const results = await fixture.post('groups', [
      { group_id: 'ONE', portfolio_ids: ['P2'] },
      { group_id: 'TWO', portfolio_ids: ['P1', 'P2'] },
      { group_id: 'NONE', portfolio_ids: ['P1', 'NOBODY'] },
    ]);
    expect(told(results)).toEqual([
      'ONE accepted',
      'TWO rejected invalid: currency required',
      'NONE rejected not_found: portfolio_ids.1 not_found',
    ]);
    const [event] = await fixture.log.readStream('group-ONE');
    expect(event?.data).toEqual({ group_id: 'ONE', currency: 'EUR', portfolio_ids: ['P2'] });
  });
  it('name no portfolio that the caller may not know of', async () => {
    const caller = { portfolios: new Set(['P1']) };
    const group = { group_id: 'MINE', currency: 'USD', portfolio_ids: ['P1', 'P2'] };
    expect(told(await fixture.post('groups', [group], caller))).toEqual([
      'MINE rejected not_found: portfolio_ids.1 not_found',
    ]);
  });
});

describe('series and benchmarks', () => {
  it('take many values in one event, and only those that are new', async () => {
    const value = (date: string, given: string) => ({ series_id: 'I', date, value: given });
    expect(told(await fixture.post('series-values', [value('2025-01-02', '7')]))).toEqual([
      'I 2025-01-02 rejected not_found: series_id not_found',
    ]);
    await fixture.post('series', [{ series_id: 'I', kind: 'level', currency: 'USD' }]);
    const items = [value('2025-01-03', '8'), value('2025-01-02', '7'), value('2025-01-06', '0')];
    expect(told(await fixture.post('series-values', [...items, value('2025-01-02', '7')]))).toEqual([
      'I 2025-01-03 accepted',
      'I 2025-01-02 accepted',
      'I 2025-01-06 rejected invalid: value positive',
      'I 2025-01-02 duplicate',
    ]);
    expect(told(await fixture.post('series-values', items.slice(0, 2)))).toEqual([
      'I 2025-01-03 duplicate',
      'I 2025-01-02 duplicate',
    ]);
    const stored = (await fixture.log.readStream('series-I')).filter(({ type }) => type === 'SeriesRecorded');
    expect(stored.map(({ data, effectiveAt }) => ({ data, effectiveAt }))).toEqual([
      {
        data: {
          series_id: 'I',
          values: [
            ['2025-01-02', '7'],
            ['2025-01-03', '8'],
          ],
        },
        effectiveAt: '2025-01-03T00:00:00.000000Z',
      },
    ]);
    expect(told(await fixture.post('series', [{ series_id: 'I', kind: 'rate' }]))).toEqual([
      'I rejected conflict: kind immutable',
    ]);
  });
  it('a repeat of a request with its key appends nothing, whatever came between', async () => {
    await fixture.post('series', [{ series_id: 'K', kind: 'rate' }]);
    const key = { idempotency: { key: 'k-1', fingerprint: 'f' } };
    const first = [{ series_id: 'K', date: '2025-01-02', value: '0.02' }];
    expect(told(await fixture.post('series-values', first, key))).toEqual(['K 2025-01-02 accepted']);
    await fixture.post('series-values', [{ series_id: 'K', date: '2025-01-02', value: '0.03' }]);
    expect(told(await fixture.post('series-values', first, key))).toEqual(['K 2025-01-02 duplicate']);
    expect(await typesOf('series-K')).toEqual(['SeriesDefined', 'SeriesRecorded', 'SeriesRecorded']);
  });
  it('a benchmark names securities, cash and levels that there are', async () => {
    await fixture.post('series', [
      { series_id: 'LEVELS', kind: 'level', currency: 'USD' },
      { series_id: 'RATES', kind: 'rate' },
    ]);
    const benchmark = (benchmark_id: string, ...names: object[]) => ({
      benchmark_id,
      currency: 'USD',
      components: names.map((name) => ({ ...name, weight: names.length === 1 ? '1' : '0.5' })),
    });
    const results = await fixture.post('benchmarks', [
      benchmark('B', { security_id: 'S1' }, { series_id: 'LEVELS' }),
      benchmark('CASH', { security_id: 'CASH_EUR' }),
      benchmark('GONE', { security_id: 'S9' }, { series_id: 'NOTHING' }),
      benchmark('ODD', { security_id: 'S1' }, { series_id: 'RATES' }),
    ]);
    expect(told(results)).toEqual([
      'B accepted',
      'CASH accepted',
      'GONE rejected not_found: components.0.security_id not_found, components.1.series_id not_found',
      'ODD rejected invalid: components.1.series_id not_levels',
    ]);
    expect(told(await fixture.post('benchmark-removals', [{ benchmark_id: 'B' }]))).toEqual(['B accepted']);
    expect(await typesOf('benchmark-B')).toEqual(['BenchmarkDefined', 'BenchmarkRemoved']);
  });
});
