import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../infra/database/database.ts';
import { migrate } from '../../../infra/database/migrate.ts';
import { migrationsDirectory, readMigrations } from '../../../infra/database/migration-files.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let database: Database;
let directory: string;

beforeEach(async () => {
  db = await createTestDatabase({ empty: true, searchPath: 'public' });
  database = db.database;
  directory = await mkdtemp(join(tmpdir(), 'chronofolio-migrations-'));
  await cp(migrationsDirectory(), directory, { recursive: true });
});
afterEach(async () => {
  await db.close();
  await rm(directory, { recursive: true, force: true });
});

const tablesOf = async (schema: string) => {
  const rows = await database.query<{ name: string }>(
    'select table_name as name from information_schema.tables where table_schema = $1',
    [schema],
  );
  return rows.map(({ name }) => name);
};
const nextMain = async () => String((await readMigrations(directory)).length + 1).padStart(4, '0');

test('an empty database gets the log once and the read model twice', async () => {
  const report = await migrate(database, directory);
  expect(report.applied).toContain('0001_log');
  expect(report.applied).toContain('gen_a/0001_tables');
  expect(report.applied).toContain('gen_b/0002_keys');
  expect(await tablesOf('public')).toEqual(expect.arrayContaining(['events', 'schema_migrations']));
  for (const slot of ['gen_a', 'gen_b']) expect(await tablesOf(slot)).toContain('position_timeseries');
});

test('a second run applies nothing', async () => {
  await migrate(database, directory);
  expect((await migrate(database, directory)).applied).toEqual([]);
});

test('several processes at once apply each migration once', async () => {
  const reports = await Promise.all([1, 2, 3, 4].map(() => migrate(database, directory)));
  const working = reports.filter(({ applied }) => applied.length > 0);
  expect(working).toHaveLength(1);
});

test('a new file is applied to what is there, in public and in both slots', async () => {
  await migrate(database, directory);
  const version = await nextMain();
  await writeFile(join(directory, `${version}_more.sql`), 'create table more (a int);');
  const generation = String((await readMigrations(join(directory, 'generation'))).length + 1).padStart(
    4,
    '0',
  );
  await writeFile(join(directory, 'generation', `${generation}_extra.sql`), 'create table extra (a int);');
  const { applied } = await migrate(database, directory);
  expect(applied).toEqual([`${version}_more`, `gen_a/${generation}_extra`, `gen_b/${generation}_extra`]);
  expect(await tablesOf('gen_b')).toContain('extra');
});

test('a migration that fails leaves the database as it was', async () => {
  await migrate(database, directory);
  const version = await nextMain();
  await writeFile(join(directory, `${version}_broken.sql`), 'create table half (a int); select 1/0;');
  await expect(migrate(database, directory)).rejects.toMatchObject({
    code: 'invalid_value',
    sqlState: '22012',
  });
  expect(await tablesOf('public')).not.toContain('half');
});

test('a database newer than the program is refused', async () => {
  const version = await nextMain();
  await writeFile(join(directory, `${version}_future.sql`), 'create table future (a int);');
  await migrate(database, directory);
  await expect(migrate(database)).rejects.toMatchObject({ code: 'database_newer' });
});

test('a changed file is refused, different line ends are not a change', async () => {
  await migrate(database, directory);
  const [first] = await readMigrations(directory);
  const file = join(directory, '0001_log.sql');
  await writeFile(file, first!.sql.replaceAll('\n', '\r\n'));
  expect((await migrate(database, directory)).applied).toEqual([]);
  await writeFile(file, `${first!.sql}\n-- an afterthought`);
  await expect(migrate(database, directory)).rejects.toMatchObject({ code: 'migration_changed' });
});

test('files with a gap or an unusable name are refused', async () => {
  await writeFile(join(directory, '0999_gap.sql'), 'select 1');
  await expect(readMigrations(directory)).rejects.toThrow('expected migration');
  await writeFile(join(directory, 'notes.sql'), 'select 1');
  await expect(readMigrations(directory)).rejects.toThrow('named like');
});
