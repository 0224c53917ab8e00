import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../infra/database/database.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import { DEFAULT_MATERIALITY } from '../../../domain/returns/restatement.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { diffGenerations } from '../../../projections/diff/diff.ts';
import { changedSummary } from '../../../projections/diff/report.ts';
import type { Generation } from '../../../projections/generation.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import { restatement } from '../../../projections/queries/restatements.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { opening, project, trade } from './support.ts';

let books: Books;
let [active, other]: Generation[] = [];
let database: Database;

beforeEach(async () => {
  books = await openBooks();
  await books.append(...opening);
  active = await project(books, 'gen_a');
  other = await project(books, 'gen_b');
  database = books.db.open({ searchPath: 'gen_b,public', maxConnections: 1 });
});
afterEach(() => books.close());

const diff = (options = {}) => diffGenerations(active!, other!, options);

test('generations with the same figures do not differ', async () => {
  const { report } = await diff();
  expect(report).toMatchObject({
    before: { books: 'generation', slot: 'gen_a' },
    after: { books: 'generation', slot: 'gen_b' },
    compared: { portfolios: 2, keys: 3 },
    portfolios: 0,
    keys: { added: 0, removed: 0, changed: 0 },
    days: { count: 0, first: null, last: null },
    max_impact_basis_points: '0',
    changed: [],
    unsettled: [],
  });
  expect(changedSummary(report)).toEqual({ portfolios: 0, days: 0, maxImpactBps: '0', worst: [] });
});

test('numbers of portfolios and securities need not be the same', async () => {
  const elsewhere = await openBooks();
  try {
    const at = (name: 'portfolio' | 'security') =>
      opening.filter(({ event }) => (event.type === 'PortfolioOpened') === (name === 'portfolio'));
    await elsewhere.append(...[...at('portfolio')].reverse(), ...at('security'));
    const renumbered = await project(elsewhere, 'gen_a');
    const { report } = await diffGenerations(active!, renumbered);
    expect(report.portfolios).toBe(0);
  } finally {
    await elsewhere.close();
  }
});

describe('a trade that only the other one has', () => {
  beforeEach(async () => {
    await books.append(trade('LATE', 'BUY', '2025-01-04', '5', '90'));
    await project(books, 'gen_b');
  });

  test('is told by keys, days and basis points, the open day left out', async () => {
    const { report } = await diff();
    expect(report).toMatchObject({
      portfolios: 1,
      material_portfolios: 1,
      keys: { added: 0, removed: 0, changed: 2 },
      // The 10th is open.
      days: { count: 6, first: '2025-01-04', last: '2025-01-09' },
    });
    const [changed] = report.changed;
    expect(changed).toMatchObject({ portfolio_id: 'P', through: '2025-01-09', material: true });
    expect(changed).not.toHaveProperty('key_changes');
    const summary = changedSummary(report);
    expect(summary).toMatchObject({ portfolios: 1, days: 6, maxImpactBps: report.max_impact_basis_points });
    expect(summary.worst).toEqual([
      { portfolio_id: 'P', period: expect.any(String), basis_points: summary.maxImpactBps },
    ]);
  });

  test('the portfolio alone is shown key by key, with its rows', async () => {
    const { report, days } = await diff({ portfolioId: 'P', rowsOfKey: 1 });
    expect(report.changed[0]?.key_changes).toEqual([
      {
        security_id: 'AAA',
        change: 'changed',
        days: { count: 6, first: '2025-01-04', last: '2025-01-09' },
        rows: [
          {
            date: '2025-01-04',
            before: expect.objectContaining({ quantity: '10', cost_basis: '1000', market_value: '1100' }),
            after: expect.objectContaining({ quantity: '15', cost_basis: '1450', market_value: '1650' }),
            columns: expect.arrayContaining(['quantity', 'cost', 'bod_cashflow_position', 'market_value']),
          },
        ],
      },
      expect.objectContaining({ security_id: 'CASH_EUR', change: 'changed' }),
    ]);
    expect(days?.after.length).toBe(days?.before.length);
    expect((await diff({ portfolioId: 'Q' })).report.portfolios).toBe(0);
  });

  test('has the impact that comparing what was known says it has', async () => {
    const { report } = await diff();
    await project(books, 'gen_a');
    const tables = books.db.open({ searchPath: 'gen_a,public' });
    const { current } = createReadModels(async () => tables);
    const queries = createQueries({ current, at: createKnownAt(books.log, { current }) }, books.log);
    const reading = await restatement(queries, 'P', {
      compare: { by: 'knowledge', from: { position: opening.length } },
      materiality: DEFAULT_MATERIALITY,
      options: DEFAULT_RETURN_OPTIONS,
    });
    // The open day is compared here as well; its close is that of the day before, and so are the returns.
    const { impact, days } = reading.status === 'ok' ? reading.value : expect.fail(reading.status);
    expect(report.changed[0]?.impact).toEqual(impact);
    expect(days).toHaveLength(report.days.count + 1);
  });
});

