import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { aggregationOn, late, snapshot, start } from './support.ts';

describe('the consumer of persisted snapshots', () => {
  let books: Books;
  let aggregation: ReturnType<typeof aggregationOn>;
  beforeEach(async () => {
    books = await openBooks();
    await books.project(...start);
    aggregation = aggregationOn(books);
  });
  afterEach(() => books.close());

  it('makes the days of what it verified eligible, and changes nothing else', async () => {
    const before = await figures(books);
    const result = await aggregation.giveSnapshots(
      snapshot('S1', '2025-01-05'),
      snapshot('S2', '2025-01-05'),
      snapshot('CASH_EUR', '2025-01-06'),
    );
    expect(result).toEqual({
      status: 'committed',
      counts: { accepted: 3, duplicate: 0, ignored: 0, fenced: 0 },
      deadLetters: [],
    });
    expect(await aggregation.states()).toEqual(['2025-01-05 eligible', '2025-01-06 eligible']);
    expect(await aggregation.marks()).toEqual([]);
    expect(await figures(books)).toEqual(before);
  });

  it('fences what is below the current epoch of its day', async () => {
    await books.project(late);
    const result = await aggregation.giveSnapshots(
      snapshot('S1', '2025-01-06', 0),
      snapshot('S1', '2025-01-06', 1),
      // No restatement has reached this day: what was said of it still holds.
      snapshot('S1', '2025-01-03', 0),
    );
    expect(result).toMatchObject({ counts: { accepted: 2, fenced: 1 }, deadLetters: [] });
    expect(await aggregation.states()).toEqual(['2025-01-03 eligible', '2025-01-06 eligible']);
  });

  it('buries what cannot be read or applied, and takes the rest of the batch in', async () => {
    const result = await aggregation.giveSnapshots(
      'not json\u0000',
      { ...snapshot('S1', '2025-01-05'), epoch: '0' },
      { ...snapshot('S1', '2025-02-30') },
      { ...snapshot('S1', '2025-01-05'), portfolio_id: undefined },
      snapshot('S1', '2025-01-05'),
      { ...snapshot('S1', '2025-01-05'), portfolio_id: 'P9' },
      snapshot('S9', '2025-01-05'),
      snapshot('S1', '2025-01-05', 1),
      snapshot('S1', '2025-01-11'),
    );
    expect(result).toMatchObject({ status: 'committed', counts: { accepted: 1, fenced: 0 } });
    expect(
      await books.db.database.query(
        `select message_offset as at, error_code as code from dead_letters order by message_offset`,
      ),
    ).toEqual(
      [
        [0, 'json'],
        [1, 'invalid'],
        [2, 'invalid'],
        [3, 'invalid'],
        [5, 'unknown_key'],
        [6, 'unknown_key'],
        [7, 'unknown_epoch'],
        [8, 'unknown_day'],
      ].map(([at, code]) => ({ at, code })),
    );
    expect(await aggregation.states()).toEqual(['2025-01-05 eligible']);
  });

  it('commits nothing of a batch that somebody else has taken', async () => {
    const batch = {
      groupId: 'g',
      topic: 't',
      partition: 0,
      expected: 5,
      next: 6,
      messages: [],
    };
    await aggregation.giveSnapshots(snapshot('S1', '2025-01-05'));
    expect(await aggregation.snapshots(batch)).toEqual({ status: 'fenced' });
    expect(await books.db.database.query(`select next_offset from kafka_offsets`)).toEqual([
      { next_offset: 1 },
    ]);
  });

  it.each([
    ['a series row is gone', `delete from position_timeseries`],
    ['a snapshot is gone', `delete from daily_position_snapshots`],
    ['a value is another', `update position_timeseries set eod_market_value = 1, eod_market_value_base = 1`],
    ['a quantity is another', `update position_timeseries set quantity = 99`],
    ['a cost is another', `update daily_position_snapshots set cost_basis_local = 1`],
  ])('has the fold regenerate the day when %s, without doubling anything', async (_what, damage) => {
    const before = await figures(books);
    await aggregation.damage(
      `${damage} where date = '2025-01-05' and security_no = (select security_no from securities where security_id = 'S1')`,
    );
    await aggregation.giveSnapshots(snapshot('S1', '2025-01-04'), snapshot('S1', '2025-01-05'));
    expect(await aggregation.marks()).toEqual([
      { security_id: 'S1', from: '2025-01-05', through: '2025-01-05', cause: 'regeneration' },
    ]);
    await aggregation.folded();
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
    await aggregation.giveSnapshots(snapshot('S1', '2025-01-05'));
    expect(await aggregation.marks()).toEqual([]);
  });

  it('regenerates a day of which both rows are gone, and asks for none where none belong', async () => {
    const before = await figures(books);
    for (const table of ['position_timeseries', 'daily_position_snapshots'])
      await aggregation.damage(
        `delete from ${table} where date = '2025-01-05' and security_no = (select security_no from securities where security_id = 'S1')`,
      );
    // S2 was sold on the 6th: the 7th shows that nothing is left, and later days have no row.
    await aggregation.giveSnapshots(
      snapshot('S1', '2025-01-05'),
      snapshot('S2', '2025-01-07'),
      snapshot('S2', '2025-01-08'),
    );
    expect(await aggregation.marks()).toMatchObject([{ security_id: 'S1', from: '2025-01-05' }]);
    await aggregation.folded();
    expect(await figures(books)).toEqual(before);
  });

  it('makes a day that was aggregated eligible again only when something has changed', async () => {
    const days = ['2025-01-05', '2025-01-10'].map((date) => snapshot('S1', date));
    await aggregation.giveSnapshots(...days);
    await aggregation.giveOrders(
      ...['2025-01-05', '2025-01-10'].map((aggregation_date) => ({
        portfolio_id: 'P1',
        aggregation_date,
        correlation_id: 'JOB',
      })),
    );
    await aggregation.aggregator.step();
    expect(await aggregation.states()).toEqual(['2025-01-05 done JOB 0', '2025-01-10 done JOB 0']);
    await aggregation.giveSnapshots(...days);
    // The open day may have been rewritten within its epoch.
    expect(await aggregation.states()).toEqual(['2025-01-05 done JOB 0', '2025-01-10 eligible JOB 0']);
    await books.project(facts.prices('S1', 'EUR', [['2025-01-04', '52']]));
    await aggregation.giveSnapshots(snapshot('S1', '2025-01-05', 1));
    expect((await aggregation.states())[0]).toBe('2025-01-05 eligible JOB 0');
  });
});
