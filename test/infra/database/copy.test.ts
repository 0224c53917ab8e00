import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../infra/database/database.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let database: Database;
const COPY = 'copy rows (id, name) from stdin';

beforeAll(async () => {
  // One connection, so that whatever a failed copy leaves behind is met by the next statement.
  db = await createTestDatabase({ empty: true, maxConnections: 1 });
  database = db.database;
  await database.query('create table rows (id int, name text)');
});
beforeEach(() => database.query('truncate rows'));
afterAll(() => db.close());

function* lines(count: number, bad?: number): Generator<string> {
  for (let id = 1; id <= count; id++) yield id === bad ? 'not a number\tx\n' : `${id}\tname of row ${id} é\n`;
}

const count = async () => (await database.query<{ n: number }>('select count(*) as n from rows'))[0]?.n;

test('copies many rows, whatever the pieces', async () => {
  await database.transaction((tx) => tx.copyIn(COPY, lines(200_000)));
  expect(await count()).toBe(200_000);
  expect(await database.query('select name from rows where id = 77777')).toEqual([
    { name: 'name of row 77777 é' },
  ]);
});

test('copies from an asynchronous source and from none at all', async () => {
  async function* later() {
    yield '1\ta';
    await Promise.resolve();
    yield '\n2\tb\n';
  }
  await database.transaction(async (tx) => {
    await tx.copyIn(COPY, later());
    await tx.copyIn(COPY, []);
    expect(await tx.query('select id from rows order by id')).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

test.each([1, 90_000, 150_000])('fails on bad row %i and leaves the connection usable', async (bad) => {
  const copying = database.transaction((tx) => tx.copyIn(COPY, lines(150_000, bad)));
  await expect(copying).rejects.toMatchObject({
    name: 'DatabaseError',
    code: 'invalid_value',
    sqlState: '22P02',
  });
  await expect(copying).rejects.toThrow(`COPY rows, line ${bad}`);
  expect(await count()).toBe(0);
  await database.transaction((tx) => tx.copyIn(COPY, lines(3)));
  expect(await count()).toBe(3);
});

test('fails on a table that is not there', async () => {
  const copying = database.transaction((tx) => tx.copyIn('copy nowhere from stdin', lines(150_000)));
  await expect(copying).rejects.toMatchObject({ sqlState: '42P01' });
  expect(await count()).toBe(0);
});

test.each([0, 100_000])(
  'a source that throws after %i rows ends the copy with its own error',
  async (rows) => {
    const thrown = new Error('the file is gone');
    function* broken() {
      yield* lines(rows);
      throw thrown;
    }
    await expect(database.transaction((tx) => tx.copyIn(COPY, broken()))).rejects.toBe(thrown);
    expect(await count()).toBe(0);
  },
);

test('stops reading a source soon after the server has refused a row', async () => {
  let read = 0;
  function* endless() {
    for (;;) yield read++ === 5 ? 'bad\n' : `${read}\tx\n`;
  }
  await expect(database.transaction((tx) => tx.copyIn(COPY, endless()))).rejects.toMatchObject({
    sqlState: '22P02',
  });
  expect(await count()).toBe(0);
});

test('a connection killed in the middle ends the copy', async () => {
  const other = db.open({ maxConnections: 1 });
  const copying = database.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    async function* source() {
      yield* lines(50_000);
      await other.query('select pg_terminate_backend($1)', [row!.pid]);
      yield* lines(500_000);
    }
    await tx.copyIn(COPY, source());
  });
  await expect(copying).rejects.toMatchObject({ code: 'unavailable' });
  expect(await count()).toBe(0);
});