test('a damaged row is found by the key that its checksum is kept of', async () => {
  await database.query(
    `update position_timeseries set eod_market_value_base = eod_market_value_base + 1
     where date = '2025-01-05' and security_no = (select security_no from securities where security_id = 'AAA')`,
  );
  // Checksums are what is trusted; one that was kept up to date is needed to see the row.
  expect((await diff()).report.portfolios).toBe(0);
  await database.query(`update position_state set checksum = checksum + 1`);
  const { report } = await diff({ portfolioId: 'P' });
  expect(report.changed[0]?.key_changes).toMatchObject([
    { security_id: 'AAA', rows: [{ date: '2025-01-05', columns: ['eod_market_value_base'] }] },
  ]);
  // The portfolio's own day was not touched, so that no return is.
  expect(report.changed[0]).toMatchObject({ material: false, max_impact_basis_points: '0', impact: [] });
});

test.each([
  ['position_timeseries', 'active = not active', '2025-01-05'],
  ['daily_position_snapshots', 'realized_gain = realized_gain + 1', '2025-01-06'],
  ['daily_position_snapshots', 'market_price = null', '2025-01-07'],
])('all portfolios are compared by every column (%s set %s)', async (name, set, date) => {
  await database.query(`update ${name} set ${set} where portfolio_no = 1 and date = '${date}'`);
  await database.query(`update position_state set checksum = checksum + 1`);
  const { report } = await diff();
  expect(report.days).toEqual({ count: 1, first: date, last: date });
});

test('a key that only one generation has, and a transaction that has another effect', async () => {
  await database.query(`update position_history set rank = rank + 1 where transaction_id = 'T2'`);
  await database.query(`delete from position_timeseries where portfolio_no = 2`);
  await database.query(`delete from daily_position_snapshots where portfolio_no = 2`);
  await database.query(`delete from position_state where portfolio_no = 2`);
  await database.query(`update position_state set checksum = checksum + 1`);
  const { report } = await diff();
  expect(report.keys).toEqual({ added: 0, removed: 1, changed: 2 });
  expect(report.changed.find(({ portfolio_id: id }) => id === 'P')?.days).toEqual({
    count: 1,
    first: '2025-01-06',
    last: '2025-01-06',
  });
  expect((await diffGenerations(other!, active!)).report.keys).toEqual({ added: 1, removed: 0, changed: 2 });
});

test('a return that vanishes has no number, and is the worst of all', async () => {
  await database.query(`delete from portfolio_timeseries where date = '2025-01-05' and portfolio_no = 1`);
  await database.query(`update portfolio_state set checksum = checksum + 1 where portfolio_no = 1`);
  const { report } = await diff();
  expect(report).toMatchObject({ portfolios: 1, material_portfolios: 1, max_impact_basis_points: null });
  expect(changedSummary(report).maxImpactBps).toBeNull();
});

test('what waits to be folded is named', async () => {
  await books.append(trade('LATE', 'BUY', '2025-01-04', '5', '90'));
  await project(books, 'gen_b');
  await database.query(
    `insert into dirty (portfolio_no, security_no, from_day, cause, position)
     select portfolio_no, 0, 20000, 'business_date', 1 from portfolios where portfolio_id = 'P'`,
  );
  expect((await diff()).report.unsettled).toEqual(['P']);
});

test('of many that changed the worst are kept', async () => {
  await books.append(
    trade('L1', 'BUY', '2025-01-04', '5', '90'),
    trade('L2', 'BUY', '2025-01-04', '50', '90', 'Q'),
    facts.portfolio('R'),
  );
  await project(books, 'gen_b');
  const { report } = await diff({ mostPortfolios: 1 });
  expect(report.portfolios).toBe(2);
  expect(report.changed.map(({ portfolio_id: id }) => id)).toEqual(['Q']);
});
