import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRebuildStore } from '../../../infra/projection-store/rebuild-store.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

/** Somebody whose snapshot is of a generation, until told to let it go. */
function reader(table: string) {
  let letGo: () => void = () => undefined;
  const kept = new Promise<void>((resolve) => (letGo = resolve));
  let begun: () => void = () => undefined;
  const reading = new Promise<void>((resolve) => (begun = resolve));
  const over = db.database.transaction(
    async (tx) => {
      await tx.query(`select from ${table}`);
      begun();
      await kept;
    },
    { isolation: 'repeatable read', readOnly: true },
  );
  return {
    reading,
    letGo: () => {
      letGo();
      return over;
    },
  };
}

test('who reads the generation that is to be emptied is waited for, and nobody waits for that', async () => {
  const export_ = reader('gen_b.portfolio_timeseries');
  await export_.reading;
  const store = createRebuildStore(db.open({ searchPath: 'gen_b,public' }), 'gen_b');
  let over = false;
  const emptied = store.discard().then(() => (over = true));
  const waits = async () => {
    const rows = await db.database.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length;
  };
  await expect.poll(waits, { interval: 5, timeout: 10_000 }).toBe(1);

  // Folds hold the active generation while they note what to announce, and the views of reporting ask both.
  const others = db.database.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = '5s'`);
    await tx.query('select from active_generation for share');
    await tx.query('select from gen_b.portfolio_timeseries');
    return over;
  });
  await expect(others.finally(export_.letGo)).resolves.toBe(false);

  await emptied;
  const [row] = await db.database.query<{ state: string }>('select state from idle_generation');
  expect(row?.state).toBe('empty');
});
