/** What the role chronofolio_reader can do, and what it cannot. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openDatabase } from '../../infra/database/database.ts';
import type { Database } from '../../infra/database/database.ts';
import { createReaderRole, ReaderRoleError } from '../../infra/database/reader-role.ts';
import { createTestApi, givenBooks } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { withDatabaseName } from '../support/database-url.ts';
import { openReader } from '../support/reporting.ts';

let api: TestApi;
let reader: Database;
beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
  reader = await openReader(api.database);
});
afterAll(async () => {
  await reader.close();
  await api.close();
});

test('sees every view of the schema, by its plain name', async () => {
  const views = await api.database.query<{ name: string }>(
    `select relname::text as name from pg_class where relnamespace = 'reporting'::regnamespace order by 1`,
  );
  for (const { name } of views) await reader.query(`select * from ${name} limit 1`);
  const [row] = await reader.query<{ index: string }>(
    `select round(reporting.product(1 + twr), 12) = round(max(index) filter (where date = '2025-08-17'), 12) as same
     from portfolio_daily`,
  );
  expect(row).toEqual({ same: true });
  const { facts } = createReaderRole(api.database);
  expect(await facts()).toMatchObject({
    exists: true,
    hasPassword: true,
    views: views.map(({ name }) => name),
  });
});

test('starts with limits', async () => {
  const settings = await reader.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
     where name in ('default_transaction_read_only', 'statement_timeout', 'lock_timeout', 'search_path', 'jit',
                    'idle_in_transaction_session_timeout')
     order by name`,
  );
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    default_transaction_read_only: 'on',
    idle_in_transaction_session_timeout: '60000',
    jit: 'off',
    lock_timeout: '5000',
    search_path: 'reporting',
    statement_timeout: '30000',
  });
  const [role] = await api.database.query(
    `select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit > 0 as limited
     from pg_roles where rolname = 'chronofolio_reader'`,
  );
  expect(role).toEqual({
    rolsuper: false,
    rolcreatedb: false,
    rolcreaterole: false,
    rolreplication: false,
    rolbypassrls: false,
    limited: true,
  });
});

const REFUSED = '42501';
const READ_ONLY = '25006';

/** The SQLSTATE with which a statement is refused. */
async function refusal(statement: string, writable: boolean): Promise<string | undefined> {
  return reader
    .transaction(async (tx) => {
      if (writable) await tx.query('set transaction read write');
      await tx.query(statement);
    })
    .then(
      () => 'it was executed',
      (error: unknown) =>
        error instanceof Error && 'sqlState' in error ? String(error.sqlState) : undefined,
    );
}

const READS = [
  'select * from public.events',
  'select * from public.active_generation',
  'select * from public.portfolio_timeseries',
  'select * from public.schema_migrations',
  'select * from gen_a.portfolio_timeseries',
  'select * from gen_b.securities',
  'select * from pg_authid',
  `select pg_read_file('postgresql.conf')`,
];
const WRITES = [
  `insert into public.events (position) values (1)`,
  'delete from public.events',
  'update public.active_generation set slot = slot',
  'truncate gen_a.prices',
  'create table public.x (a integer)',
  'create table reporting.x (a integer)',
  'create view reporting.x as select 1',
  'create schema x',
  'create temporary table x (a integer)',
  'create role x',
  'drop view reporting.portfolio_daily',
  'alter role chronofolio_reader connection limit 100',
  'select public.prepare_reader()',
  `copy (select 1) to program 'true'`,
];

describe('reads nothing else', () => {
  test.each(READS)('%s', async (statement) => {
    expect(await refusal(statement, false)).toBe(REFUSED);
  });
});

describe('writes nothing, read-only or not', () => {
  test.each(WRITES)('%s', async (statement) => {
    expect([REFUSED, READ_ONLY]).toContain(await refusal(statement, false));
    expect(await refusal(statement, true)).toBe(REFUSED);
  });

  test('an insert into a view', async () => {
    expect(await refusal(`insert into reporting.portfolio (portfolio_id) values ('X')`, true)).toBe('55000');
  });

  test('a large object, for which no right on a table is needed', async () => {
    // The functions belong to a superuser; where another role migrates they stay everybody's.
    const [by] = await api.database.query<{ super: boolean }>(
      `select rolsuper as super from pg_roles where rolname = current_user`,
    );
    expect(by).toEqual({ super: true });
    for (const call of [`lo_create(0)`, `lo_creat(-1)`, `lo_from_bytea(0, '\\x01')`])
      expect(await refusal(`select ${call}`, true), call).toBe(REFUSED);
  });
});

test('is stopped when a statement takes too long', async () => {
  const started = Date.now();
  await expect(
    reader.transaction(async (tx) => {
      await tx.query(`set local statement_timeout = '200ms'`);
      await tx.query('select pg_sleep(30)');
    }),
  ).rejects.toMatchObject({ code: 'statement_timeout' });
  expect(Date.now() - started).toBeLessThan(10_000);
});

test('a second run of its preparation changes nothing', async () => {
  const { facts } = createReaderRole(api.database);
  const before = await facts();
  expect(await api.database.query('select public.prepare_reader() as outcome')).toEqual([
    { outcome: 'present' },
  ]);
  expect(await facts()).toEqual(before);
});

test('a view added later can be read', async () => {
  await api.database.query('create view reporting.added as select 7 as seven');
  expect(await reader.query('select seven from added')).toEqual([{ seven: 7 }]);
  await api.database.query('drop view reporting.added');
});

test('a role that may not change roles is told so', async () => {
  const [{ name } = { name: '' }] = await api.database.query<{ name: string }>(
    'select current_database() as name',
  );
  const plain = `plain_${name}`;
  await api.database.query(`create role ${plain} login password 'plain'`);
  try {
    await api.database.query(`grant execute on function public.prepare_reader to ${plain}`);
    const url = new URL(withDatabaseName(inject('serverUrl'), name));
    url.username = plain;
    url.password = 'plain';
    const database = openDatabase({ url: url.toString(), maxConnections: 1 });
    await expect(createReaderRole(database).setPassword('correct-horse-battery')).rejects.toThrow(
      ReaderRoleError,
    );
    expect(await createReaderRole(database).facts()).toMatchObject({ exists: true, hasPassword: undefined });
    await database.close();
  } finally {
    await api.database.query(`drop owned by ${plain}; drop role ${plain}`);
  }
});
