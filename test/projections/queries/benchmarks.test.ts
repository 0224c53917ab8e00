import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoDate } from '../../../domain/dates.ts';
import { format, round } from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import { createDefinitions } from '../../../projections/definitions/reads.ts';
import type { BenchmarkSource } from '../../../projections/queries/benchmark-ref.ts';
import { loadBenchmark, loadBlend } from '../../../projections/queries/benchmarks.ts';
import type { Outcome } from '../../../projections/queries/reading.ts';
import { loadRiskFree } from '../../../projections/queries/risk-free.ts';
import type { FxRateRow } from '../../../projections/queries/rows.ts';
import { openLog } from '../../commands/support/log.ts';
import type { LogFixture } from '../../commands/support/log.ts';

let fixture: LogFixture;
const rates: FxRateRow[] = [];
let source: BenchmarkSource;

beforeAll(async () => {
  fixture = await openLog();
  const price = (security_id: string, date: string, value: string) => ({ security_id, date, price: value });
  await given('securities', [
    { security_id: 'US', currency: 'USD', country: 'US' },
    { security_id: 'DE', currency: 'EUR', country: 'DE' },
    { security_id: 'NEW', currency: 'USD' },
  ]);
  await given('prices', [
    price('US', '2025-01-30', '100'),
    price('US', '2025-01-31', '110'),
    price('US', '2025-02-03', '121'),
    price('DE', '2025-01-30', '50'),
    price('DE', '2025-02-03', '55'),
  ]);
  await given('series', [
    { series_id: 'INDEX', name: 'An index', kind: 'level', currency: 'USD' },
    { series_id: 'EMPTY', kind: 'level', currency: 'USD' },
    { series_id: 'BILLS', name: 'Bills', kind: 'rate' },
  ]);
  await given('series-values', [
    { series_id: 'INDEX', date: '2025-01-31', value: '10' },
    { series_id: 'BILLS', date: '2025-01-31', value: '0.04' },
  ]);
  await given('benchmarks', [
    {
      benchmark_id: 'WORLD',
      name: 'The world',
      currency: 'USD',
      components: [
        { weight: '0.6', security_id: 'US' },
        { weight: '0.4', security_id: 'DE' },
      ],
    },
    { benchmark_id: 'HOLLOW', currency: 'USD', components: [{ weight: '1', series_id: 'EMPTY' }] },
    { benchmark_id: 'CASH', currency: 'USD', components: [{ weight: '1', security_id: 'CASH_USD' }] },
  ]);
  const head = await fixture.log.head();
  source = {
    reader: { definitions: createDefinitions(fixture.log) },
    model: { fxRates: async () => rates, fxDigest: async () => JSON.stringify(rates) },
    version: {
      get position() {
        return head + changes;
      },
    },
  };
});
afterAll(() => fixture.close());

async function given(name: Parameters<LogFixture['post']>[0], items: object[]): Promise<void> {
  const results = await fixture.post(name, items);
  expect(results.filter(({ status }) => status !== 'accepted')).toEqual([]);
}

/** Other rates come with another position. */
let changes = 0;
function eurUsd(...given: [date: string, rate: string][]): void {
  changes++;
  rates.splice(0, rates.length);
  for (const [date, rate] of given) rates.push({ from_currency: 'EUR', to_currency: 'USD', date, rate });
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.status !== 'found') throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

function refusal(outcome: Outcome<unknown>): string {
  if (outcome.status !== 'rejected') throw new Error(`not rejected but ${outcome.status}`);
  return outcome.errors.map(({ field, rule }) => `${field} ${rule}`).join(', ');
}

const texts = (list: readonly Decimal[]) => list.map((value) => format(round(value, 12)));

describe('a blend of securities in two currencies', () => {
  it('has levels, component levels and weights of each day', async () => {
    eurUsd(['2025-01-30', '1'], ['2025-01-31', '1.05'], ['2025-02-03', '1.1']);
    const blend = valueOf(await loadBlend(source, 'WORLD', undefined, {}));
    expect(blend).toMatchObject({
      id: 'WORLD',
      name: 'The world',
      currency: 'USD',
      first_date: '2025-01-30',
      last_date: '2025-02-03',
    });
    expect(isoDate(blend.first)).toBe('2025-01-30');
    const [us, de] = blend.components;
    expect(us).toMatchObject({ id: 'security:US', currency: 'USD', security: { country: 'US' } });
    expect(texts(us!.index)).toEqual(['1', '1.1', '1.1', '1.1', '1.21']);
    // 50 × 1, 50 × 1.05, …, 55 × 1.1 over 50
    expect(texts(de!.index)).toEqual(['1', '1.05', '1.05', '1.05', '1.21']);
    // 0.6 × 1.1 + 0.4 × 1.05 = 1.08; restored; 1.08 × (0.6 × 1.1 + 0.4 × 1.21/1.05)
    expect(texts(blend.index)).toEqual(['1', '1.08', '1.08', '1.08', '1.210628571429']);
    expect(texts(us!.weights)).toEqual(['0.6', '0.6', '0.6', '0.6', '0.6']);
  });

  it('in another currency has the return of the day times that of the rate', async () => {
    eurUsd(['2025-01-30', '1'], ['2025-01-31', '1.05'], ['2025-02-03', '1.1']);
    const range = { from: '2025-01-31', to: '2025-01-31' };
    const loaded = valueOf(await loadBenchmark(source, 'WORLD', 'EUR', range));
    // The day before the range, then 1.08 / 1.05.
    expect(loaded.index.map(({ day, level }) => [isoDate(day), format(round(level, 12))])).toEqual([
      ['2025-01-30', '1'],
      ['2025-01-31', '1.028571428571'],
    ]);
    const blend = valueOf(await loadBlend(source, 'WORLD', 'EUR', range));
    expect(texts(blend.components[1]!.index)).toEqual(['1', '1']);
    expect(blend.components[1]!.weights).toHaveLength(2);
  });

  it('begins where its rates do, and is refused without any', async () => {
    eurUsd(['2025-02-01', '1.05']);
    expect(valueOf(await loadBenchmark(source, 'WORLD', undefined, {})).first_date).toBe('2025-02-01');
    const before = valueOf(await loadBenchmark(source, 'WORLD', undefined, { to: '2025-01-31' }));
    expect(before).toMatchObject({ first_date: null, last_date: null, index: [] });
    eurUsd();
    expect(refusal(await loadBenchmark(source, 'WORLD', undefined, {}))).toBe('benchmark no_rate');
    expect(refusal(await loadBenchmark(source, 'security:DE', 'USD', {}))).toBe('currency no_rate');
  });
});

