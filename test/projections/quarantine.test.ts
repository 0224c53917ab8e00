import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import { facts, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.portfolio('P'),
    facts.portfolio('Q'),
    facts.security('S', 'EUR'),
    facts.security('T', 'EUR'),
    ...['P', 'Q'].flatMap((id) => [
      facts.transaction(id, 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
        transaction_id: `${id}-D`,
        gross_transaction_amount: '10000',
      }),
      buy(id, 'S', '2025-01-03'),
      buy(id, 'T', '2025-01-03'),
    ]),
    facts.closeDay('2025-01-10'),
  );
});
afterEach(() => books.close());

function buy(portfolio: string, security: string, date: string) {
  return facts.transaction(portfolio, 'BUY', security, date, {
    transaction_id: `${portfolio}-${security}-${date}`,
    quantity: '10',
    price: '50',
  });
}

const KEY = `portfolio_no = (select portfolio_no from portfolios where portfolio_id = 'P')
  and security_no = (select security_no from securities where security_id = 'S')`;

/** A state that cannot be gone on from. */
async function spoilCheckpoints(): Promise<void> {
  await books.db.database.query(`update fold_checkpoints set state = '{"lots": 7}' where ${KEY}`);
}

/** Makes the recorded transactions of a key unreadable, and gives back what undoes it. */
async function spoilTransactions(): Promise<() => Promise<void>> {
  const before = await books.db.database.query<{ transaction_id: string; fields: object }>(
    `select transaction_id, fields from transactions where ${KEY}`,
  );
  await books.db.database.query(
    `update transactions set fields = '{"transaction_type": "BUY"}' where ${KEY}`,
  );
  return async () => {
    await books.db.database.query(
      `update transactions t set fields = b.fields
       from unnest($1::text[], $2::json[]) as b(transaction_id, fields)
       where t.transaction_id = b.transaction_id and ${KEY}`,
      [before.map((row) => row.transaction_id), before.map((row) => JSON.stringify(row.fields))],
    );
  };
}

/** Keys that are not as they should be. */
function failed(): Promise<{ portfolio_id: string; security_id: string }[]> {
  return books.db.database.query(
    `select portfolio_id, security_id from position_state join portfolios using (portfolio_no)
     join securities using (security_no) where status <> 'CURRENT' order by 1, 2`,
  );
}

/** What the API tells of a portfolio. */
function told(portfolio: string) {
  return createReadModels(async () => books.db.database).current(async (model) => ({
    through: (await model.portfolio(portfolio))!.portfolio.complete_through,
    quarantined: await model.quarantined(portfolio),
  }));
}

async function quantity(portfolio: string, security: string, date: string): Promise<string | undefined> {
  const [row] = await books.db.database.query<{ quantity: string }>(
    `select quantity from position_timeseries join portfolios using (portfolio_no) join securities using (security_no)
     where portfolio_id = $1 and security_id = $2 and date = $3 and superseded_by is null`,
    [portfolio, security, date],
  );
  return row?.quantity;
}

async function expectRepaired(through: string): Promise<void> {
  expect(await failed()).toEqual([]);
  expect(await told('P')).toEqual({ through, quarantined: [] });
  expect((await books.projections.status()).quarantinedKeys).toBe(0);
  expect(await books.projections.verify({})).toMatchObject({ ok: true, skipped: [], differences: [] });
}

