import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let before: Books;
let after: Books;
beforeEach(async () => {
  database = await createTestDatabase();
  before = await openBooks(database, { foldVersion: 1 });
  after = await openBooks(database, { foldVersion: 2 });
  await before.project(
    facts.portfolio('P', { cash: 'explicit' }),
    facts.security('S', 'EUR'),
    facts.security('T', 'EUR'),
    // Enough for a checkpoint within the history and one at its end.
    ...Array.from({ length: 40 }, (_, i) =>
      buy('S', `S${i}`, `2025-01-${String(2 + (i % 8)).padStart(2, '0')}`),
    ),
    buy('T', 'T0', '2025-01-02'),
    facts.prices('S', 'EUR', [['2025-01-02', '51']]),
    facts.closeDay('2025-01-10'),
  );
});
afterEach(async () => {
  await before.close();
  await after.close();
  await database.close();
});

function buy(security: string, id: string, date: string) {
  return facts.transaction('P', 'BUY', security, date, { transaction_id: id, quantity: '1', price: '50' });
}

/** As if the first version had said otherwise on every day of a key, and had kept other states of it. */
async function otherwise(security: string): Promise<void> {
  const key = `portfolio_no = 1 and security_no = (select security_no from securities where security_id = '${security}')`;
  await database.database.query(`update position_timeseries set income = 7 where ${key}`);
  await database.database.query(
    `update fold_checkpoints set state = jsonb_set(state::jsonb, '{quantity}', '"1000"')::json where ${key}`,
  );
}

interface Day {
  readonly date: string;
  readonly epoch: number;
  readonly quantity: string;
  readonly income: string;
}

function days(security: string): Promise<Day[]> {
  return database.database.query<Day>(
    `select date, t.epoch, quantity, income from position_timeseries t join securities using (security_no)
     where security_id = $1 and superseded_by is null order by date`,
    [security],
  );
}

async function checkpointVersions(security: string): Promise<number[]> {
  const rows = await database.database.query<{ v: number }>(
    `select distinct fold_version as v from fold_checkpoints join securities using (security_no)
     where security_id = $1 order by 1`,
    [security],
  );
  return rows.map(({ v }) => v);
}

describe('a program with another version of the fold', () => {
  it('writes only the days that a fact changes, and starts from nothing the other one kept', async () => {
    await otherwise('S');
    await after.project(buy('S', 'LATE', '2025-01-09'));
    const rows = await days('S');
    expect(rows.filter(({ date }) => date < '2025-01-09')).toEqual(
      rows.filter(({ date }) => date < '2025-01-09').map((row) => ({ ...row, epoch: 0, income: '7' })),
    );
    expect(rows.slice(-2)).toEqual([
      { date: '2025-01-09', epoch: 1, quantity: '41', income: '0' },
      { date: '2025-01-10', epoch: 1, quantity: '41', income: '0' },
    ]);
    expect(await checkpointVersions('S')).toEqual([2]);
    expect(await checkpointVersions('T')).toEqual([1]);
  });

  it('tells of the rows that another version made until they have all been written anew', async () => {
    expect(await after.projections.status()).toMatchObject({ foldVersion: 2, rowVersions: [1] });
    await after.project(buy('S', 'LATE', '2025-01-09'));
    expect((await after.projections.status()).rowVersions).toEqual([1]);

    await after.projections.rebuild({ portfolioId: 'P', securityId: 'S' });
    expect((await after.projections.status()).rowVersions).toEqual([1, 2]);
    const versions = () =>
      database.database.query(`select fold_version from portfolio_state where portfolio_no = 1`);
    expect(await versions()).toEqual([{ fold_version: 1 }]);

    await after.projections.rebuild({ portfolioId: 'P' });
    expect((await after.projections.status()).rowVersions).toEqual([2]);
    expect(await versions()).toEqual([{ fold_version: 2 }]);
  });

  it('takes a key it folds for the first time for its own', async () => {
    await after.project(facts.portfolio('Q', { cash: 'explicit' }), {
      ...facts.transaction('Q', 'BUY', 'S', '2025-01-03', {
        transaction_id: 'Q',
        quantity: '1',
        price: '50',
      }),
    });
    expect((await after.projections.status()).rowVersions).toEqual([1, 2]);
  });

  it('does not raise the version by a price, which folds no transaction', async () => {
    await after.project(facts.prices('S', 'EUR', [['2025-01-05', '52']]));
    expect((await after.projections.status()).rowVersions).toEqual([1]);
  });

  it('ends in the same figures where both versions say the same', async () => {
    await after.project(buy('S', 'LATE', '2025-01-04'));
    const mixed = await figures(after);
    await after.projections.rebuild({ portfolioId: 'P' });
    expect(await figures(after)).toEqual(mixed);
    expect(await after.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });
});
