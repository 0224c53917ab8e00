/** Every SQL query of the dashboards, as Grafana would send it, by the role that Grafana connects as. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { generateDemo } from '../../cli/demo/generator.ts';
import type { Database } from '../../infra/database/database.ts';
import { createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { openReader } from '../support/reporting.ts';
import { DASHBOARDS, QUERIES } from './dashboards.ts';
import type { PanelQuery, Variable } from './dashboards.ts';
import { expandSql } from './macros.ts';
import type { Chosen, Range } from './macros.ts';

type Row = Record<string, unknown>;

const LAST_DAY = '2025-06-30';
const RANGE: Range = { from: new Date('2023-06-01T00:00:00Z'), to: new Date('2025-07-15T08:30:00Z') };
const SPRING: Range = { from: new Date('2025-03-01T00:00:00Z'), to: new Date('2025-05-31T23:59:59Z') };
const PORTFOLIO = 'PORT_001';
const SQL = QUERIES.filter(({ target }) => target.rawSql !== undefined);

let api: TestApi;
let reader: Database;

/** Two years of invented books, and a late trade that restates one of them. */
async function givenDemo(): Promise<void> {
  const demo = generateDemo({ years: 2, portfolios: 2, securities: 20, until: LAST_DAY });
  await api.given('/v1/portfolios', demo.portfolios);
  await api.given('/v1/securities', demo.securities);
  await api.given('/v1/splits', demo.splits);
  await api.given('/v1/fx-rates', demo.fx_rates);
  await api.given('/v1/prices', demo.prices);
  await api.given('/v1/transactions', demo.transactions);
  await api.given('/v1/business-dates', demo.business_dates);
  await api.given('/v1/transactions', {
    transaction_id: 'LATE-1',
    portfolio_id: PORTFOLIO,
    security_id: 'CASH_EUR',
    transaction_date: '2025-06-20T10:00:00Z',
    transaction_type: 'DEPOSIT',
    gross_transaction_amount: '1000',
    currency: 'EUR',
  });
}

/** Books in which nothing is missing would leave the panels about what is missing empty. */
async function givenWeakFigures(): Promise<void> {
  await api.given('/v1/securities', [
    { security_id: 'SEC_DARK', currency: 'EUR', type: 'equity', name: 'Never priced' },
  ]);
  await api.given('/v1/transactions', {
    transaction_id: 'DARK-1',
    portfolio_id: PORTFOLIO,
    security_id: 'SEC_DARK',
    transaction_date: `${LAST_DAY}T10:00:00Z`,
    transaction_type: 'BUY',
    quantity: '3',
    price: '20',
    currency: 'EUR',
  });
}

/** A symbol with a bar of five minutes each day, and its indicators. */
async function givenBars(): Promise<void> {
  await api.database.query(`insert into symbols (symbol, exchange) values ('LIVE', '24x7')`);
  await api.database.query(
    `insert into price_snapshots (symbol, symbol_no, price, timestamp, volume)
     select symbol, symbol_no, 10, 1751270400000, 5 from symbols`,
  );
  await api.database.query(
    `with days as (
       select symbol_no, time
       from symbols, generate_series(timestamptz '2023-06-02 12:00Z', timestamptz '2025-06-30 12:00Z', '1 day') as t (time)
     ), bars as (
       insert into intraday_ohlcv select symbol_no, time, time::date, 10, 11, 9, 10, 5, 0, null, null from days
     )
     insert into intraday_analytics (symbol_no, time, close, rsi_14) select symbol_no, time, 10, 50 from days`,
  );
}

beforeAll(async () => {
  api = await createTestApi();
  await givenBars();
  await givenDemo();
  await givenWeakFigures();
  reader = await openReader(api.database);
});
afterAll(async () => {
  await reader.close();
  await api.close();
});

/** The values a query variable offers, in Grafana's form: one column, or text and value. */
async function offered(variable: Variable, chosen: Chosen): Promise<string[]> {
  if (variable.type === 'custom')
    return variable.query.split(',').map((part) => part.trim().split(' : ').at(-1)!);
  const rows = await reader.query<Row>(expandSql(variable.query, RANGE, chosen));
  return rows.map((row) => String(row['__value'] ?? Object.values(row)[0]));
}

async function chosenOf(variables: readonly Variable[], given: Chosen): Promise<Chosen> {
  const chosen = new Map(given);
  for (const variable of variables) {
    if (chosen.has(variable.name)) continue;
    const values = await offered(variable, chosen);
    chosen.set(variable.name, variable.multi ? values : values.slice(0, 1));
  }
  return chosen;
}

async function run(
  { dashboard, target }: PanelQuery,
  range: Range,
  given: Chosen = new Map(),
): Promise<Row[]> {
  const defaults = new Map([
    ...given,
    ...(given.has('portfolio') ? [] : [['portfolio', [PORTFOLIO]] as const]),
  ]);
  const chosen = await chosenOf(dashboard.templating.list, defaults);
  return reader.query<Row>(expandSql(target.rawSql ?? '', range, chosen));
}

const decimal = z.string().regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i);
const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || decimal.safeParse(value).success;

