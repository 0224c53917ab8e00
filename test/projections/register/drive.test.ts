import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { correction } from '../../support/amendments.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
});
afterEach(() => books.close());

const buy = (id: string, date: string) =>
  facts.transaction('P', 'BUY', 'S', date, { transaction_id: id, quantity: '10', price: '50' });

describe('registering many events at once', () => {
  it('gives every portfolio a number of its own, on every page', async () => {
    await books.append(...Array.from({ length: 2_500 }, (_, i) => facts.portfolio(`P${i}`)));
    await books.projections.catchUp();
    const [counted] = await books.db.database.query(
      `select count(*) as portfolios, count(distinct portfolio_id) as ids, max(portfolio_no) as last from portfolios`,
    );
    expect(counted).toEqual({ portfolios: 2_500, ids: 2_500, last: 2_500 });
  });

  it('corrects a transaction that stands pages before', async () => {
    await books.project(
      facts.portfolio('P'),
      facts.security('S', 'EUR'),
      buy('B', '2025-01-02'),
      ...Array.from({ length: 2_500 }, () => facts.prices('S', 'EUR', [['2025-01-02', '51']])),
      correction(['P', 'S', 'B'], { quantity: '4' }),
      facts.closeDay('2025-01-03'),
    );
    const [row] = await books.db.database.query(
      `select quantity from daily_position_snapshots join securities using (security_no)
       where date = '2025-01-03' and security_id = 'S'`,
    );
    expect(row).toEqual({ quantity: '4' });
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });
});

describe('registering in a process that has seen nothing of the past', () => {
  it('corrects a transaction whose securities only the transaction itself names', async () => {
    await books.project(
      facts.portfolio('P'),
      facts.security('S', 'USD'),
      facts.security('N', 'USD'),
      facts.transaction('P', 'BUY', 'S', '2025-01-02', {
        transaction_id: 'B',
        quantity: '10',
        price: '50',
        currency: 'USD',
      }),
      facts.transaction('P', 'SPIN_OFF', 'S', '2025-01-03', {
        transaction_id: 'O',
        ratio: '0.5',
        target_security_id: 'N',
        currency: 'USD',
      }),
      facts.closeDay('2025-01-04'),
    );
    const later = await openBooks(books.db);
    await later.project(
      correction(['P', 'S', 'B'], { quantity: '4' }),
      correction(['P', 'S', 'O'], { ratio: '0.25' }),
    );
    const rows = await books.db.database.query(
      `select security_id, quantity from daily_position_snapshots join securities using (security_no)
       where date = '2025-01-04' and superseded_by is null order by security_id`,
    );
    expect(rows).toMatchObject([{ security_id: 'CASH_USD' }, { quantity: '1' }, { quantity: '4' }]);
    expect(await later.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });
});

describe('registering while a fold is under way', () => {
  it('does not wait for it', async () => {
    await books.project(
      facts.portfolio('P'),
      facts.security('S', 'EUR'),
      buy('B1', '2025-01-02'),
      facts.closeDay('2025-01-03'),
    );
    const generation = books.generations.of('gen_a');
    let caughtUp: Promise<void> | undefined;
    await books.db.database.transaction(async (fold) => {
      // What a fold has done to its portfolio and keys just before it commits.
      await fold.query(`update portfolio_state set epoch = epoch`);
      await fold.query(`update position_state set epoch = epoch`);
      await books.append(
        buy('B2', '2025-01-03'),
        correction(['P', 'S', 'B1'], { price: '51' }),
        facts.closeDay('2025-01-04'),
      );
      caughtUp = books.projections.catchUp();
      await expect
        .poll(() => generation.register.position(), { timeout: 10_000 })
        .toBe(await books.log.head());
    });
    await caughtUp;
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });
});

describe('the position readers have', () => {
  it('is before the first of several business dates until their days are made', async () => {
    await books.project(facts.portfolio('P'), facts.security('S', 'EUR'), buy('B', '2025-01-02'));
    const before = await books.log.head();
    await books.append(facts.closeDay('2025-01-03'), facts.closeDay('2025-01-04'));
    let caughtUp: Promise<void> | undefined;
    await books.db.database.transaction(async (fold) => {
      // Somebody else holds the portfolio, so that the marks stay.
      await fold.query(`select from portfolio_state for update`);
      caughtUp = books.projections.catchUp();
      await expect
        .poll(() => books.generations.of('gen_a').register.position(), { timeout: 10_000 })
        .toBe(before + 2);
      expect((await books.projections.status()).position).toBe(before);
    });
    await caughtUp;
    expect((await books.projections.status()).position).toBe(before + 2);
  });
});
