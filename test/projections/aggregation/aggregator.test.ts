import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { aggregationOn, late, order, start } from './support.ts';

describe('orders of aggregation', () => {
  let books: Books;
  let aggregation: ReturnType<typeof aggregationOn>;
  beforeEach(async () => {
    books = await openBooks();
    await books.project(...start);
    aggregation = aggregationOn(books);
  });
  afterEach(() => books.close());

  const lineage = async (date: string) => {
    const found = await aggregation.store.aggregationOf('P1', date);
    return found && [found.state, found.correlation_id, found.epoch];
  };

  it('are done where the day is complete and its row is the sum; the order stays on record', async () => {
    const before = await figures(books);
    expect(await aggregation.giveOrders(order('2025-01-05', 'UPSTREAM_7'))).toMatchObject({
      status: 'committed',
      counts: { accepted: 1, duplicate: 0 },
    });
    expect(await lineage('2025-01-05')).toEqual(['pending', 'UPSTREAM_7', null]);
    expect(await aggregation.aggregator.step()).toBe(1);
    expect(await aggregation.store.aggregationOf('P1', '2025-01-05')).toEqual({
      portfolio_id: 'P1',
      date: '2025-01-05',
      state: 'done',
      correlation_id: 'UPSTREAM_7',
      epoch: 0,
      requested_at: expect.any(String),
      aggregated_at: expect.any(String),
    });
    expect(aggregation.log).toContainEqual({
      message: 'aggregated',
      correlation_id: 'UPSTREAM_7',
      portfolio_id: 'P1',
      from: '2025-01-05',
      through: '2025-01-05',
      outcome: 'done',
    });
    expect(await figures(books)).toEqual(before);
    expect(await aggregation.store.aggregationOf('P1', '2025-01-06')).toBeUndefined();
  });

  it('change nothing when they come again', async () => {
    await aggregation.giveOrders(order('2025-01-05'));
    await aggregation.aggregator.step();
    expect(await aggregation.giveOrders(order('2025-01-05'), order('2025-01-05'))).toMatchObject({
      counts: { accepted: 0, duplicate: 2 },
    });
    expect(await aggregation.aggregator.step()).toBe(1);
    expect(await aggregation.states()).toEqual(['2025-01-05 done JOB_1 0']);
    expect(await aggregation.marks()).toEqual([]);
  });

  it('that cannot be read, or name no portfolio, are buried; the rest is taken in', async () => {
    const result = await aggregation.giveOrders(
      { portfolio_id: 'P1', aggregation_date: '2025-01-05' },
      { ...order('2025-01-05'), correlation_id: '' },
      { ...order('2025-01-05'), portfolio_id: 'P9' },
      '[]',
      order('2025-01-06'),
    );
    expect(result).toMatchObject({ counts: { accepted: 1 } });
    expect(
      await books.db.database.query(`select error_code as code from dead_letters order by message_offset`),
    ).toEqual(['invalid', 'invalid', 'unknown_portfolio', 'invalid'].map((code) => ({ code })));
    expect(await aggregation.states()).toEqual(['2025-01-06 pending JOB_1']);
  });

  it('of a day that lacks a price stay pending until it comes', async () => {
    await books.project(
      facts.security('US1', 'USD'),
      facts.transaction('P1', 'BUY', 'US1', '2025-01-08', {
        transaction_id: 'U1',
        quantity: '1',
        price: '10',
        currency: 'USD',
      }),
    );
    await aggregation.giveOrders(order('2025-01-07'), order('2025-01-08'));
    expect(await aggregation.aggregator.step()).toBe(1);
    expect(await aggregation.states()).toEqual(['2025-01-07 done JOB_1 0', '2025-01-08 pending JOB_1']);
    const rows = () =>
      books.db.database.query(
        `select date from portfolio_timeseries where superseded_by is null and date = '2025-01-08'`,
      );
    expect(await rows()).toEqual([]);
    aggregation.aggregator.start();
    await books.project(facts.fx('USD', 'EUR', [['2025-01-07', '0.9']]));
    await expect.poll(() => lineage('2025-01-08')).toMatchObject(['done', 'JOB_1', expect.any(Number)]);
    await aggregation.aggregator.stop();
    expect(await rows()).toHaveLength(1);
  });

  it('of days that the books have not reached, or before their first, wait for them', async () => {
    await aggregation.giveOrders(order('2025-01-01'), order('2025-01-11'));
    expect(await aggregation.aggregator.step()).toBe(0);
    await books.project(
      facts.closeDay('2025-01-11'),
      facts.transaction('P1', 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
        transaction_id: 'T0',
        gross_transaction_amount: '1',
      }),
    );
    expect(await aggregation.aggregator.step()).toBe(2);
  });

  it.each([
    ['is gone', `delete from portfolio_timeseries`],
    ['is not the sum', `update portfolio_timeseries set eod_market_value = eod_market_value + 1`],
    ['counts another number of positions', `update portfolio_timeseries set positions = positions + 1`],
  ])('have the fold make the row again when it %s', async (_what, damage) => {
    const before = await figures(books);
    await aggregation.damage(`${damage} where date between '2025-01-05' and '2025-01-06'`);
    await aggregation.giveOrders(order('2025-01-05'), order('2025-01-06'));
    expect(await aggregation.aggregator.step()).toBe(0);
    expect(await aggregation.marks()).toEqual([
      { security_id: null, from: '2025-01-05', through: '2025-01-06', cause: 'aggregation' },
    ]);
    // Marked once, however often it is looked at.
    expect(await aggregation.aggregator.step()).toBe(0);
    expect(await aggregation.marks()).toHaveLength(1);
    await aggregation.folded();
    expect(await figures(books)).toEqual(before);
    expect(await aggregation.aggregator.step()).toBe(2);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it('have the rows of positions regenerated before the portfolio is added up', async () => {
    const before = await figures(books);
    await aggregation.damage(
      `delete from position_timeseries where date = '2025-01-05' and security_no = (select security_no from securities where security_id = 'S1')`,
    );
    await aggregation.giveOrders(order('2025-01-05'));
    expect(await aggregation.aggregator.step()).toBe(0);
    expect(await aggregation.marks()).toMatchObject([{ security_id: 'S1', cause: 'regeneration' }]);
    await aggregation.folded();
    expect(await aggregation.aggregator.step()).toBe(1);
    expect(await figures(books)).toEqual(before);
  });

  it('leave a portfolio alone that a fold holds', async () => {
    await aggregation.giveOrders(order('2025-01-05'));
    let release = (): void => undefined;
    let held = (): void => undefined;
    const holding = new Promise<void>((resolve) => {
      held = resolve;
    });
    const fold = books.db.open({ maxConnections: 1 }).transaction(async (tx) => {
      await tx.query(`select portfolio_no from portfolio_state for update`);
      held();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await holding;
    expect(await aggregation.aggregator.step()).toBe(0);
    release();
    await fold;
    expect(await aggregation.aggregator.step()).toBe(1);
  });

  it('record the epoch that a restatement took the portfolio to', async () => {
    await books.project(late);
    await aggregation.giveOrders(order('2025-01-04'), order('2025-01-06'));
    await aggregation.aggregator.step();
    expect(await aggregation.states()).toEqual(['2025-01-04 done JOB_1 0', '2025-01-06 done JOB_1 1']);
  });

  it('are counted while they wait', async () => {
    await aggregation.giveOrders(order('2025-01-11'), order('2025-01-05'));
    expect(await aggregation.store.waiting()).toEqual({ eligible: 0, scheduled: 0, pending: 2 });
    await aggregation.aggregator.step();
    expect(await aggregation.store.waiting()).toEqual({ eligible: 0, scheduled: 0, pending: 1 });
  });
});
