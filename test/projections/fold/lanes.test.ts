import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { gate } from '../../support/gate.ts';

const HOLDERS = Array.from({ length: 12 }, (_, i) => `P${String(i + 1).padStart(2, '0')}`);

let books: Books;
beforeEach(async () => {
  books = await openBooks(undefined, { lanes: 3 });
  await books.project(
    facts.security('S', 'EUR'),
    ...HOLDERS.flatMap((id) => [facts.portfolio(id, { cash: 'explicit' }), buy(id, '2025-01-02')]),
    facts.prices('S', 'EUR', [['2025-01-02', '51']]),
    facts.closeDay('2025-01-10'),
  );
});
afterEach(() => books.close());

function buy(portfolio: string, date: string): Fact {
  return facts.transaction(portfolio, 'BUY', 'S', date, {
    transaction_id: `${portfolio}-${date}`,
    quantity: '10',
    price: '50',
  });
}

const corrected = () => facts.prices('S', 'EUR', [['2025-01-02', '52']]);

async function registerAll(): Promise<void> {
  const { register } = books.generations.of('gen_a');
  // What a process of the other role does: it registers, and the folding is not its own.
  const bystander = await openBooks(books.db, { causes: ['aggregation'] });
  bystander.projections.start();
  const head = await books.log.head();
  await expect.poll(() => register.position()).toBe(head);
  await bystander.close();
}

/** Holds a portfolio's rows as a long transaction would, until released. */
async function holdRowsOf(portfolio: string): Promise<() => Promise<void>> {
  const held = gate();
  const release = gate();
  const database = books.db.open({ searchPath: 'gen_a,public', maxConnections: 1 });
  const holding = database.transaction(async (tx) => {
    await tx.query(
      `select from position_timeseries join portfolios using (portfolio_no) where portfolio_id = $1 for update`,
      [portfolio],
    );
    held.open();
    await release.promise;
  });
  await held.promise;
  return async () => {
    release.open();
    await holding;
  };
}

describe('what waits to be folded', () => {
  it('is looked at by turns: portfolios with an event of their own, and those that share one', async () => {
    await books.append(corrected());
    await registerAll();
    await books.append(buy('P07', '2025-01-05'), buy('P11', '2025-01-05'));
    await registerAll();
    const { fold } = books.generations.of('gen_a');
    const dirty = await fold.dirtyPortfolios({ limit: 5 });
    expect(dirty.map(({ fresh }) => fresh)).toEqual([false, true, false, true, false]);
    const fresh = await fold.dirtyPortfolios({ limit: 5, causes: ['transaction'] });
    expect(fresh).toHaveLength(2);
    const [one] = fresh;
    const rest = await fold.dirtyPortfolios({ limit: 100, except: [one!.portfolioNo] });
    expect(rest).toHaveLength(HOLDERS.length - 1);
  });

  it('is told by cause, with its age', async () => {
    await books.append(corrected());
    await registerAll();
    await books.append(buy('P07', '2025-01-05'));
    await registerAll();
    const { queue } = await books.projections.status();
    expect(queue).toEqual([
      { cause: 'price', portfolios: 12, keys: 12, oldestSeconds: expect.any(Number) },
      { cause: 'transaction', portfolios: 1, keys: 1, oldestSeconds: expect.any(Number) },
    ]);
    expect(queue[0]!.oldestSeconds).toBeGreaterThan(queue[1]!.oldestSeconds);
    await books.projections.catchUp();
    expect((await books.projections.status()).queue).toEqual([]);
  });
});

describe('a price that many hold', () => {
  it('holds up neither registering nor the trades of others, though its fold is stuck', async () => {
    const release = await holdRowsOf('P03');
    try {
      books.projections.start();
      await books.append(corrected());
      await expect.poll(async () => (await books.projections.status()).queue.length).toBe(1);
      await books.append(facts.portfolio('Q', { cash: 'explicit' }), buy('Q', '2025-01-05'));
      const head = await books.log.head();
      // All that waits with the stuck one cannot be there; this one is.
      await books.projections.whenProjected(head, 10_000, ['Q']);
      expect((await books.projections.status()).queue.map(({ cause }) => cause)).toEqual(['price']);
      await expect(books.projections.whenProjected(head, 50)).rejects.toMatchObject({
        code: 'projection_timeout',
      });
    } finally {
      await release();
    }
    await books.projections.whenProjected(await books.log.head(), 10_000);
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });

  it('ends in the same rows however many transactions fold at once', async () => {
    const alone = await openBooks(undefined, { lanes: 1 });
    try {
      await alone.project(
        facts.security('S', 'EUR'),
        ...HOLDERS.flatMap((id) => [facts.portfolio(id, { cash: 'explicit' }), buy(id, '2025-01-02')]),
        facts.prices('S', 'EUR', [['2025-01-02', '51']]),
        facts.closeDay('2025-01-10'),
      );
      const more = [corrected(), ...HOLDERS.slice(0, 5).map((id) => buy(id, '2025-01-06'))];
      await Promise.all([books.project(...more), alone.project(...more)]);
      expect(await figures(books)).toEqual(await figures(alone));
    } finally {
      await alone.close();
    }
  });
});

describe('waiting for some portfolios', () => {
  it('is over when they are level, whatever waits elsewhere', async () => {
    await books.append(corrected());
    const head = await books.log.head();
    await registerAll();
    await expect(books.projections.whenProjected(head, 20, ['P01'])).rejects.toMatchObject({
      code: 'projection_timeout',
    });
    // Nobody of that name waits for anything, and all is registered.
    await books.projections.whenProjected(head, 1_000, ['NOBODY']);
    expect(await books.projections.portfolioAt(head)).toBeUndefined();
    await books.append(buy('P02', '2025-01-07'));
    expect(await books.projections.portfolioAt(head + 1)).toBe('P02');
  });
});
