import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourcesFrom } from '../../commands/import/sources.ts';
import { lotsOn } from '../../projections/queries/lots.ts';
import { positionHistory } from '../../projections/queries/history.ts';
import { positionTimeseries } from '../../projections/queries/position-timeseries.ts';
import { positionsOn } from '../../projections/queries/positions.ts';
import { ofPortfolio } from '../../projections/queries/subject.ts';
import { DATA_IS_THERE, PRICES_FILE, withData } from '../commands/support/data.ts';
import { figures } from '../support/books.ts';
import { createRandom } from '../support/random.ts';
import { plainDays } from './plain-ledger.ts';
import { openRealBooks, portfolioRows, valueOf } from './real-books.ts';
import type { RealBooks } from './real-books.ts';
import { dealtOut, EXAMPLE_DIRECTORY, readTables, records, tableSource } from './tables.ts';
import type { TableName, Tables } from './tables.ts';

const PORTFOLIO = 'BUYING_PLAN';
const FIRST_DAY = '2010-01-04';
const LAST_DAY = '2015-08-07';
const SEEDS = [1, 2];

/** Epochs above 0, of rows and of states. */
async function restatements(books: RealBooks): Promise<number> {
  const slot = await books.generations.active();
  const db = books.db.open({ searchPath: `${slot},public`, maxConnections: 1 });
  const [found] = await db.query<{ count: number }>(
    `select (select count(*) from position_timeseries where epoch > 0)
          + (select count(*) from daily_position_snapshots where epoch > 0)
          + (select count(*) from position_history where epoch > 0)
          + (select count(*) from portfolio_timeseries where epoch > 0)
          + (select count(*) from position_state where epoch > 0)
          + (select count(*) from portfolio_state where epoch > 0) as count`,
  );
  return found!.count;
}

interface Outcome {
  readonly checksum: string;
  /** Every current row of every table, without epochs. */
  readonly rows: ReadonlySet<string>;
}

/** What a replay of the log confirms. */
async function outcome(books: RealBooks): Promise<Outcome> {
  const report = await books.projections.verify({});
  expect(report).toMatchObject({ ok: true, skipped: [], differences: [] });
  const { days, history, portfolios } = await figures(books);
  return { checksum: report.checksum, rows: new Set([...days, ...history, ...portfolios]) };
}

/** Tells the rows that differ rather than all of them. */
function expectSame(actual: Outcome, expected: Outcome): void {
  const missing = [...expected.rows].filter((row) => !actual.rows.has(row));
  const added = [...actual.rows].filter((row) => !expected.rows.has(row));
  expect({ missing, added }).toEqual({ missing: [], added: [] });
  expect(actual.checksum).toBe(expected.checksum);
}

