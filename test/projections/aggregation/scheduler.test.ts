import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAggregationScheduler } from '../../../projections/aggregation/scheduler.ts';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { aggregationOn, start } from './support.ts';

const DAYS = ['02', '03', '04', '05', '06', '07', '08', '09', '10'].map((day) => `2025-01-${day}`);

describe('the scheduler', () => {
  let books: Books;
  let aggregation: ReturnType<typeof aggregationOn>;
  beforeEach(async () => {
    books = await openBooks();
    await books.project(...start);
    aggregation = aggregationOn(books);
  });
  afterEach(() => books.close());

  const allEligible = () =>
    books.db.database.query(
      `insert into aggregation_days (portfolio_id, date, state)
       select 'P1', date, 'eligible' from unnest($1::date[]) as d(date)`,
      [DAYS],
    );
  const keyOf = (securityId: string) =>
    `security_no = (select security_no from securities where security_id = '${securityId}')`;

  it('orders the days that are complete, in runs, once', async () => {
    await allEligible();
    expect(await aggregation.scheduler.step()).toBe(9);
    expect(await aggregation.ordered()).toEqual([
      { portfolio_id: 'P1', from: '2025-01-02', through: '2025-01-10', correlation_id: 'SCHEDULER_JOB_1' },
    ]);
    expect(await aggregation.states()).toEqual(DAYS.map((date) => `${date} scheduled SCHEDULER_JOB_1`));
    expect(await aggregation.scheduler.step()).toBe(0);
    expect(await aggregation.ordered()).toEqual([]);
  });

  it.each([
    ['the row of a held position is missing', 'S1', '2025-01-05'],
    ['the row of the cash is missing', 'CASH_EUR', '2025-01-05'],
    ['the row of the day a position was closed is missing', 'S2', '2025-01-06'],
    ['the row of the day after that is missing', 'S2', '2025-01-07'],
  ])('never orders a day when %s, and has it regenerated', async (_what, securityId, date) => {
    const before = await figures(books);
    await aggregation.damage(
      `delete from position_timeseries where date = '${date}' and ${keyOf(securityId)}`,
    );
    await allEligible();
    await aggregation.scheduler.step();
    const ordered = await aggregation.ordered();
    expect(ordered.map(({ from, through }) => [from, through])).toEqual([
      ['2025-01-02', DAYS[DAYS.indexOf(date) - 1]],
      [DAYS[DAYS.indexOf(date) + 1], '2025-01-10'],
    ]);
    await aggregation.folded();
    expect(await figures(books)).toEqual(before);
    await aggregation.scheduler.step();
    expect(await aggregation.ordered()).toMatchObject([{ from: date, through: date }]);
  });

  it('orders no day up to which something is still to be folded', async () => {
    await allEligible();
    // As the register leaves a change that no fold has come to yet.
    await books.db.database.query(
      `insert into dirty (portfolio_no, security_no, from_day, cause, position)
       select portfolio_no, security_no, date '2025-01-05' - date '1970-01-01', 'transaction', 0
       from position_state where ${keyOf('S1')}`,
    );
    await aggregation.scheduler.step();
    expect(await aggregation.ordered()).toMatchObject([{ from: '2025-01-02', through: '2025-01-04' }]);
    await aggregation.folded();
    await aggregation.scheduler.step();
    expect(await aggregation.ordered()).toMatchObject([{ from: '2025-01-05', through: '2025-01-10' }]);
  });

  it('orders no day of a portfolio with a position set aside', async () => {
    await allEligible();
    await books.db.database.query(`update position_state set status = 'FAILED' where ${keyOf('S2')}`);
    await aggregation.scheduler.step();
    expect(await aggregation.ordered()).toEqual([]);
    await books.db.database.query(`update position_state set status = 'CURRENT'`);
    expect(await aggregation.scheduler.step()).toBe(9);
  });

  it('orders a day once its last price has come', async () => {
    await books.project(
      facts.security('US1', 'USD'),
      facts.transaction('P1', 'BUY', 'US1', '2025-01-08', {
        transaction_id: 'U1',
        quantity: '1',
        price: '10',
        currency: 'USD',
      }),
    );
    await allEligible();
    await aggregation.scheduler.step();
    expect(await aggregation.ordered()).toMatchObject([{ from: '2025-01-02', through: '2025-01-07' }]);
    await books.project(facts.fx('USD', 'EUR', [['2025-01-07', '0.9']]));
    await aggregation.scheduler.step();
    expect(await aggregation.ordered()).toMatchObject([{ from: '2025-01-08', through: '2025-01-10' }]);
  });

  it('goes past days that are not complete, however small its sets', async () => {
    await aggregation.damage(
      `update position_timeseries set eod_market_value_base = null where date < '2025-01-08' and ${keyOf('S1')}`,
    );
    await allEligible();
    const scheduler = createAggregationScheduler({ store: aggregation.store, newId: () => 'X', limit: 2 });
    expect(await scheduler.step()).toBe(4);
    expect((await aggregation.ordered()).flatMap(({ from, through }) => [from, through])).toEqual([
      ...['2025-01-02', '2025-01-02'],
      ...['2025-01-08', '2025-01-09'],
      ...['2025-01-10', '2025-01-10'],
    ]);
  });

  it('shares the days among schedulers: each is ordered once', async () => {
    await allEligible();
    const schedulers = ['A', 'B', 'C'].map((id) =>
      createAggregationScheduler({ store: aggregation.store, newId: () => id, limit: 2 }),
    );
    await Promise.all(schedulers.map((scheduler) => scheduler.step()));
    for (const scheduler of schedulers) await scheduler.step();
    const days = (await aggregation.ordered()).reduce(
      (sum, { from, through }) => sum + DAYS.indexOf(String(through)) - DAYS.indexOf(String(from)) + 1,
      0,
    );
    expect(days).toBe(9);
  });

  it('works by itself once started', async () => {
    await allEligible();
    aggregation.scheduler.start();
    await expect
      .poll(() => aggregation.states())
      .toEqual(DAYS.map((date) => `${date} scheduled SCHEDULER_JOB_1`));
    await aggregation.scheduler.stop();
  });
});
