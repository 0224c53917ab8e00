/** The series of the schema reporting against the figures of the API. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day } from '../../domain/dates.ts';
import { decimal, format, round, ZERO } from '../../domain/decimal.ts';
import { indexAfter, linkDays } from '../../domain/returns/link.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { bodyOf, createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { givenDemo, givenEdges, LAST_DAY } from '../support/reporting.ts';

type Texts = Record<string, string | null>;

const PORTFOLIOS = ['PORT_001', 'PORT_002', 'PORT_003', 'PORT_004', 'PORT_005'];
const EDGES = ['LIQUIDATED', 'LOST', 'OWING', 'GAPPED', 'BUSY', 'EARLY', 'RATELESS'];

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await givenDemo(api);
  await givenEdges(api);
}, 120_000);
afterAll(() => api.close());

/** Any numbers of a row as canonical decimals, the rest as text. */
function plain(row: Readonly<Record<string, unknown>>, columns: readonly string[], places = 12): Texts {
  return Object.fromEntries(
    columns.map((column) => {
      const value = row[column];
      if (value === null || value === undefined) return [column, null];
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string') throw new TypeError(`${column} is neither text nor number`);
      return [column, /^-?\d+(\.\d+)?$/.test(text) ? format(round(decimal(text), places)) : text];
    }),
  );
}

async function rowsOf(path: string): Promise<Record<string, unknown>[]> {
  const { rows } = await bodyOf<{ rows: Record<string, unknown>[] }>(api.get(path));
  return rows;
}

describe.each([...PORTFOLIOS, ...EDGES])('portfolio_daily of %s', (portfolio) => {
  const columns = [
    ...['date', 'bod_market_value', 'bod_cashflow', 'eod_cashflow', 'eod_market_value', 'income', 'fees'],
    ...['taxes', 'cost', 'positions', 'quality', 'twr', 'index', 'epoch'],
  ];

  test('has the days, the returns and the index of the API', async () => {
    const expected = await rowsOf(`/v1/portfolios/${portfolio}/timeseries`);
    const stored = await api.database.query<Record<string, unknown>>(
      `select * from reporting.portfolio_daily where portfolio_id = $1 order by date`,
      [portfolio],
    );
    expect(stored.map((row) => plain(row, columns))).toEqual(expected.map((row) => plain(row, columns)));
    if (PORTFOLIOS.includes(portfolio)) expect(stored.length).toBeGreaterThan(300);
  });
});

test('the edges of the index are what they are for', async () => {
  const index = async (portfolio: string, date: string) => {
    const [row] = await api.database.query<{ index: string | null; twr: string | null }>(
      `select index, twr from reporting.portfolio_daily where portfolio_id = $1 and date = $2`,
      [portfolio, date],
    );
    return row && plain(row, ['index', 'twr']);
  };
  expect(await index('LIQUIDATED', '2025-03-04')).toEqual({ index: '1.03', twr: '0.03' });
  // Linked over the days without capital, and on from there.
  expect(await index('LIQUIDATED', '2025-03-10')).toEqual({ index: '1.03', twr: '0' });
  expect(await index('LIQUIDATED', '2025-03-11')).toEqual({ index: '1.0094', twr: '-0.02' });
  expect(await index('LOST', '2025-03-04')).toEqual({ index: '0', twr: '-1' });
  expect(await index('LOST', '2025-03-06')).toEqual({ index: '0', twr: '0' });
  expect(await index('OWING', '2025-03-04')).toEqual({ index: '1', twr: '0' });
  expect(await index('OWING', '2025-03-05')).toEqual({ index: null, twr: null });
  expect(await index('OWING', '2025-03-10')).toEqual({ index: null, twr: '0' });
  expect(await index('GAPPED', '2025-03-04')).toEqual({ index: '1', twr: '0' });
  expect(await index('GAPPED', '2025-03-06')).toBeUndefined();
  expect(await index('GAPPED', '2025-03-09')).toEqual({ index: null, twr: '0' });
});

test('bod_index is the index of the row before, and 1 on the first', async () => {
  const wrong = await api.database.query(
    `select portfolio_id, null as security_id, date from (
       select *, lag(index, 1, 1) over (partition by portfolio_id order by date) as before from reporting.portfolio_daily
     ) d
     where bod_index is distinct from before 
     union all
     select portfolio_id, security_id, date from (
       select *, lag(index, 1, 1) over (partition by portfolio_id, security_id order by date) as before
       from reporting.position_daily
     ) d
     where bod_index is distinct from before`,
  );
  expect(wrong).toEqual([]);
});