describe('a key that cannot be folded', () => {
  it('is set aside with its reason while all others go on, and comes back by an order', async () => {
    await spoilCheckpoints();
    await books.project(buy('P', 'S', '2025-01-11'), facts.closeDay('2025-01-12'));
    expect(await failed()).toEqual([{ portfolio_id: 'P', security_id: 'S' }]);
    const { through, quarantined } = await told('P');
    expect(quarantined).toEqual([
      {
        security_id: 'S',
        transaction_id: null,
        position: 12,
        reason: expect.stringMatching(/lots|function/),
      },
    ]);
    // Its days stay as they were, and its portfolio has no new one until they can be made.
    expect(through).toBe('2025-01-10');
    expect(await quantity('P', 'S', '2025-01-10')).toBe('10');
    expect(await quantity('P', 'S', '2025-01-11')).toBeUndefined();
    expect(await quantity('P', 'T', '2025-01-12')).toBe('10');
    expect((await told('Q')).through).toBe('2025-01-12');

    // Later events of the key wait; those of its neighbours do not.
    await books.project(
      buy('P', 'S', '2025-01-12'),
      buy('P', 'T', '2025-01-12'),
      buy('Q', 'S', '2025-01-12'),
    );
    expect(await failed()).toHaveLength(1);
    expect((await told('P')).quarantined).toHaveLength(1);
    expect(await quantity('P', 'T', '2025-01-12')).toBe('20');
    expect(await quantity('Q', 'S', '2025-01-12')).toBe('20');

    await books.projections.rebuild({ portfolioId: 'P' });
    expect(await quantity('P', 'S', '2025-01-12')).toBe('30');
    await expectRepaired('2025-01-12');
  });

  it('may have transactions that cannot even be read', async () => {
    const repair = await spoilTransactions();
    await books.project(
      buy('P', 'S', '2025-01-02'),
      buy('Q', 'S', '2025-01-02'),
      facts.closeDay('2025-01-11'),
    );
    expect((await failed()).map(({ security_id }) => security_id)).toContain('S');
    expect((await told('P')).through).toBe('2025-01-10');
    expect((await told('Q')).through).toBe('2025-01-11');
    expect(await quantity('P', 'T', '2025-01-11')).toBe('10');

    // An order does not help while the cause is there.
    await books.projections.rebuild({ portfolioId: 'P' });
    expect((await failed()).map(({ security_id }) => security_id)).toContain('S');
    await repair();
    await books.projections.rebuild({ portfolioId: 'P' });
    expect(await quantity('P', 'S', '2025-01-11')).toBe('20');
    await expectRepaired('2025-01-11');
  });

  it('misses nothing that came while it waited, from whatever day the order is', async () => {
    await spoilCheckpoints();
    await books.project(buy('P', 'S', '2025-01-05'));
    await books.project(buy('P', 'S', '2025-01-02'), facts.closeDay('2025-01-12'));
    expect(await failed()).toHaveLength(1);
    await books.projections.rebuild({ portfolioId: 'P', securityId: 'S', from: '2025-01-11' });
    expect(await quantity('P', 'S', '2025-01-02')).toBe('10');
    expect(await quantity('P', 'S', '2025-01-12')).toBe('30');
    await expectRepaired('2025-01-12');
  });

  it('lets its portfolio go on even when it has no day to make itself', async () => {
    await books.project(
      facts.transaction('P', 'SELL', 'S', '2025-01-04', {
        transaction_id: 'out',
        quantity: '10',
        price: '60',
      }),
      facts.closeDay('2025-01-11'),
    );
    await spoilCheckpoints();
    // Touches a day on which nothing is held any more.
    await books.project(facts.prices('S', 'EUR', [['2025-01-06', '61']]), facts.closeDay('2025-01-15'));
    expect(await failed()).toEqual([{ portfolio_id: 'P', security_id: 'S' }]);
    expect((await told('P')).through).toBe('2025-01-11');
    await books.projections.rebuild({ portfolioId: 'P', securityId: 'S' });
    await expectRepaired('2025-01-15');
  });
});

describe('an event that cannot be registered', () => {
  it('is named, and everything else goes on', async () => {
    await books.project(
      facts.prices('S', 'EUR', [
        ['2025-01-05', '51'],
        ['2025-01-06', 'much'],
      ]),
      facts.fx('USD', 'EUR', [['2025-01-05', '']]),
      facts.closeDay('2025-01-11'),
    );
    expect((await told('P')).through).toBe('2025-01-11');
    const rejected = await books.db.database.query(`select position from quarantine order by position`);
    expect(rejected).toEqual([{ position: 12 }, { position: 13 }]);
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
    // It is no reason to keep a rebuild from readers: the next one would meet it again.
    expect(await books.projections.rebuild({ all: true })).toMatchObject({ slot: 'gen_b' });
  });
});

const ORDER = { cause: 'rebuild', who: 'test', retainHours: 24 } as const;

describe('a rebuilt generation', () => {
  it('is not shown while it has a key that cannot be folded', async () => {
    const repair = await spoilTransactions();
    await books.project(buy('P', 'S', '2025-01-02'));
    expect(await failed()).not.toEqual([]);
    const { flip } = books.generations;
    // The very generation readers see has such a key, and a flip to it is refused.
    await books.db.database.query(`update active_generation set slot = 'gen_b'`);
    expect(await flip('gen_a', async () => undefined, ORDER)).toBe(false);
    await books.db.database.query(`update active_generation set slot = 'gen_a'`);
    await repair();
    await books.projections.rebuild({ portfolioId: 'P' });
    await expectRepaired('2025-01-10');
    await books.db.database.query(`update active_generation set slot = 'gen_b'`);
    expect(await flip('gen_a', async () => undefined, ORDER)).toBe(true);
  });

  it('is filled by its rebuild alone, however late another worker is', async () => {
    const { register, rebuild } = books.generations.of('gen_b');
    expect(await register.exclusively(async () => 'registered')).toBe('registered');
    const { rebuildId } = await books.generations.runs.create({
      scope: { all: true },
      slot: 'gen_b',
      approval: { flip: 'always' },
      who: 'test',
    });
    await rebuild.begin(rebuildId);
    expect(await register.exclusively(async () => 'registered')).toBeUndefined();
    expect(await books.projections.rebuild({ all: true })).toMatchObject({ slot: 'gen_b' });
    await expectRepaired('2025-01-10');
  });
});