describe.skipIf(!DATA_IS_THERE)('a buying plan in Apple and BASF over real closes', () => {
  let tables: Tables;
  let books: RealBooks;
  let inOrder: Outcome;

  beforeAll(async () => {
    tables = readTables();
    books = await openRealBooks();
    const report = await books.importAll(await sourcesFrom([EXAMPLE_DIRECTORY, PRICES_FILE]));
    expect(report.counts.prices).toEqual({ rows: 2737, accepted: 2737, duplicates: 0 });
    inOrder = await outcome(books);
    expect(inOrder.rows.size).toBeGreaterThan(9_000);
  });
  afterAll(() => books.close());

  it(withData('imported at once bumps no epoch and is complete to the last close'), async () => {
    expect(await restatements(books)).toBe(0);
    const days = await portfolioRows(books, PORTFOLIO, 'daily');
    expect(days[0]?.date).toBe(FIRST_DAY);
    expect(days.at(-1)?.date).toBe(LAST_DAY);
    expect(days).toHaveLength((Date.parse(LAST_DAY) - Date.parse(FIRST_DAY)) / 86_400_000 + 1);
  });

  it.each(SEEDS)(
    withData('dealt out to seven imports in any order has the same figures (seed %i)'),
    async (seed) => {
      const random = createRandom(seed);
      const others = await openRealBooks();
      try {
        await others.importAll(
          [tableSource('portfolios', tables.portfolios), tableSource('securities', tables.securities)],
          { advanceBusinessDate: 'none' },
        );
        const names: TableName[] = ['transactions', 'prices', 'fx-rates', 'splits'];
        // Published further in the middle, so that what comes later restates.
        const published = ['none', '2011-12-30', 'none', '2014-06-20', '2014-06-30', LAST_DAY, 'none'];
        const deals = dealtOut(tables, names, published.length, random);
        for (const [i, sources] of deals.entries()) {
          const date = published[i]!;
          await others.importAll(sources, { advanceBusinessDate: date === 'none' ? date : { date } });
        }
        expect(await restatements(others)).toBeGreaterThan(0);
        expectSame(await outcome(others), inOrder);
      } finally {
        await others.close();
      }
    },
    120_000,
  );

  it(withData('whose closes come last has the same figures'), async () => {
    const others = await openRealBooks();
    try {
      await others.importAll(await sourcesFrom([EXAMPLE_DIRECTORY]));
      // Valued by what was paid until then: nothing is worth nothing.
      const before = await portfolioRows(others, PORTFOLIO, 'daily');
      expect(before.at(-1)?.quality).toBe('estimated');
      expect(Math.min(...before.map((row) => Number(row.twr)))).toBeGreaterThan(-0.5);

      await others.importAll(await sourcesFrom([PRICES_FILE]), {
        advanceBusinessDate: { date: LAST_DAY },
      });
      expectSame(await outcome(others), inOrder);
    } finally {
      await others.close();
    }
  });

  it(
    withData('has the values and returns of a ledger kept apart, on each day and in each year'),
    async () => {
      const expected = plainDays({
        transactions: records(tables.transactions),
        closes: records(tables.prices),
        rates: records(tables['fx-rates']),
        from: FIRST_DAY,
        to: LAST_DAY,
      });
      const days = await portfolioRows(books, PORTFOLIO, 'daily');
      expect(days.map((row) => row.date)).toEqual(expected.map((day) => day.date));
      const off = days.filter(
        (row, i) =>
          !(Math.abs(Number(row.eod_market_value) - expected[i]!.value) < 1e-5) ||
          !(Math.abs(Number(row.twr) - expected[i]!.twr) < 1e-9),
      );
      expect(off).toEqual([]);

      for (const year of await portfolioRows(books, PORTFOLIO, 'yearly')) {
        const growth = expected
          .filter(({ date }) => date >= year.from && date <= year.date)
          .reduce((product, { twr }) => product * (1 + twr), 1);
        expect(Number(year.twr), year.date).toBeCloseTo(growth - 1, 9);
      }
    },
  );

  it(withData('returned in 2010 what lies between its two shares and the dollar'), async () => {
    // Closes of 2010-01-04 and 2010-12-31: Apple 30.57 and 46.08 USD (+51 %), BASF 44.85 and 59.70 EUR
    // (+33 %); the dollar rose from 0.694155 to 0.748391 EUR (+8 %); cash in both currencies beside them.
    const [year] = await portfolioRows(books, PORTFOLIO, 'yearly');
    expect(year?.date).toBe('2010-12-31');
    expect(Number(year?.twr)).toBeGreaterThan(0.3);
    expect(Number(year?.twr)).toBeLessThan(0.51 * 1.08 + 0.08);
  });

  it(withData('has trades in the units of their days'), () => {
    const closes = new Map(
      records(tables.prices).map((row) => [`${row['security_id']} ${row['date']}`, Number(row['close'])]),
    );
    const off = records(tables.transactions)
      .filter((row) => row['transaction_type'] === 'BUY' || row['transaction_type'] === 'SELL')
      .filter((row) => {
        const date = row['transaction_date']!;
        const units = row['security_id'] === 'SEC_AAPL' && date < '2014-06-09' ? 7 : 1;
        const close = closes.get(`${row['security_id']} ${date}`) ?? NaN;
        return !(Math.abs(Number(row['price']) - close * units) < 1e-9);
      });
    expect(off).toEqual([]);
  });

  it(withData('goes through the split without a jump'), async () => {
    const range = { from: '2014-06-06', to: '2014-06-09' };
    const { rows } = valueOf(
      await positionTimeseries(books.reader, PORTFOLIO, 'SEC_AAPL', range, { limit: 10 }),
    );
    // 145 shares at 7 × 92.22, over the weekend too, then 1,015 at 93.70.
    expect(rows.map((row) => [row.date, row.quantity, row.eod_market_value])).toEqual([
      ['2014-06-06', '145', '93603.30'],
      ['2014-06-07', '145', '93603.30'],
      ['2014-06-08', '145', '93603.30'],
      ['2014-06-09', '1015', '95105.50'],
    ]);
    expect(rows.every((row) => row.cost === rows[0]!.cost)).toBe(true);
    expect(rows.every((row) => Number(row.bod_cashflow_position) === 0)).toBe(true);

    const daily = await portfolioRows(books, PORTFOLIO, 'daily');
    const day = daily.find((row) => row.date === '2014-06-09');
    expect(Number(day?.twr)).toBeGreaterThan(0);
    expect(Number(day?.twr)).toBeLessThan(93.7 / 92.22 - 1);
  });

  it(withData('realises on shares bought before the split what can be reckoned by hand'), async () => {
    const sale = 'sale-aapl-2014-08';
    const { disposals } = valueOf(await lotsOn(books.reader, PORTFOLIO, 'SEC_AAPL'));
    // Ten old shares were sold in 2012: all six of January 2010 and four of the six of February.
    expect(
      disposals
        .filter((each) => each.transaction_id === sale)
        .map((each) => [each.lot_id, each.quantity, each.cost_local]),
    ).toEqual([
      ['plan-aapl-2010-02', '14', '389.34'], // 2 × 194.67
      ['plan-aapl-2010-03', '42', '1253.70'], // 6 × 208.95
      ['plan-aapl-2010-04', '4', '134.84'], // 235.97 × 4 / 7 = 134.84
    ]);

    const { rows } = valueOf(await positionHistory(books.reader, PORTFOLIO, 'SEC_AAPL', { limit: 1_000 }));
    const at = rows.findIndex((row) => row.transaction_id === sale);
    const gained = (
      field: 'realized_gain_local' | 'realized_gain' | 'realized_price_gain' | 'realized_fx_gain',
    ) => Number(rows[at]?.[field]) - Number(rows[at - 1]?.[field]);
    // 60 × 100.57 − 9.90 − (389.34 + 1253.70 + 134.84)
    expect(gained('realized_gain_local')).toBeCloseTo(4246.42, 8);
    // Sold at the rate of July 2014, bought at those of January, February and March 2010.
    const cost = 389.34 * 0.716025 + 1253.7 * 0.73692 + 134.84 * 0.741895;
    expect(gained('realized_gain')).toBeCloseTo(6024.3 * 0.74744 - cost, 6);
    expect(gained('realized_price_gain')).toBeCloseTo(4246.42 * 0.74744, 6);
    expect(gained('realized_price_gain') + gained('realized_fx_gain')).toBeCloseTo(
      gained('realized_gain'),
      8,
    );
  });

  it(withData('sells the last BASF and holds it no more'), async () => {
    const held = async (date: string) =>
      valueOf(await positionsOn(books.reader, ofPortfolio(PORTFOLIO), { date })).positions.map(
        (each) => each.security_id,
      );
    expect(await held('2015-02-11')).toContain('SEC_BASF');
    expect(await held('2015-02-12')).not.toContain('SEC_BASF');
    expect(await held(LAST_DAY)).toEqual(['CASH_EUR', 'CASH_USD', 'SEC_AAPL']);
  });

  it(withData('has no day that looks like a crash'), async () => {
    const returns = (await portfolioRows(books, PORTFOLIO, 'daily')).map((row) => Number(row.twr));
    expect(returns.every(Number.isFinite)).toBe(true);
    expect(Math.min(...returns)).toBeGreaterThan(-0.1);
    expect(Math.max(...returns)).toBeLessThan(0.1);
  });
});