describe('position_daily', () => {
  const columns = [
    ...['date', 'bod_market_value', 'bod_cashflow_position', 'eod_cashflow_position', 'eod_market_value'],
    ...['income', 'fees', 'taxes', 'quantity', 'cost', 'fx_rate', 'valuation_status', 'epoch'],
  ];

  test.each(PORTFOLIOS)('has the rows of the API for every position of %s', async (portfolio) => {
    const stored = await api.database.query<Record<string, string>>(
      `select * from reporting.position_daily where portfolio_id = $1 order by security_id, date`,
      [portfolio],
    );
    const securities = [...new Set(stored.map((row) => row.security_id!))];
    expect(securities.length).toBeGreaterThan(5);
    for (const security of securities) {
      const expected = await rowsOf(`/v1/portfolios/${portfolio}/positions/${security}/timeseries`);
      const own = stored.filter((row) => row.security_id === security);
      expect(own.map((row) => plain(row, columns))).toEqual(expected.map((row) => plain(row, columns)));
    }
  });

  test('links its returns as the domain does', async () => {
    const stored = await api.database.query<Record<string, string>>(
      `select * from reporting.position_daily where portfolio_id = 'PORT_001' order by security_id, date`,
    );
    for (const security of new Set(stored.map((row) => row.security_id!))) {
      const rows = stored.filter((row) => row.security_id === security);
      const chain = linkDays(
        rows.map((row) => ({
          day: day(row.date!),
          bodMarketValue: decimal(row.bod_market_value!),
          bodCashflow: decimal(row.bod_cashflow_position!),
          eodCashflow: decimal(row.eod_cashflow_position!),
          eodMarketValue: decimal(row.eod_market_value!),
          income: ZERO,
          fees: ZERO,
          taxes: ZERO,
          estimated: false,
          open: false,
        })),
        DEFAULT_RETURN_OPTIONS,
      );
      const end = Math.min(chain.undefinedRows[0]?.row ?? Infinity, chain.gapRows[0] ?? Infinity);
      const expected = rows.map((_, row) => (row < end ? format(round(indexAfter(chain, row), 12)) : null));
      expect(rows.map((row) => plain(row, ['index']).index)).toEqual(expected);
    }
  });
});

describe('holding_daily and exposure_daily', () => {
  test.each([...PORTFOLIOS, 'BUSY', 'GAPPED', 'RATELESS'])(
    'are what the API says %s holds',
    async (portfolio) => {
      const columns = [
        ...[
          'security_id',
          'currency',
          'quantity',
          'cost_basis',
          'cost_basis_local',
          'market_price',
          'price_date',
        ],
        ...['market_value', 'market_value_local', 'unrealized_gain', 'unrealized_gain_local', 'weight'],
        ...['valuation_status', 'epoch'],
      ];
      for (const date of [LAST_DAY, '2025-03-05', '2025-03-06']) {
        const { positions } = await bodyOf<{ positions: Record<string, unknown>[] }>(
          api.get(`/v1/portfolios/${portfolio}/positions?date=${date}`),
        );
        const stored = await api.database.query<Record<string, unknown>>(
          `select * from reporting.holding_daily where portfolio_id = $1 and date = $2 order by security_id collate "C"`,
          [portfolio, date],
        );
        expect(stored.map((row) => plain(row, columns, 10))).toEqual(
          positions.map((row) => plain(row, columns, 10)),
        );
      }
    },
  );

  test('every dimension adds up to the portfolio on every complete day', async () => {
    const wrong = await api.database.query(
      `select d.portfolio_id, d.date, x.dimension, sum(x.market_value), d.eod_market_value
       from reporting.portfolio_daily d join reporting.exposure_daily x using (portfolio_id, date)
       group by d.portfolio_id, d.date, x.dimension, d.eod_market_value
       having sum(x.market_value) is distinct from d.eod_market_value
         or (d.eod_market_value <> 0 and abs(sum(x.weight) - 1) > 0.00000001)`,
    );
    expect(wrong).toEqual([]);
    const dimensions = await api.database.query<{ dimension: string; value: string }>(
      `select dimension, value from reporting.exposure_daily
       where portfolio_id = 'BUSY' and date = '2025-03-05' order by dimension, value`,
    );
    expect(dimensions.map(({ dimension, value }) => `${dimension}: ${value}`)).toEqual([
      'asset_class: unclassified',
      'country: DE',
      'country: unclassified',
      'currency: EUR',
      'currency: USD',
      'sector: Utilities',
      'sector: unclassified',
      'type: bond',
      'type: cash',
    ]);
  });

  test('a group with an unvalued position has no value', async () => {
    const rows = await api.database.query(
      `select value, market_value, weight, positions from reporting.exposure_daily
       where portfolio_id = 'GAPPED' and date = '2025-03-05' and dimension = 'type' order by value`,
    );
    expect(rows).toEqual([
      { value: 'cash', market_value: '100', weight: null, positions: 1 },
      { value: 'equity', market_value: null, weight: null, positions: 1 },
    ]);
  });
});
