import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../infra/database/database.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let database: Database;
beforeAll(async () => {
  db = await createTestDatabase({ empty: true, maxConnections: 1 });
  database = db.database;
  await database.query('create table things (id int primary key, name text)');
});
afterAll(() => db.close());

const add = (id: number) => [`insert into things values ($1, 'thing') returning id`, [id]] as const;

describe('statements sent together', () => {
  test('each give their own rows, in the order asked for', async () => {
    const results = await database.transaction((tx) =>
      tx.together([
        () => tx.query<{ n: number }>('select $1::int as n', [1]),
        async () => 'no statement at all',
        () => tx.query<{ t: string }>(`select $1::text as t from generate_series(1, 2)`, ['x']),
        () => tx.query<{ id: number }>(...add(1)),
      ]),
    );
    expect(results).toEqual([[{ n: 1 }], 'no statement at all', [{ t: 'x' }, { t: 'x' }], [{ id: 1 }]]);
  });

  test('may go on by themselves, and are followed by COPY and more statements', async () => {
    await database.transaction(async (tx) => {
      await tx.together([
        async () => {
          await tx.query(...add(10));
          await tx.query(`update things set name = $1 where id = 10`, ['renamed']);
        },
        () => tx.query(`delete from things where id = $1`, [1]),
      ]);
      await tx.copyIn('copy things from stdin', ['11\tcopied\n']);
      await tx.query(...add(12));
    });
    expect(await database.query('select id, name from things order by id')).toEqual([
      { id: 10, name: 'renamed' },
      { id: 11, name: 'copied' },
      { id: 12, name: 'thing' },
    ]);
  });

  test('fail as one, after all of them are over, and leave the connection as good as before', async () => {
    const failing = database.transaction((tx) =>
      tx.together([
        () => tx.query(...add(20)),
        () => tx.query('select 1 / $1::int as n', [0]),
        () => tx.query(...add(21)),
      ]),
    );
    await expect(failing).rejects.toMatchObject({ name: 'DatabaseError' });
    expect(await database.query('select id from things where id >= 20')).toEqual([]);
    // The pool has this one connection.
    await database.transaction((tx) => tx.query(...add(22)));
    expect(await database.query('select id from things where id >= 20')).toEqual([{ id: 22 }]);
  });

  test('fail with their cause, however deep it is nested', async () => {
    const later = async (work: Promise<unknown>, turns: number): Promise<unknown> =>
      turns === 0 ? work : await later(work, turns - 1);
    const failing = database.transaction((tx) =>
      tx.together([
        () => later(tx.query('select 1 / $1::int as n', [0]), 20),
        () => tx.query('select $1::int as n', [1]),
      ]),
    );
    await expect(failing).rejects.toMatchObject({ sqlState: '22012' });
  });

  test('fail with what went wrong first, not with what that made fail', async () => {
    const failing = database.transaction((tx) =>
      tx.together([
        async () => {
          await tx.query('select $1::int as n', [1]);
          await tx.query('select $1::int as m', [2]);
        },
        () => tx.query('insert into things values ($1, null)', [22]),
      ]),
    );
    await expect(failing).rejects.toMatchObject({ code: 'unique_violation' });
  });

  test('run nothing once the transaction is over', async () => {
    const late = await database.transaction((tx) =>
      Promise.resolve(() => tx.together([() => tx.query('select 1')])),
    );
    await expect(late()).rejects.toMatchObject({ message: 'the transaction is over' });
  });
});