describe('variables', () => {
  const variables = DASHBOARDS.flatMap((board) =>
    board.templating.list.map((variable) => ({ name: `${board.title}: ${variable.name}`, board, variable })),
  );
  test.each(variables)('$name offers something', async ({ board, variable }) => {
    const before = board.templating.list.slice(0, board.templating.list.indexOf(variable));
    expect(await offered(variable, await chosenOf(before, new Map()))).not.toHaveLength(0);
  });
});

describe('every SQL query has something to show', () => {
  test.each(SQL)('$name', async (query) => {
    const rows = await run(query, RANGE);
    expect(rows).not.toHaveLength(0);
    if (query.target.format !== 'time_series') {
      expect(Object.values(rows[0]!).some((value) => value !== null)).toBe(true);
      return;
    }
    const times = rows.map(({ time }) => String(time));
    expect(times).toEqual([...times].sort());
    const figures = Object.keys(rows[0]!).filter((column) => column !== 'time' && column !== 'metric');
    expect(figures).not.toHaveLength(0);
    for (const column of figures) {
      const values = rows.map((row) => row[column]).filter((value) => value !== null);
      expect(values, column).not.toHaveLength(0);
      expect(values.every(isNumber), column).toBe(true);
    }
  });
});

test('every choice of a variable gives queries that run', async () => {
  for (const board of DASHBOARDS)
    for (const variable of board.templating.list.filter(({ multi }) => !multi)) {
      const before = board.templating.list.slice(0, board.templating.list.indexOf(variable));
      for (const value of await offered(variable, await chosenOf(before, new Map())))
        for (const query of SQL.filter(({ dashboard }) => dashboard === board))
          await run(query, SPRING, new Map([[variable.name, [value]]]));
    }
});

test('an apostrophe in a value stays text', async () => {
  for (const query of SQL.filter(({ dashboard }) => dashboard.uid === 'chronofolio-portfolio'))
    await run(query, SPRING, new Map([['portfolio', ["O'Neill'; drop view reporting.price; --"]]]));
});

describe('the figures are those of the API', () => {
  const panelOf = (title: RegExp): PanelQuery => {
    const found = SQL.find(({ panel }) => panel && title.test(panel.title));
    if (!found) throw new Error(`no panel is called ${title}`);
    return found;
  };
  const periodReply = z.object({
    periods: z.array(
      z.object({
        twr: z.string(),
        gain: z.string(),
        twr_annualized: z.string().nullable(),
        end_market_value: z.string(),
      }),
    ),
  });
  const performance = async (query: string) => {
    const reply = await api.get(`/v1/portfolios/${PORTFOLIO}/performance?${query}`);
    return periodReply.parse(await reply.json()).periods[0]!;
  };

  test('return, gain and value over a range', async () => {
    const expected = await performance('from=2025-03-01&to=2025-05-31');
    const [returned] = await run(panelOf(/^Return$/), SPRING);
    const [gained] = await run(panelOf(/^Gain in/), SPRING);
    const values = await run(panelOf(/^Value in/), SPRING);
    expect(Number(returned!['Return'])).toBeCloseTo(Number(expected.twr), 12);
    expect(Number(gained!['Gain'])).toBeCloseTo(Number(expected.gain), 4);
    expect(Number(values.at(-1)!['Value'])).toBeCloseTo(Number(expected.end_market_value), 4);
    const curve = await run(panelOf(/^Cumulative return$/), SPRING);
    expect(Number(curve.at(-1)!['Return'])).toBeCloseTo(Number(expected.twr), 12);
  });

  test('a month of the table, and the year that it links to', async () => {
    const rows = await run(panelOf(/^Returns by month$/), RANGE);
    const year = rows.find((row) => row['Of'] === '2025')!;
    expect(Number(year['Mar'])).toBeCloseTo(Number((await performance('periods=2025-03')).twr), 12);
    expect(Number(year['Year'])).toBeCloseTo(Number((await performance('periods=2025')).twr), 12);
    expect(year['Aug']).toBeNull();
  });

  test('the deepest drawdown is that of the cumulative return', async () => {
    const curve = (await run(panelOf(/^Cumulative return$/), SPRING)).map((row) => 1 + Number(row['Return']));
    let peak = 0;
    const falls = curve.map((index) => {
      peak = Math.max(peak, index);
      return index / peak - 1;
    });
    const [deepest] = await run(panelOf(/^Deepest drawdown$/), SPRING);
    expect(Number(deepest!['Drawdown'])).toBeCloseTo(Math.min(...falls), 10);
  });

  test('weights and exposures add up to the whole portfolio', async () => {
    const sum = (rows: readonly Row[]) => rows.reduce((total, row) => total + Number(row['Weight']), 0);
    expect(sum(await run(panelOf(/^Positions by weight$/), RANGE))).toBeCloseTo(1, 8);
    expect(sum(await run(panelOf(/^Exposure by/), RANGE))).toBeCloseTo(1, 8);
  });

  test('the late trade is marked where it changed the past', async () => {
    const marks = await run(
      SQL.find(({ panel }) => panel === undefined)!,
      RANGE,
    );
    expect(marks.map(({ tags }) => tags)).toContain('transaction');
    for (const { time, timeend } of marks) expect(String(time) <= String(timeend)).toBe(true);
  });
});
