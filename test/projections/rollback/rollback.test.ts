import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { expectCleanReplay } from '../../support/invariants.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.portfolio('P'),
    facts.security('S', 'EUR'),
    facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
      transaction_id: 'D',
      gross_transaction_amount: '1000',
    }),
    facts.transaction('P', 'BUY', 'S', '2025-01-02', { transaction_id: 'B', quantity: '10', price: '50' }),
    facts.prices('S', 'EUR', [
      ['2025-01-02', '50'],
      ['2025-01-05', '55'],
    ]),
    facts.closeDay('2025-01-06'),
  );
});
afterEach(() => books.close());

const deposit = (id: string, date: string, amount: string) =>
  facts.transaction('P', 'DEPOSIT', 'CASH_EUR', date, {
    transaction_id: id,
    gross_transaction_amount: amount,
  });

/** The epochs of all keys, by name; the portfolio's own under its name. */
async function epochs(): Promise<Record<string, number>> {
  const database = books.db.open({ searchPath: `${await books.generations.active()},public` });
  const rows = await database.query<{ key: string; epoch: number }>(
    `select security_id as key, epoch from position_state join securities using (security_no)
     union all select portfolio_id, epoch from portfolio_state join portfolios using (portfolio_no)`,
  );
  return Object.fromEntries(rows.map(({ key, epoch }) => [key, epoch]));
}

const order = { who: 'test' };

describe('a rollback', () => {
  it('shows the former generation again, with what came since, in higher epochs', async () => {
    await books.projections.rebuild({ all: true });
    await books.project(deposit('later', '2025-01-03', '70'));
    const [seen, before] = [await figures(books), await epochs()];
    const position = await books.generations.of('gen_b').register.position();

    const done = await books.projections.rollback(order);

    expect(done).toMatchObject({ status: 'flipped', from: 'gen_b', to: 'gen_a', position });
    expect(await books.generations.active()).toBe('gen_a');
    expect(await figures(books)).toEqual(seen);
    const after = await epochs();
    for (const [key, epoch] of Object.entries(before)) expect(after[key], key).toBeGreaterThan(epoch);
    await expectCleanReplay(books, 'after a rollback');
    expect(await books.projections.idle()).toMatchObject({ state: 'retained' });
    expect(await books.projections.flips(5)).toMatchObject([
      { from: 'gen_b', to: 'gen_a', cause: 'rollback', who: 'test' },
      { from: 'gen_a', to: 'gen_b', cause: 'rebuild' },
    ]);
  });

  it('can be rolled back, and is told in the audit of each key', async () => {
    await books.projections.rebuild({ all: true });
    await books.projections.rollback(order);
    await books.projections.rollback({ who: 'somebody else' });
    expect(await books.generations.active()).toBe('gen_b');
    const audit = await books.db
      .open({ searchPath: 'gen_b,public' })
      .query<{ who: string; epoch: number }>(
        `select distinct who, epoch from epochs where security_no = 0 order by epoch`,
      );
    expect(audit.map(({ who }) => who).slice(-3)).toEqual([
      'rebuild',
      'rollback by test',
      'rollback by somebody else',
    ]);
    await books.project(deposit('at last', '2025-01-04', '1'));
    await expectCleanReplay(books, 'after two rollbacks');
  });

  it('leaves everything as it is when it is not confirmed', async () => {
    await books.projections.rebuild({ all: true });
    let asked: object | undefined;
    const done = await books.projections.rollback({
      ...order,
      confirm: async (preview) => {
        asked = preview;
        return false;
      },
    });
    expect(asked).toMatchObject({ from: 'gen_b', to: 'gen_a', changed: { portfolios: 0, days: 0 } });
    expect(done).toMatchObject({ status: 'declined', heldMs: null });
    expect(await books.generations.active()).toBe('gen_b');
    expect(await books.projections.idle()).toMatchObject({ state: 'retained' });
  });

  it('is refused with its reason when nothing is retained', async () => {
    await expect(books.projections.rollback(order)).rejects.toMatchObject({
      code: 'rollback_refused',
      message: expect.stringContaining('nothing is retained') as string,
    });
    await books.projections.rebuild({ all: true, knownAt: 3 });
    await expect(books.projections.rollback(order)).rejects.toThrow('what was known at position 3 is kept');
  });

  it('excludes a second operator, who is told what is running', async () => {
    await books.projections.rebuild({ all: true });
    const refused: unknown[] = [];
    await books.projections.rollback({
      who: 'first',
      confirm: async () => {
        await books.projections.rollback({ who: 'second' }).catch((error: unknown) => refused.push(error));
        await books.projections.rebuild({ all: true }).catch((error: unknown) => refused.push(error));
        return true;
      },
    });
    expect(refused).toHaveLength(2);
    for (const error of refused)
      expect(error).toMatchObject({
        code: 'rebuild_running',
        message: expect.stringMatching(/^rollback by first has been running since \d{4}-.* UTC/) as string,
      });
    expect(await books.generations.active()).toBe('gen_a');
  });
});

describe('the retained generation', () => {
  it('is kept level by a projecting process', async () => {
    await books.projections.rebuild({ all: true });
    books.projections.start();
    await books.append(deposit('live', '2025-01-03', '70'));
    const head = await books.log.head();
    await expect
      .poll(() => books.generations.of('gen_a').projected(), { timeout: 20_000 })
      .toEqual({ position: head, oldestMark: null });
    const [active, idle] = await books.projections.overview();
    expect(active).toMatchObject({ slot: 'gen_b', state: 'active', position: head, lagEvents: 0, keys: 2 });
    expect(idle).toMatchObject({ slot: 'gen_a', state: 'retained', position: head, lagEvents: 0, keys: 2 });
  });

  it('may be taken by a rebuild while others keep it level', async () => {
    await books.projections.rebuild({ all: true });
    books.projections.start();
    for (let round = 0; round < 3; round++) {
      await books.append(deposit(`before ${round}`, '2025-01-03', '1'));
      const rebuilding = books.projections.rebuild({ all: true });
      for (let i = 0; i < 5; i++) await books.append(deposit(`during ${round} ${i}`, '2025-01-03', '1'));
      await rebuilding;
      await books.projections.whenProjected(await books.log.head());
      await expectCleanReplay(books, `round ${round}`);
    }
  }, 60_000);
});
