import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestApi, givenBooks } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

const VIEWS = ['position_history', 'daily_position_snapshots', 'position_timeseries', 'portfolio_timeseries'];

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Schema?: string;
  'Actual Loops': number;
  Plans?: Plan[];
}

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
  // Rows in both generations: what holds none may be left out of a plan altogether.
  expect((await api.post('/v1/rebuilds', {})).status).toBe(202);
  await vi.waitFor(
    async () => {
      expect(await api.database.query('select slot from active_generation')).toEqual([{ slot: 'gen_b' }]);
    },
    { timeout: 20_000 },
  );
  await flipTo('gen_a');
});
afterAll(() => api.close());

async function explain(view: string): Promise<Plan[]> {
  const [row] = await api.database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `explain (analyze, verbose, format json) select * from reporting.${view} where portfolio_id = 'PORT_001'`,
  );
  const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
  return flat(row!['QUERY PLAN'][0].Plan);
}

/** The tables of a generation, those that its hypertables are divided into among them. */
async function tablesOf(slot: string): Promise<Set<string>> {
  const tables = await api.database.query<{ name: string }>(
    `select c.relnamespace::regnamespace || '.' || c.relname as name from pg_class c
     where c.relnamespace = $1::regnamespace
        or c.oid in (select inhrelid from pg_inherits join pg_class p on p.oid = inhparent
                     where p.relnamespace = $1::regnamespace)`,
    [slot],
  );
  return new Set(tables.map(({ name }) => name));
}

async function flipTo(slot: string): Promise<void> {
  await api.database.query('update active_generation set slot = $1', [slot]);
}

describe.each(VIEWS)('%s', (view) => {
  test('shows the current rows with ids and dates', async () => {
    const rows = await api.database.query<Record<string, unknown>>(`select * from reporting.${view}`);
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows)
      expect(row).toMatchObject({
        portfolio_id: 'PORT_001',
        date: expect.stringMatching(/^2025-08-\d\d$/),
        epoch: 0,
      });
    const [shape] = await api.database.query<{ count: number }>(`select count(*) from public.${view}`);
    expect(shape?.count).toBe(rows.length);
  });

  test('never executes the branch of the idle generation', async () => {
    for (const [active, idle] of [
      ['gen_a', 'gen_b'],
      ['gen_b', 'gen_a'],
    ] as const) {
      await flipTo(active);
      const plans = await explain(view);
      const [ours, others] = [await tablesOf(active), await tablesOf(idle)];
      const touched = (slot: string) => {
        const tables = slot === active ? ours : others;
        return plans.filter((plan) => tables.has(`${plan.Schema}.${plan['Relation Name']}`));
      };
      expect(touched(idle).length).toBeGreaterThan(0);
      for (const plan of touched(idle)) expect(plan['Actual Loops']).toBe(0);
      expect(touched(active).some((plan) => plan['Actual Loops'] > 0)).toBe(true);
    }
    await flipTo('gen_a');
  });

  test('and every column of it has a comment', async () => {
    const uncommented = await api.database.query(
      `select attname from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and col_description(attrelid, attnum) is null`,
      [`reporting.${view}`],
    );
    expect(uncommented).toEqual([]);
    const [comment] = await api.database.query<{ text: string }>(
      `select obj_description($1::regclass) as text`,
      [`reporting.${view}`],
    );
    expect(comment?.text).toMatch(/\w/);
  });
});

test('a flip shows the other generation at once', async () => {
  await flipTo('gen_b');
  const epochs = await api.database.query('select distinct epoch from reporting.portfolio_timeseries');
  expect(epochs).toEqual([{ epoch: 1 }]);
  await flipTo('gen_a');
});
