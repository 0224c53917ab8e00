import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sourcesFrom } from '../../commands/import/sources.ts';
import { positionsOn } from '../../projections/queries/positions.ts';
import { ofPortfolio } from '../../projections/queries/subject.ts';
import { DATA_IS_THERE, GHOSTFOLIO_FILE, withData } from '../commands/support/data.ts';
import { openRealBooks, portfolioRows, valueOf } from './real-books.ts';
import type { RealBooks } from './real-books.ts';

const exported = z.object({
  activities: z.array(
    z.object({
      accountId: z.string(),
      symbol: z.string(),
      quantity: z.int(),
      type: z.literal('BUY'),
      date: z.string(),
    }),
  ),
});

describe.skipIf(!DATA_IS_THERE)('500 activities of Ghostfolio', () => {
  const { activities } = DATA_IS_THERE
    ? exported.parse(JSON.parse(readFileSync(GHOSTFOLIO_FILE, 'utf8')))
    : { activities: [] };
  const portfolio = activities[0]?.accountId ?? '';
  let books: RealBooks;

  beforeAll(async () => {
    books = await openRealBooks();
    await books.importAll(await sourcesFrom([GHOSTFOLIO_FILE]));
  });
  afterAll(() => books.close());

  it(withData('imported again append nothing and change no figure'), async () => {
    const { checksum } = await books.projections.verify({});
    const head = await books.log.head();
    const again = await books.importAll(await sourcesFrom([GHOSTFOLIO_FILE]));
    expect(again.eventsAppended).toBe(0);
    expect(await books.log.head()).toBe(head);
    expect(await books.projections.verify({})).toMatchObject({
      ok: true,
      checksum,
      skipped: [],
      differences: [],
    });
  });

  it(withData('add up to the positions'), async () => {
    const sums: Record<string, number> = {};
    for (const { symbol, quantity } of activities)
      sums[`YAHOO:${symbol}`] = (sums[`YAHOO:${symbol}`] ?? 0) + quantity;
    const { positions } = valueOf(await positionsOn(books.reader, ofPortfolio(portfolio)));
    const held = positions.filter((each) => each.security_id !== 'CASH_USD');
    expect(Object.fromEntries(held.map((each) => [each.security_id, Number(each.quantity)]))).toEqual(sums);
    // Every purchase was paid by a deposit of just its price.
    expect(positions.filter((each) => each.security_id === 'CASH_USD')).toEqual([]);
  });

  it(withData('are valued by their own prices on every day, and never at nothing'), async () => {
    const days = await portfolioRows(books, portfolio, 'daily');
    const dates = activities.map(({ date }) => date.slice(0, 10)).sort();
    expect([days[0]?.date, days.at(-1)?.date]).toEqual([dates[0], dates.at(-1)]);
    const returns = days.map((row) => Number(row.twr ?? NaN));
    expect(returns.every(Number.isFinite)).toBe(true);
    expect(Math.min(...returns)).toBeGreaterThan(-0.95);
    expect(days.every((row) => Number(row.eod_market_value) > 0)).toBe(true);
  });
});
