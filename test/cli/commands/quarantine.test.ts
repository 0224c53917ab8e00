import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configure } from '../../../cli/wiring.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { run } from '../support/run.ts';

let database: TestDatabase;
let books: Books;
beforeEach(async () => {
  database = await createTestDatabase();
  books = await openBooks(database);
  // By the command handler, which keeps a transaction under its id in the log.
  expect((await chronofolio('status')).exit).toBe(0);
});
afterEach(async () => {
  await books.close();
  await database.close();
});

function chronofolio(line: string) {
  return run(line, { configure, env: { DATABASE_URL: database.url, LOG_LEVEL: 'silent' } });
}

const buy = (security: string, id: string, date: string) => ({
  ...facts.transaction('P', 'BUY', security, date, { transaction_id: id, quantity: '10', price: '50' }),
});

/** A transaction whose recorded quantity cannot be read, and a trade after which its key is folded again. */
async function poison(): Promise<void> {
  await books.project(
    facts.portfolio('P'),
    facts.security('S', 'EUR'),
    facts.security('T', 'EUR'),
    facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
      transaction_id: 'D',
      gross_transaction_amount: '10000',
    }),
    buy('T', 'T1', '2025-01-02'),
    facts.closeDay('2025-01-10'),
  );
  await books.log.appendMany(
    [buy('S', 'BAD', '2025-01-03'), buy('S', 'GOOD', '2025-01-04')].map(({ streamId, event }) => ({
      streamId,
      expected: 'any' as const,
      idempotency: {
        key: `transaction:${event.type === 'TransactionRecorded' ? event.data.transaction_id : ''}`,
        fingerprint: '',
      },
      events: [
        { ...event, effectiveAt: '2025-01-01T00:00:00.000000Z', metadata: { source: 'cli' as const } },
      ],
    })),
  );
  await books.projections.catchUp();
  await database.database.query(
    `update transactions set fields = jsonb_set(fields::jsonb, '{quantity}', '"many"')::json where transaction_id = 'BAD'`,
  );
  await books.project(buy('S', 'EARLY', '2025-01-02'));
}

describe('quarantine', () => {
  it('names the transaction that a position is kept apart by', async () => {
    await poison();
    const { exit, out } = await chronofolio('quarantine list');
    expect(exit).toBe(0);
    expect(out).toMatch(/^P +S +\d+ +BAD +not a decimal number: "many"/m);
  });

  it('skips it: the transaction is cancelled in the log with the reason, and its position folded', async () => {
    await poison();
    const skipped = await chronofolio('quarantine skip P S --reason damaged');
    expect(skipped.out + skipped.notes).toContain('BAD is cancelled, and S of P is folded again');
    expect(skipped.exit).toBe(0);
    const last = await books.log.readAt(await books.log.head());
    expect(last).toMatchObject({
      type: 'TransactionCancelled',
      data: { transaction_id: 'BAD', reason: 'damaged' },
    });
    const [row] = await database.database.query(
      `select quantity from position_timeseries join securities using (security_no)
       where security_id = 'S' and date = '2025-01-10' and superseded_by is null`,
    );
    expect(row).toEqual({ quantity: '20' });
    expect((await chronofolio('quarantine list')).out).toBe('Nothing is kept apart.');
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });

  it('skips nothing where nothing is kept apart, or where it cannot tell what by', async () => {
    await poison();
    const head = await books.log.head();
    const sound = await chronofolio('quarantine skip P T --reason because');
    expect(sound.exit).toBe(2);
    expect(sound.notes).toContain('T of P is not kept apart');

    await database.database.query(`update quarantine set transaction_id = null`);
    const unknown = await chronofolio('quarantine skip P S --reason because');
    expect(unknown.exit).toBe(2);
    expect(unknown.notes).toContain('it is not known which transaction S of P is kept apart by');

    const foreign = await chronofolio('quarantine skip P S NOBODY --reason because');
    expect(foreign.exit).toBe(2);
    expect(foreign.notes).toContain('P has no transaction NOBODY in the log');

    const reasonless = await chronofolio('quarantine skip P S BAD');
    expect(reasonless.exit).toBe(2);
    expect(await books.log.head()).toBe(head);
  });
});
