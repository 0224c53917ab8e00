import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { migrate } from '../../../infra/database/migrate.ts';
import { migrationsDirectory } from '../../../infra/database/migration-files.ts';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Fact } from '../../support/books.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';
import { expectCleanReplay, expectInvariants } from '../../support/invariants.ts';
import { watchChunks } from './touched-chunks.ts';

const DAILY = ['daily_position_snapshots', 'portfolio_timeseries', 'position_timeseries'];

/** Ten years of a portfolio with two securities. */
function tenYears(): Fact[] {
  const bought = (security: string, date: string, id: string) =>
    facts.transaction('P', 'BUY', security, date, { transaction_id: id, quantity: '10', price: '20' });
  return [
    facts.portfolio('P', { cash: 'explicit' }),
    facts.security('S', 'EUR'),
    facts.security('T', 'EUR'),
    facts.closeDay('2025-06-30'),
    facts.prices('S', 'EUR', [
      ['2015-07-01', '20'],
      ['2020-01-01', '21'],
      ['2025-06-27', '22'],
    ]),
    facts.prices('T', 'EUR', [['2015-07-01', '20']]),
    bought('S', '2015-07-01', 'one'),
    bought('T', '2015-07-01', 'two'),
    bought('S', '2022-03-01', 'three'),
  ];
}

async function hypertables(db: TestDatabase): Promise<string[]> {
  const rows = await db.database.query<{ name: string }>(
    `select hypertable_schema || '.' || hypertable_name as name from timescaledb_information.hypertables
     where hypertable_schema in ('gen_a', 'gen_b') order by 1`,
  );
  return rows.map(({ name }) => name);
}

const inBothSlots = (names: readonly string[]) =>
  ['gen_a', 'gen_b'].flatMap((slot) => names.map((name) => `${slot}.${name}`));

describe.runIf(inject('timescale') !== 'none')('on TimescaleDB', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await createTestDatabase();
  });
  afterEach(() => db.close());

  test('the daily tables of both generations are hypertables', async () => {
    expect(await hypertables(db)).toEqual(inBothSlots(DAILY));
  });

  test('a restatement of three days opens one or two chunks of each table, of ten years', async () => {
    const watch = watchChunks(db);
    const books = await openBooks(watch.db);
    try {
      await books.project(...tenYears());
      const all = await db.database.query<{ chunks: number }>(
        `select num_chunks as chunks from timescaledb_information.hypertables where hypertable_schema = 'gen_a'`,
      );
      for (const { chunks } of all) expect(chunks).toBeGreaterThanOrEqual(10);
      watch.take();
      await books.project(
        facts.transaction('P', 'BUY', 'S', '2025-06-27', {
          transaction_id: 'late',
          quantity: '1',
          price: '22',
        }),
      );
      const touched = watch.take();
      // Reads of both sides, updates of the three tables, the portfolio's completeness.
      expect(touched.length).toBeGreaterThanOrEqual(5);
      const daysRead = touched.find(({ text }) => text.includes('join daily_position_snapshots'));
      expect(daysRead?.chunks.length).toBeGreaterThanOrEqual(2);
      for (const { text, chunks } of touched) {
        const tables = DAILY.filter((name) => text.includes(name)).length;
        expect(chunks.length, text).toBeLessThanOrEqual(2 * tables);
      }
      await expectCleanReplay(books, 'after the late trade');
    } finally {
      await books.close();
    }
  });

  test('a rebuild fills them, and again what it had filled before', async () => {
    const books = await openBooks(db);
    try {
      await books.project(...tenYears());
      const before = await figures(books);
      for (const slot of ['gen_b', 'gen_a'] as const) {
        expect(await books.projections.rebuild({ all: true })).toMatchObject({ slot });
        expect(await figures(books)).toEqual(before);
        await expectInvariants(books, `rebuilt into ${slot}`);
        await expectCleanReplay(books, `rebuilt into ${slot}`);
      }
      expect(await hypertables(db)).toEqual(inBothSlots(DAILY));
    } finally {
      await books.close();
    }
  });
});

describe.runIf(inject('timescale') !== 'none')('a database from before its server had TimescaleDB', () => {
  let db: TestDatabase;
  let directory: string;
  beforeEach(async () => {
    db = await createTestDatabase({ empty: true });
    directory = await mkdtemp(join(tmpdir(), 'chronofolio-migrations-'));
    await cp(migrationsDirectory(), directory, { recursive: true });
    await rm(join(directory, 'timescale'), { recursive: true });
  });
  afterEach(async () => {
    await db.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('gets the hypertables at the next start, with all its rows', async () => {
    await migrate(db.database, directory);
    expect(await hypertables(db)).toEqual([]);
    const books = await openBooks(db);
    try {
      await books.project(...tenYears());
      const before = await figures(books);

      const { applied } = await migrate(db.database);
      expect(applied).toEqual(
        expect.arrayContaining(['gen_a/apache/0001_hypertables', 'gen_b/apache/0001_hypertables']),
      );
      expect(await hypertables(db)).toEqual(inBothSlots(DAILY));
      expect(await figures(books)).toEqual(before);
      expect((await migrate(db.database)).applied).toEqual([]);

      await books.project(
        facts.transaction('P', 'SELL', 'S', '2016-02-01', {
          transaction_id: 'late',
          quantity: '1',
          price: '22',
        }),
      );
      await expectInvariants(books, 'after a late trade');
      await expectCleanReplay(books, 'after a late trade');
    } finally {
      await books.close();
    }
  });
});