describe('references', () => {
  it('may name a security or a series', async () => {
    const security = valueOf(await loadBenchmark(source, 'security:DE', undefined, {}));
    expect(security).toMatchObject({ id: 'security:DE', currency: 'EUR', last_date: '2025-02-03' });
    expect(texts(security.index.map(({ level }) => level))).toEqual(['1', '1', '1', '1', '1.1']);
    const series = valueOf(await loadBenchmark(source, 'series:INDEX', undefined, { to: '2025-02-01' }));
    expect(series).toMatchObject({ name: 'An index', first_date: '2025-01-31', last_date: '2025-01-31' });
    expect(texts(series.index.map(({ level }) => level))).toEqual(['1', '1']);
  });

  it('to cash are 1 on every day of the range', async () => {
    const range = { from: '2025-01-02', to: '2025-01-03' };
    const cash = valueOf(await loadBenchmark(source, 'CASH', undefined, range));
    expect(cash.index.map(({ day, level }) => `${isoDate(day)} ${format(level)}`)).toEqual([
      '2025-01-01 1',
      '2025-01-02 1',
      '2025-01-03 1',
    ]);
  });

  it.each([
    ['NOTHING', 'benchmark unknown_benchmark'],
    ['security:NOTHING', 'benchmark unknown_benchmark'],
    ['security:NEW', 'benchmark unknown_benchmark'],
    ['series:NOTHING', 'benchmark unknown_benchmark'],
    ['series:BILLS', 'benchmark not_levels'],
    ['series:EMPTY', 'benchmark no_values'],
    ['HOLLOW', 'benchmark no_values'],
  ])('%s is refused: %s', async (ref, expected) => {
    expect(refusal(await loadBenchmark(source, ref, undefined, {}))).toBe(expected);
  });

  it('are read as they were known at the position of the read', async () => {
    const before = await fixture.log.head();
    await given('benchmarks', [
      { benchmark_id: 'LATER', currency: 'USD', components: [{ weight: '1', security_id: 'US' }] },
    ]);
    await given('prices', [{ security_id: 'US', date: '2025-02-04', price: '242' }]);
    const then = { ...source, version: { position: before } };
    const now = { ...source, version: { position: await fixture.log.head() } };
    expect(refusal(await loadBenchmark(then, 'LATER', undefined, {}))).toBe('benchmark unknown_benchmark');
    const last = async (at: BenchmarkSource) =>
      valueOf(await loadBenchmark(at, 'security:US', undefined, {})).index.at(-1)!.level;
    expect(format(await last(then))).toBe('1.21');
    expect(format(await last(now))).toBe('2.42');
  });

  it('a last value is carried on for a bounded time', async () => {
    const loaded = valueOf(await loadBenchmark(source, 'series:INDEX', undefined, { to: '2199-12-31' }));
    expect(loaded.index).toHaveLength(3_661);
    expect(loaded.last_date).toBe('2025-01-31');
  });
});

describe('the risk-free rate', () => {
  it('is a yearly fraction, or a series of them', async () => {
    const constant = valueOf(await loadRiskFree(source, '0.0200'));
    expect(constant).toMatchObject({ id: '0.02', name: null, first_date: null });
    expect(constant.between(0, 365)).toBeCloseTo(0.02, 14);
    const series = valueOf(await loadRiskFree(source, 'series:BILLS'));
    expect(series).toMatchObject({ id: 'series:BILLS', name: 'Bills', first_date: '2025-01-31' });
    expect(series.on(100_000)).toBeCloseTo(1.04 ** (1 / 365) - 1, 15);
  });

  it.each([
    ['2', 'risk_free range'],
    ['-1', 'risk_free range'],
    ['two', 'risk_free range'],
    ['series:NOTHING', 'risk_free unknown_risk_free'],
    ['series:INDEX', 'risk_free not_rates'],
  ])('%s is refused: %s', async (text, expected) => {
    expect(refusal(await loadRiskFree(source, text))).toBe(expected);
  });
});
