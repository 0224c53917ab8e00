import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';
import { givenHand, P, shown } from './hand-portfolio.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await givenHand(api);
});
afterAll(() => api.close());

interface Period {
  readonly twr: string | null;
  readonly risk: Record<string, unknown>;
  readonly relative: Record<string, unknown>;
  readonly benchmark: Record<string, unknown>;
  readonly reasons: readonly { readonly figure: string; readonly code: string }[];
  readonly flags: readonly object[];
}

interface Report {
  readonly conventions: Record<string, unknown>;
  readonly benchmark?: unknown;
  readonly risk_free?: unknown;
  readonly periods: readonly Period[];
}

const report = (query: string) => bodyOf<Report>(api.get(`${P}/performance?periods=SI${query}`));
const whole = async (query = '') => (await report(query)).periods[0]!;
const why = (period: Period, figure: string) =>
  period.reasons.filter((reason) => reason.figure === figure).map(({ code }) => code);

describe('risk of six returns, by hand', () => {
  test('mean 1 %, squares 0.0032: volatility √(0.0032/5 · 252)', async () => {
    const { twr, risk } = await whole();
    // 1.02 · 0.98 · 1.05 · 0.99 · 1.02
    expect(twr).toBe('0.059865884');
    expect(risk).toMatchObject({
      returns: 6,
      mean_return: '2.52',
      volatility: shown(Math.sqrt(0.16128)),
      // The shortfalls are 2 % and 1 %: √(0.0005/6 · 252).
      downside_deviation: shown(Math.sqrt(0.021)),
      sharpe: shown(Math.sqrt(39.375)),
      sortino: shown(2.52 / Math.sqrt(0.021)),
      // Cubes add up to 0.00003, fourth powers to 0.00000356: 6 · 356 / 32² − 3.
      skewness: shown(0.000005 / (0.0032 / 6) ** 1.5),
      excess_kurtosis: '-0.9140625',
      var_parametric: shown(1.6448536269514722 * Math.sqrt(0.00064) - 0.01),
    });
  });

  test('the deepest fall is the third day', async () => {
    expect((await whole()).risk).toMatchObject({
      max_drawdown: '-0.02',
      drawdown_start: '2024-01-02',
      drawdown_trough: '2024-01-03',
      drawdown_recovery: '2024-01-04',
      drawdown_days_to_trough: 1,
      drawdown_days_to_recovery: 2,
      drawdown_days: 2,
    });
  });

  test('a fall that is not recovered lasts to the end of the period', async () => {
    const { periods } = await bodyOf<Report>(
      api.get(`${P}/performance?from=2024-01-05&to=2024-01-07&periods=SI`),
    );
    expect(periods.at(-1)?.risk).toMatchObject({
      drawdown_start: '2024-01-04',
      drawdown_recovery: null,
      drawdown_days_to_recovery: null,
      drawdown_days: 3,
    });
  });

  test('what cannot be said is null with a reason', async () => {
    const period = await whole();
    expect(period.risk).toMatchObject({ calmar: null, var_historical: null, var_cornish_fisher: null });
    expect(why(period, 'risk.calmar')).toEqual(['below_one_year']);
    expect(why(period, 'risk.var_historical')).toEqual(['too_few_returns']);
    expect(why(period, 'risk.es_historical')).toEqual(['too_few_returns']);
    // A kurtosis below that of the normal distribution bends its quantiles back.
    expect(why(period, 'risk.var_cornish_fisher')).toEqual(['not_monotone']);
    const nulls = Object.entries(period.risk).filter(([, value]) => value === null);
    for (const [name] of nulls) expect(why(period, `risk.${name}`)).toHaveLength(1);
  });

  test('a riskless rate of 3 % a year is taken off by the days of each return', async () => {
    const { risk_free } = await report('&risk_free=0.03');
    expect(risk_free).toMatchObject({ id: '0.03' });
    // Five returns of one night and Monday's of three.
    const own = [0, 0.02, -0.02, 0.05, -0.01, 0.02];
    const excess = own.map((value, i) => value - (1.03 ** ((i === 5 ? 3 : 1) / 365) - 1));
    const mean = excess.reduce((a, b) => a + b) / 6;
    const squares = excess.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const short = excess.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0);
    expect((await whole('&risk_free=0.03')).risk).toMatchObject({
      volatility: shown(Math.sqrt(0.16128)),
      sharpe: shown((mean / Math.sqrt(squares / 5)) * Math.sqrt(252)),
      sortino: shown((mean * 252) / Math.sqrt((short / 6) * 252)),
    });
  });

  test('a minimum acceptable return of 10 % a year, and 260 returns of a year', async () => {
    const query = '&minimum_acceptable_return=0.10&returns_per_year=260&benchmark=security:INDEX';
    const { conventions, periods } = await report(query);
    expect(conventions['risk']).toMatchObject({ minimum_acceptable_return: '0.1', returns_per_year: 260 });
    const own = [0, 0.02, -0.02, 0.05, -0.01, 0.02];
    const excess = own.map((value, i) => value - (1.1 ** ((i === 5 ? 3 : 1) / 365) - 1));
    const mean = excess.reduce((a, b) => a + b) / 6;
    const short = excess.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0);
    expect(periods[0]).toMatchObject({
      risk: {
        mean_return: '2.6',
        volatility: shown(Math.sqrt((0.0032 / 5) * 260)),
        downside_deviation: shown(Math.sqrt((short / 6) * 260)),
        sharpe: shown((0.01 / Math.sqrt(0.0032 / 5)) * Math.sqrt(260)),
        sortino: shown((mean * 260) / Math.sqrt((short / 6) * 260)),
      },
      relative: { tracking_error: shown(Math.sqrt((0.0016 / 5) * 260)), alpha: '-1.3' },
    });
    const rolled = await bodyOf<{ rows: Record<string, string>[] }>(
      api.get(`${P}/rolling?window=8d&figures=sortino,volatility,tracking_error${query}`),
    );
    expect(rolled.rows.at(-1)).toMatchObject({
      volatility: periods[0]!.risk['volatility'],
      sortino: periods[0]!.risk['sortino'],
      tracking_error: periods[0]!.relative['tracking_error'],
    });
  });

  test('value at risk of two returns in a row', async () => {
    const { conventions, periods } = await report('&horizon=2');
    expect(conventions['risk']).toMatchObject({ horizon: '2 returns' });
    expect(periods[0]!.risk).toMatchObject({
      volatility: shown(Math.sqrt(0.16128)),
      var_parametric: shown(1.6448536269514722 * Math.sqrt(2 * 0.00064) - 0.02),
    });
  });

  test('weeks: the one whole week alone, too few for anything but the fall', async () => {
    const period = await whole('&risk_frequency=weekly');
    expect(period.risk).toMatchObject({ returns: 1, volatility: null, max_drawdown: '-0.02' });
    expect(why(period, 'risk.returns')).toEqual(['too_few_returns']);
  });

  test('states its rules, and leaves the risk out when told to', async () => {
    expect((await report('&confidence=0.99&risk_frequency=weekly')).conventions).toMatchObject({
      opening_value: 'close of the day before from',
      risk: { frequency: 'weekly', returns_per_year: 52, confidence: '0.99', minimum_acceptable_return: '0' },
    });
    const without = await report('&risk=false');
    expect(without.conventions).not.toHaveProperty('risk');
    expect(without.periods[0]).not.toHaveProperty('risk');
  });
});

