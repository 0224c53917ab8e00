import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

const buy = (id: string, date: string, quantity: string) =>
  facts.transaction('P1', 'BUY', 'S1', date, { transaction_id: id, quantity, price: '10' });

const start = [
  facts.portfolio('P1', { cash: 'explicit' }),
  facts.security('S1', 'EUR'),
  buy('T1', '2025-01-02', '10'),
  facts.prices('S1', 'EUR', [['2025-01-02', '10']]),
  facts.closeDay('2025-01-06'),
];

/** The outbox in order, with its rows taken out. */
async function taken({ db }: Books) {
  const rows = await db.database.query<{
    kind: string;
    security_id: string;
    epoch: number;
    from_day: number | null;
    through_day: number | null;
  }>(
    `with gone as (delete from outbox returning *)
     select kind, security_id, epoch, from_day, through_day from gone order by outbox_id`,
  );
  return rows.map((row) => [row.kind, row.security_id, row.epoch, row.from_day, row.through_day]);
}

describe('what folds note to be published', () => {
  let books: Books;
  beforeEach(async () => {
    books = await openBooks(undefined, { outbox: { replays: true } });
    await books.project(...start);
  });
  afterEach(() => books.close());

  it('is the snapshots of new days', async () => {
    expect(await taken(books)).toEqual([['snapshots', 'S1', 0, day('2025-01-02'), day('2025-01-06')]]);
    await books.project(facts.closeDay('2025-01-07'));
    expect(await taken(books)).toEqual([['snapshots', 'S1', 0, day('2025-01-07'), day('2025-01-07')]]);
  });

  it('is the replay of a key that a late trade moved to a new epoch, and the days that differ', async () => {
    await taken(books);
    await books.project(buy('T2', '2025-01-04', '5'));
    expect(await taken(books)).toEqual([
      ['replay', 'S1', 1, null, null],
      ['snapshots', 'S1', 1, day('2025-01-04'), day('2025-01-06')],
    ]);
  });

  it('is no replay when a price did it', async () => {
    await taken(books);
    await books.project(facts.prices('S1', 'EUR', [['2025-01-03', '11']]));
    expect(await taken(books)).toEqual([['snapshots', 'S1', 1, day('2025-01-03'), day('2025-01-06')]]);
  });

  it('is nothing when nothing changes', async () => {
    await taken(books);
    await books.project(facts.prices('S1', 'EUR', [['2025-01-02', '10']]));
    expect(await taken(books)).toEqual([]);
  });

  it('is nothing while a rebuild fills the other generation, nor when it comes out the same', async () => {
    await taken(books);
    await books.projections.rebuild({ all: true });
    expect(await taken(books)).toEqual([]);
  });

  it('is what a rebuild found to be different', async () => {
    await taken(books);
    await books.db.database.query(
      `update position_state set checksum = checksum + 1 where security_no = (select security_no from securities where security_id = 'S1')`,
    );
    await books.projections.rebuild({ all: true });
    expect(await taken(books)).toEqual([['snapshots', 'S1', 1, day('2025-01-02'), day('2025-01-06')]]);
  });
});

describe('without a publisher', () => {
  it('nothing is noted', async () => {
    const books = await openBooks();
    await books.project(...start);
    expect(await taken(books)).toEqual([]);
    await books.close();
  });
});
