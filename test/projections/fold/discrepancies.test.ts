import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streams } from '../../../domain/events.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

const buy = (id: string, netCost: string) =>
  facts.transaction('P1', 'BUY', 'S1', '2025-01-03', {
    transaction_id: id,
    quantity: '10',
    price: '50',
    trade_fee: '5',
    net_cost: netCost,
  });

describe.each(['derived', 'explicit'] as const)("the sender's costs, with %s cash", (cash) => {
  let books: Books;
  beforeEach(async () => {
    books = await openBooks();
    await books.project(
      facts.portfolio('P1', { cash }),
      facts.security('S1', 'EUR'),
      facts.closeDay('2025-01-06'),
    );
  });
  afterEach(() => books.close());

  const found = async () => {
    const db = books.db.open({ searchPath: `${await books.generations.active()},public`, maxConnections: 1 });
    return db.query(
      `select transaction_id, upstream, computed from cost_discrepancies order by transaction_id`,
    );
  };
  const differs = { transaction_id: 'T1', upstream: '600', computed: '505' };

  it('are kept where they differ from ours, and counted', async () => {
    await books.project(buy('T1', '600'), buy('T2', '505'));
    expect(await found()).toEqual([differs]);
    expect((await books.projections.status()).costDiscrepancies).toBe(1);
  });

  it('are the same after a rebuild', async () => {
    await books.project(buy('T1', '600'), buy('T2', '505'));
    await books.projections.rebuild({ all: true });
    expect(await found()).toEqual([differs]);
  });

  it('are gone with a correction, and with a cancellation', async () => {
    const key = { portfolio_id: 'P1', security_id: 'S1' };
    await books.project(buy('T1', '600'), buy('T2', '700'));
    await books.project({
      streamId: streams.transactions('P1', 'S1'),
      event: {
        type: 'TransactionCorrected',
        data: { ...key, transaction_id: 'T1', changes: { net_cost: '505' }, reason: 'upstream corrected it' },
      },
    });
    expect(await found()).toEqual([{ transaction_id: 'T2', upstream: '700', computed: '505' }]);
    await books.project({
      streamId: streams.transactions('P1', 'S1'),
      event: { type: 'TransactionCancelled', data: { ...key, transaction_id: 'T2', reason: 'a mistake' } },
    });
    expect(await found()).toEqual([]);
  });
});