describe('beside an index, by hand', () => {
  const QUERY = '&benchmark=security:INDEX';

  test('the line through the returns: 12/8, 12/√(32 · 8)', async () => {
    const { relative } = await whole(QUERY);
    expect(relative).toMatchObject({
      returns: 6,
      beta: '1.5',
      // (1 % − 1.5 · 1 %) · 252
      alpha: '-1.26',
      correlation: '0.75',
      r_squared: '0.5625',
      active_return: '0',
      information_ratio: '0',
      // 0, 1, −2, 3, −1 and −1 %: √(0.0016/5 · 252).
      tracking_error: shown(Math.sqrt(0.08064)),
      hit_rate: shown(1 / 3),
      up_capture: shown(((1.02 * 1.05 * 1.02) ** (1 / 3) - 1) / ((1.01 * 1.02 * 1.03) ** (1 / 3) - 1)),
      down_capture: null,
    });
    expect(why(await whole(QUERY), 'relative.down_capture')).toEqual(['no_falling_returns']);
  });

  test('the index over the same days: 1.01 · 1.02 · 1.03', async () => {
    const { benchmark } = await whole(QUERY);
    expect(benchmark).toEqual({
      twr: '0.061106',
      twr_annualized: null,
      excess_return: '-0.001240116',
      excess_return_annualized: null,
    });
    expect((await report(QUERY)).benchmark).toMatchObject({ id: 'security:INDEX', currency: 'EUR' });
    const period = await whole(QUERY);
    for (const figure of ['twr_annualized', 'excess_return_annualized'])
      expect(why(period, `benchmark.${figure}`)).toEqual(['below_one_year']);
  });

  test('an index that is not known from the opening on has no figures, and says so', async () => {
    await api.given('/v1/securities', { security_id: 'LATE', currency: 'EUR', type: 'fund' });
    await api.given('/v1/prices', { security_id: 'LATE', date: '2024-01-03', price: '10' });
    const period = await whole('&benchmark=security:LATE');
    expect(period.benchmark).toMatchObject({ twr: null, excess_return: null });
    expect(period.relative).toMatchObject({ beta: null, returns: 6 });
    expect(period.reasons).toContainEqual(
      expect.objectContaining({ figure: 'relative', code: 'unknown_benchmark_level', date: '2023-12-31' }),
    );
    expect(why(period, 'benchmark')).toEqual(['unknown_benchmark_level']);
  });

  test('an index that has ended is said to have', async () => {
    await api.given('/v1/securities', { security_id: 'ENDED', currency: 'EUR', type: 'fund' });
    await api.given('/v1/prices', [{ security_id: 'ENDED', date: '2023-12-31', price: '10' }]);
    // The period ends on the 8th, and a close holds for seven days.
    const ended = await whole('&benchmark=security:ENDED');
    expect(ended.benchmark).toMatchObject({ twr: '0' });
    expect(ended.flags).toContainEqual(
      expect.objectContaining({ code: 'benchmark_carried_on', date: '2023-12-31' }),
    );
    await api.given('/v1/prices', { security_id: 'ENDED', date: '2024-01-01', price: '10' });
    expect((await whole('&benchmark=security:ENDED')).flags).not.toContainEqual(
      expect.objectContaining({ code: 'benchmark_carried_on' }),
    );
  });

  test('what is no benchmark, no rate or no confidence is refused', async () => {
    for (const [query, field] of [
      ['&benchmark=NONE', 'benchmark'],
      ['&risk_free=x', 'risk_free'],
      ['&confidence=0.5', 'confidence'],
      ['&horizon=0', 'horizon'],
      ['&returns_per_year=367', 'returns_per_year'],
      ['&minimum_acceptable_return=5', 'minimum_acceptable_return'],
      ['&risk_frequency=yearly', 'risk_frequency'],
    ]) {
      const reply = await api.get(`${P}/performance?periods=SI${query}`);
      expect(reply.status, query).toBe(400);
      expect(await reply.json()).toMatchObject({ errors: [{ field }] });
    }
  });
});

