/** The reader of the streams' tests sees what it is there to see. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { facts, openBooks } from './books.ts';
import type { Books } from './books.ts';
import { brokenDays, startReader } from './stream-reader.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.portfolio('P1'),
    ...['S1', 'S2'].flatMap((id) => [
      facts.security(id, 'EUR'),
      facts.prices(id, 'EUR', [
        ['2025-01-01', '50'],
        ['2025-01-03', '60'],
      ]),
      facts.transaction('P1', 'BUY', id, '2025-01-02', { transaction_id: id, quantity: '3', price: '40' }),
    ]),
    facts.closeDay('2025-01-04'),
  );
});
afterEach(() => books.close());

const broken = async (...statements: string[]) => {
  for (const statement of statements) await books.db.database.query(statement);
  return books.db.database.transaction(brokenDays, { isolation: 'repeatable read', readOnly: true });
};
const S2_ON_THE_4TH = `date = '2025-01-04' and security_no = (select security_no from securities where security_id = 'S2')`;

it('nothing in books that are whole', async () => {
  expect(await broken()).toEqual([]);
});

it('a day from which a position is missing, though it is the exact sum of the others', async () => {
  expect(
    await broken(
      `delete from position_timeseries where ${S2_ON_THE_4TH}`,
      `delete from daily_position_snapshots where ${S2_ON_THE_4TH}`,
      `update portfolio_timeseries set eod_market_value = eod_market_value - 180, bod_market_value = bod_market_value - 180,
         cost = cost - 120, positions = positions - 1 where date = '2025-01-04'`,
    ),
  ).toContainEqual(
    expect.objectContaining({
      broken: 'a day built from part of its positions',
      date: '2025-01-04',
      found: null,
    }),
  );
});

it('a position that is behind, unless it is still to be folded', async () => {
  const behind = await broken(
    `update transactions set fields = (fields::jsonb || '{"quantity":"4"}')::json where transaction_id = 'S2'`,
  );
  expect(behind).toContainEqual(expect.objectContaining({ quantity: '4', found: '3' }));
  expect(
    await broken(
      `insert into dirty (portfolio_no, security_no, from_day, cause, position)
       select portfolio_no, security_no, 0, 'correction', 1 from transactions where transaction_id = 'S2'`,
    ),
  ).toEqual([]);
});

it('a day with an old close', async () => {
  expect(await broken(`update prices set price = 61 where price = 60`)).toContainEqual(
    expect.objectContaining({ price: '61', eod_market_value: '180' }),
  );
});

it('what was broken at one of its looks', async () => {
  const reader = startReader(books);
  await books.db.database.query(`update portfolio_timeseries set income = income + 1`);
  const before = reader.looks();
  await expect.poll(() => reader.looks()).toBeGreaterThan(before + 1);
  expect((await reader.stop()).broken).not.toEqual([]);
});
