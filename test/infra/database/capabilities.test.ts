import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { detectTimescale, ensureTimescale } from '../../../infra/database/capabilities.ts';
import { openDatabase } from '../../../infra/database/database.ts';
import { migrate } from '../../../infra/database/migrate.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';

const edition = inject('timescale');

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase({ empty: true, searchPath: 'public' });
});
afterEach(() => db.close());

test('what a database has is told the same before, while and after it is migrated', async () => {
  const { timescale } = await migrate(db.database);
  expect(timescale.edition).toBe(edition);
  expect(await detectTimescale(db.database)).toEqual(timescale);
  expect((await migrate(db.database)).timescale).toEqual(timescale);
});

describe.runIf(edition === 'none')('without TimescaleDB', () => {
  test('the reason is told and the transaction goes on', async () => {
    const seen = await db.database.transaction(async (tx) => ({
      timescale: await ensureTimescale(tx),
      after: await tx.query('select 1 as one'),
    }));
    expect(seen.timescale).toEqual({ edition: 'none', reason: expect.stringMatching(/\w/) });
    expect(seen.after).toEqual([{ one: 1 }]);
  });
});

describe.runIf(edition !== 'none')('with TimescaleDB', () => {
  test('the extension is created, and of the Apache edition it is told what is missing', async () => {
    expect(await detectTimescale(db.database)).toEqual({
      edition: 'none',
      reason: 'the extension has not been created in this database',
    });
    const timescale = await db.database.transaction(ensureTimescale);
    expect(timescale.version).toMatch(/^2\.\d+/);
    if (edition === 'full') expect(timescale).not.toHaveProperty('reason');
    else expect(timescale.reason).toContain('columnstore');
    expect(
      await db.database.query(`select extversion from pg_extension where extname = 'timescaledb'`),
    ).toEqual([{ extversion: timescale.version }]);
  });

  test('a user who may not create it works on plain tables', async () => {
    const role = `chronofolio_guest_${randomBytes(4).toString('hex')}`;
    await db.database.query(`create role ${role} login password 'guest'`);
    const url = new URL(db.url);
    url.username = role;
    url.password = 'guest';
    const guest = openDatabase({ url: url.toString(), maxConnections: 1 });
    try {
      const timescale = await guest.transaction(ensureTimescale);
      expect(timescale).toMatchObject({ edition: 'none' });
      expect(timescale.reason).toContain('may not create the extension');
    } finally {
      await guest.close();
      await db.database.query(`drop role ${role}`);
    }
  });

  test('what the extension refuses is a reason, not a failure', async () => {
    // Something of its own stands in its way.
    await db.database.query('create schema timescaledb_information');
    const seen = await db.database.transaction(async (tx) => ({
      timescale: await ensureTimescale(tx),
      after: await tx.query('select 1 as one'),
    }));
    expect(seen.timescale.edition).toBe('none');
    expect(seen.timescale.reason).toContain('could not be created');
    expect(seen.after).toEqual([{ one: 1 }]);
  });
});