describe('in other formats', () => {
  test('the same columns whatever is asked for', async () => {
    const lines = async (query: string) =>
      (await (await api.get(`${P}/performance?periods=SI&format=csv${query}`)).text()).split('\n');
    const [header, row] = await lines('&benchmark=security:INDEX');
    const [bare, empty] = await lines('&risk=false');
    expect(bare).toBe(header);
    expect(header).toMatch(/,reasons,risk_returns,risk_mean_return,risk_volatility,.*,relative_returns,/);
    const column = (line: string | undefined, name: string) =>
      line?.replace(/"(?:[^"]|"")*"/g, '').split(',')[header!.split(',').indexOf(name)];
    expect(column(row, 'relative_beta')).toBe('1.5');
    expect(column(row, 'benchmark_twr')).toBe('0.061106');
    expect(column(empty, 'risk_volatility')).toBe('');
  });

  test('Arrow and Parquet of every table', async () => {
    for (const path of [
      'performance?periods=SI&benchmark=security:INDEX&',
      'rolling?window=2d&',
      'drawdowns?',
    ])
      for (const format of ['arrow', 'parquet']) {
        const reply = await api.get(`${P}/${path}format=${format}`);
        expect(reply.status, `${path}${format}`).toBe(200);
        expect((await reply.arrayBuffer()).byteLength).toBeGreaterThan(100);
      }
  });
});

test('a group of the portfolio alone says the same', async () => {
  const figures = await bodyOf<Report>(
    api.get('/v1/groups/HAND,HAND/performance?periods=SI&benchmark=security:INDEX'),
  );
  expect(figures.periods[0]?.risk).toEqual((await whole('&benchmark=security:INDEX')).risk);
});

test('a close of the index that comes anew is in the next reply', async () => {
  const twr = async () => (await whole('&benchmark=security:INDEX&risk_free=0.01')).benchmark['twr'];
  expect(await twr()).toBe('0.061106');
  await api.given('/v1/prices', { security_id: 'INDEX', date: '2024-01-08', price: '212.2212' });
  expect(await twr()).toBe('1.122212');
  expect((await whole('&benchmark=security:INDEX')).relative).not.toMatchObject({ beta: '1.5' });
});
