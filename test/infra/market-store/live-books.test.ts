import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLiveBooks } from '../../../infra/market-store/live-books.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

it('a holding has the live price of its own exchange, or of any when its symbol names none', async () => {
  const carried = { LONDON: 'VOD.L', NASDAQ: 'VOD.O', ANY: 'VOD', NEW: 'NEW.L' };
  await books.project(
    facts.portfolio('P'),
    ...Object.entries(carried).flatMap(([id, symbol]) => [
      facts.security(id, 'EUR', { symbol }),
      facts.transaction('P', 'TRANSFER_IN', id, '2025-01-01', {
        transaction_id: id,
        quantity: '1',
        price: '2',
      }),
    ]),
    facts.closeDay('2025-01-02'),
  );
  await books.db.database.query(`insert into symbols (symbol, exchange) values ('VOD', 'XNAS')`);
  const live = createLiveBooks(async () => books.db.open({ searchPath: 'gen_a,public' }));
  const [holdings] = await live.holdings(['P']);
  const symbols = Object.fromEntries(holdings!.positions.map((held) => [held.security_id, held.symbol]));
  expect(symbols).toMatchObject({ LONDON: null, NASDAQ: 'VOD', ANY: 'VOD', NEW: 'NEW' });
});
