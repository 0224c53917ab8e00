import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseError, openDatabase, type Database } from '../../../infra/database/database.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let database: Database;

beforeAll(async () => {
  db = await createTestDatabase({ empty: true, maxConnections: 4 });
  database = db.database;
  await database.query(
    'create table things (id int primary key, name text not null check (name <> $$bad$$))',
  );
});
afterAll(() => db.close());

async function failure(promise: Promise<unknown>): Promise<DatabaseError> {
  const outcome: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof DatabaseError)) throw new Error('expected a DatabaseError', { cause: outcome });
  return outcome;
}

describe('values', () => {
  test('arrive as the types the adapters rely on', async () => {
    const [row] = await database.query(`
      select 9007199254740991::int8 as int8, 12345678901234567890.123456789::numeric as numeric,
             date '2024-02-29' as date, timestamptz '2024-02-29 12:34:56.7+02' as instant,
             timestamptz '2024-02-29 00:00:00Z' as midnight,
             '{"a":[1]}'::json as json, array[1, 2]::int8[] as int8s, array[1.10, null]::numeric[] as numerics,
             array[date '2024-01-01'] as dates, array[timestamptz '2024-01-01Z'] as instants`);
    expect(row).toEqual({
      int8: 9007199254740991,
      numeric: '12345678901234567890.123456789',
      date: '2024-02-29',
      instant: '2024-02-29T10:34:56.700000Z',
      midnight: '2024-02-29T00:00:00.000000Z',
      json: { a: [1] },
      int8s: [1, 2],
      numerics: ['1.10', null],
      dates: ['2024-01-01'],
      instants: ['2024-01-01T00:00:00.000000Z'],
    });
  });

  test('a bigint that a number cannot hold is an error, not a wrong number', async () => {
    const error = await failure(database.query('select 9007199254740992::int8 as n'));
    expect(error.message).toContain('beyond 2^53');
  });

  test('go in as parameters, arrays included', async () => {
    const rows = await database.query(
      'select * from unnest($1::int[], $2::numeric[], $3::timestamptz[]) as t(a, b, c)',
      [
        [1, 2],
        ['1.5', null],
        ['2024-01-01T00:00:00.123456Z', null],
      ],
    );
    expect(rows).toEqual([
      { a: 1, b: '1.5', c: '2024-01-01T00:00:00.123456Z' },
      { a: 2, b: null, c: null },
    ]);
  });

  test('the search path and the session settings are those of the pool', async () => {
    const pool = db.open({ searchPath: 'pg_catalog, public', statementTimeoutMs: 4321 });
    expect(
      await pool.query(`select current_setting('search_path') as path, current_setting('TimeZone') as zone,
                               current_setting('statement_timeout') as timeout`),
    ).toEqual([{ path: 'pg_catalog, public', zone: 'UTC', timeout: '4321ms' }]);
  });

  test('several statements in one text give the rows of the last', async () => {
    expect(await database.query('select 1 as a; select 2 as b')).toEqual([{ b: 2 }]);
  });
});

describe('a transaction', () => {
  test('commits what its work did', async () => {
    const result = await database.transaction(async (tx) => {
      await tx.query('insert into things values (1, $1)', ['one']);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await database.query('select name from things where id = 1')).toEqual([{ name: 'one' }]);
  });

  test('rolls back and passes on what the work threw', async () => {
    const thrown = new Error('no');
    await expect(
      database.transaction(async (tx) => {
        await tx.query('insert into things values (2, $1)', ['two']);
        throw thrown;
      }),
    ).rejects.toBe(thrown);
    expect(await database.query('select 1 from things where id = 2')).toEqual([]);
  });

  test('is not reported as committed when a statement in it failed and the work went on', async () => {
    const error = await failure(
      database.transaction(async (tx) => {
        await tx.query('insert into things values (3, $1)', ['three']);
        await tx.query('select 1/0').catch(() => undefined);
      }),
    );
    expect(error.message).toContain('rolled back');
    expect(await database.query('select 1 from things where id = 3')).toEqual([]);
  });

  test('has the isolation asked for', async () => {
    const level = await database.transaction(
      (tx) =>
        tx.query(`select current_setting('transaction_isolation') as level,
                         current_setting('transaction_read_only') as read_only`),
      { isolation: 'repeatable read', readOnly: true },
    );
    expect(level).toEqual([{ level: 'repeatable read', read_only: 'on' }]);
  });

  test('is run again after a serialization failure, as often as allowed', async () => {
    await database.query('create table counters (n int); insert into counters values (0)');
    let meet: (() => void) | undefined;
    const bothRead = new Promise<void>((resolve) => (meet = resolve));
    let readers = 0;
    let attempts = 0;
    const add = () =>
      database.transaction(
        async (tx) => {
          attempts++;
          const [row] = await tx.query<{ n: number }>('select n from counters');
          if (++readers === 2) meet?.();
          await bothRead;
          await tx.query('update counters set n = $1', [row!.n + 1]);
        },
        { isolation: 'repeatable read', retries: 3 },
      );
    await Promise.all([add(), add()]);
    expect(await database.query('select n from counters')).toEqual([{ n: 2 }]);
    expect(attempts).toBe(3);
  });

  test('cannot be used when it is over', async () => {
    const escaped = await database.transaction(async (tx) => tx);
    expect((await failure(escaped.query('select 1'))).message).toContain('over');
  });

  test('whose connection was killed fails as unavailable and leaves a usable pool', async () => {
    const error = await failure(
      database.transaction(async (tx) => {
        const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await database.query('select pg_terminate_backend($1)', [row!.pid]);
        await tx.query('select 1');
      }),
    );
    expect(error.code).toBe('unavailable');
    expect(await database.query('select 1 as n')).toEqual([{ n: 1 }]);
  });
});

describe('failures', () => {
  test.each([
    ['unique_violation', '23505', `insert into things values (1, 'again')`],
    ['check_violation', '23514', `insert into things values (9, 'bad')`],
    ['not_null_violation', '23502', 'insert into things values (9, null)'],
    ['invalid_value', '22P02', `select 'x'::int`],
    ['query_failed', '42P01', 'select * from nowhere'],
  ] as const)('%s keeps SQLSTATE %s and its cause', async (code, sqlState, statement) => {
    const error = await failure(database.query(statement));
    expect(error).toMatchObject({ code, sqlState });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('name the constraint', async () => {
    expect((await failure(database.query(`insert into things values (1, 'again')`))).constraint).toBe(
      'things_pkey',
    );
  });

  test('a statement over its time is statement_timeout', async () => {
    const pool = db.open({ statementTimeoutMs: 20 });
    expect((await failure(pool.query('select pg_sleep(20)'))).code).toBe('statement_timeout');
  });

  test('nobody listening is unavailable, and the password is in no text', async () => {
    const url = 'postgresql://someone:s3cret-word@127.0.0.1:1/none';
    const away = openDatabase({ url, maxConnections: 1 });
    const error = await failure(away.query('select 1'));
    await away.close();
    expect(error.code).toBe('unavailable');
    expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain('s3cret-word');
  });
});

test('observations tell kind and outcome', async () => {
  const seen: string[] = [];
  const pool = openDatabase({
    url: db.url,
    maxConnections: 1,
    onQuery: (o) => seen.push(`${o.kind} ${o.ok}`),
  });
  await pool.query('select 1');
  await pool.query('select 1/0').catch(() => undefined);
  await pool.transaction((tx) => tx.query('select 1'));
  await pool.close();
  expect(seen).toEqual(['statement true', 'statement false', 'transaction true']);
});
