/** The schema reporting as a whole: what is in it, that it follows a flip, and what a filter spares. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { givenDemo, givenEdges } from '../support/reporting.ts';

const DAILY = [
  ...[
    'portfolio_daily',
    'position_daily',
    'holding_daily',
    'exposure_daily',
    'cash_flow',
    'price',
    'fx_rate',
  ],
  ...['daily_position_snapshots_current', 'position_timeseries_current', 'portfolio_timeseries_current'],
  ...['cost_discrepancy'],
];
const OTHERS = [
  ...['realised_gain', 'data_quality', 'projection_lag', 'restatement', 'portfolio', 'security', 'watermark'],
  ...['position_history_current'],
];

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await givenDemo(api);
  await givenEdges(api);
}, 120_000);
afterAll(() => api.close());

test('holds views and nothing else, each with a comment, and one on every column', async () => {
  const relations = await api.database.query<{ name: string; kind: string; comment: string | null }>(
    `select relname as name, relkind as kind, obj_description(oid, 'pg_class') as comment
     from pg_class where relnamespace = 'reporting'::regnamespace order by relname`,
  );
  const names = relations.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...DAILY, ...OTHERS]));
  expect(relations.filter(({ kind, comment }) => kind !== 'v' || !comment)).toEqual([]);
  const uncommented = await api.database.query(
    `select c.relname, a.attname
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'reporting'::regnamespace and col_description(c.oid, a.attnum) is null`,
  );
  expect(uncommented).toEqual([]);
  const functions = await api.database.query(
    `select proname from pg_proc
     where pronamespace = 'reporting'::regnamespace and obj_description(oid, 'pg_proc') is null`,
  );
  expect(functions).toEqual([]);
});

test.each(DAILY)(
  '%s has midnight UTC of its date as time, whatever the time zone of the session',
  async (view) => {
    const types = await api.database.query<{ name: string; type: string }>(
      `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attname in ('date', 'time') order by attname`,
      [`reporting.${view}`],
    );
    expect(types).toEqual([
      { name: 'date', type: 'date' },
      { name: 'time', type: 'timestamp with time zone' },
    ]);
    await api.database.transaction(async (tx) => {
      await tx.query(`set local timezone = 'Pacific/Auckland'`);
      const [row] = await tx.query<{ wrong: number }>(
        `select count(*) filter (where to_char(time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
                                       is distinct from date || ' 00:00:00.000000') as wrong
       from reporting.${view}`,
      );
      expect(row).toEqual({ wrong: 0 });
    });
  },
);

test('no view shows a surrogate number', async () => {
  const columns = await api.database.query(
    `select attrelid::regclass::text, attname from pg_attribute
     where attrelid in (select oid from pg_class where relnamespace = 'reporting'::regnamespace)
       and attname in ('portfolio_no', 'security_no')`,
  );
  expect(columns).toEqual([]);
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Alias?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
}

/** Rows that a query took from the active generation's rows of a table, or its chunks. */
async function rowsRead(sql: string, table: string): Promise<number> {
  return api.database.transaction(async (tx) => {
    // The tables of a test are so small that reading them whole is cheapest.
    await tx.query(
      `set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`,
    );
    const [row] = await tx.query<{ 'QUERY PLAN': readonly [{ readonly Plan: Plan }] }>(
      `explain (analyze, verbose, format json) ${sql}`,
    );
    const chunks = await tx.query<{ name: string }>(
      `with recursive parts (oid) as (
         select $1::regclass::oid union all select i.inhrelid from pg_inherits i join parts p on p.oid = i.inhparent
       ) select c.relname::text as name from parts join pg_class c using (oid)`,
      [`gen_a.${table}`],
    );
    const names = new Set(chunks.map(({ name }) => name));
    const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
    return flat(row!['QUERY PLAN'][0].Plan)
      .filter((plan) => names.has(plan['Relation Name'] ?? '') && plan.Schema !== 'gen_b')
      .reduce((sum, plan) => sum + plan['Actual Rows'] * plan['Actual Loops'], 0);
  });
}

async function countOf(sql: string): Promise<number> {
  const [row] = await api.database.query<{ count: number }>(`select count(*) from ${sql}`);
  return row?.count ?? 0;
}

describe('a condition reaches the tables below the windows', () => {
  test.each([
    `portfolio_id = 'PORT_002'`,
    `portfolio_id in ('PORT_002')`,
    `portfolio_id = any(array['PORT_002'])`,
  ])('%s reads one portfolio', async (condition) => {
    const own = await countOf(`reporting.portfolio_timeseries_current where portfolio_id = 'PORT_002'`);
    expect(own).toBeGreaterThan(300);
    const read = await rowsRead(
      `select time, index from reporting.portfolio_daily where ${condition}`,
      'portfolio_timeseries',
    );
    expect(read).toBe(own);
    const positions = await countOf(`reporting.position_timeseries_current where portfolio_id = 'PORT_002'`);
    expect(
      await rowsRead(
        `select time, index from reporting.position_daily where ${condition}`,
        'position_timeseries',
      ),
    ).toBe(positions);
  });

  test('one position, one day of holdings', async () => {
    const [one] = await api.database.query<{ security_id: string; count: number }>(
      `select security_id, count(*) from reporting.position_timeseries_current
       where portfolio_id = 'PORT_002' group by security_id order by 2 desc limit 1`,
    );
    expect(
      await rowsRead(
        `select index from reporting.position_daily
         where portfolio_id = 'PORT_002' and security_id = '${one!.security_id}'`,
        'position_timeseries',
      ),
    ).toBe(one!.count);
    const day = `portfolio_id = 'PORT_002' and date = '2025-06-02'`;
    expect(
      await rowsRead(`select weight from reporting.holding_daily where ${day}`, 'daily_position_snapshots'),
    ).toBe(await countOf(`reporting.holding_daily where ${day}`));
  });
});

test('a flip to another generation shows the same figures in every view', async () => {
  const views = await api.database.query<{ name: string; columns: string[] }>(
    `select c.relname::text as name,
            array_agg(format('%I', a.attname) order by a.attnum) filter (
              where a.attname not in ('epoch', 'id')) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'reporting'::regnamespace and c.relname not in ('projection_lag', 'restatement')
     group by c.relname`,
  );
  interface Digest {
    readonly rows: number;
    readonly digest: string | null;
  }
  const digests = async () =>
    new Map(
      await Promise.all(
        views.map(async ({ name, columns }) => {
          const [row] = await api.database.query<Digest>(
            `select count(*) as rows, sum(hashtextextended(v::text, 0))::text as digest
             from (select ${columns.join(', ')} from reporting.${name}) v`,
          );
          return [name, row] as const;
        }),
      ),
    );
  const before = await digests();
  for (const name of DAILY.filter((view) => view !== 'cost_discrepancy'))
    expect(before.get(name)?.rows, name).toBeGreaterThan(0);
  expect((await api.post('/v1/rebuilds', {})).status).toBe(202);
  await expect
    .poll(async () => (await api.database.query(`select slot from active_generation`))[0], {
      timeout: 60_000,
    })
    .toEqual({ slot: 'gen_b' });
  expect(await digests()).toEqual(before);
});
