import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { causesOf } from '../../projections/shares.ts';
import { facts, figures, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { createTestDatabase } from '../support/database.ts';

const trades = [
  facts.portfolio('P1'),
  facts.portfolio('P2', { cash: 'explicit' }),
  facts.security('S1', 'EUR'),
  facts.security('S2', 'USD'),
  facts.transaction('P1', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
    transaction_id: 'T1',
    gross_transaction_amount: '1000',
  }),
  facts.transaction('P1', 'BUY', 'S1', '2025-01-03', { transaction_id: 'T2', quantity: '10', price: '50' }),
  facts.transaction('P2', 'BUY', 'S2', '2025-01-03', {
    transaction_id: 'T3',
    quantity: '3',
    price: '70',
    currency: 'USD',
  }),
];
const market = [
  facts.prices('S1', 'EUR', [['2025-01-03', '51']]),
  facts.prices('S2', 'USD', [['2025-01-03', '72']]),
  facts.fx('USD', 'EUR', [['2025-01-03', '0.9']]),
  facts.closeDay('2025-01-08'),
];
const late = [
  facts.transaction('P1', 'BUY', 'S1', '2025-01-05', { transaction_id: 'T4', quantity: '2', price: '52' }),
  facts.prices('S2', 'USD', [['2025-01-06', '75']]),
];

describe('the roles positions and timeseries', () => {
  const opened: Books[] = [];
  let all: Books;
  let positions: Books;
  let timeseries: Books;
  beforeAll(async () => {
    all = await openBooks();
    const shared = await createTestDatabase();
    positions = await openBooks(shared, { causes: causesOf('positions') });
    timeseries = await openBooks(shared, { causes: causesOf('timeseries') });
    opened.push(positions, timeseries, all);
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
    await positions.db.close();
  });

  it('have no cause in common', () => {
    expect(causesOf('positions').filter((cause) => causesOf('timeseries').includes(cause))).toEqual([]);
  });

  it('leave the work of the other alone', async () => {
    timeseries.projections.start();
    await timeseries.append(...trades);
    const waiting = () => positions.db.database.query<{ n: number }>(`select count(*) as n from dirty`);
    await expect.poll(async () => (await waiting())[0]?.n).toBeGreaterThan(0);
    await timeseries.projections.stop();
    expect((await waiting())[0]?.n).toBeGreaterThan(0);
    expect((await figures(positions)).history).toEqual([]);
  });

  it('together give row for row what one process gives', async () => {
    await all.project(...trades);
    await all.project(...market);
    await all.project(...late);
    positions.projections.start();
    timeseries.projections.start();
    const caughtUp = async () => positions.projections.whenProjected(await positions.log.head());
    await caughtUp();
    await positions.append(...market);
    await caughtUp();
    await positions.append(...late);
    await caughtUp();
    await positions.projections.stop();
    await timeseries.projections.stop();
    expect(await figures(positions)).toEqual(await figures(all));
    expect(await positions.projections.verify({})).toMatchObject({ ok: true });
  });
});
