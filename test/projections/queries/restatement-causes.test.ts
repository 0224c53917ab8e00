import { describe, expect, test } from 'vitest';
import { causesOf, reachesOfEpochs } from '../../../projections/queries/restatement-causes.ts';
import type { Reach } from '../../../projections/queries/restatement-causes.ts';
import type { EpochRow } from '../../../projections/queries/rows.ts';
import { FROM_INCEPTION } from '../../../projections/register/model.ts';
import { facts } from '../../support/books.ts';
import { stored } from '../diff/support.ts';

const events = stored(
  facts.portfolio('P'),
  facts.transaction('P', 'BUY', 'AAA', '2025-01-02', { transaction_id: 'T1' }),
  facts.prices('AAA', 'EUR', [['2025-01-03', '1']]),
  facts.fx('USD', 'EUR', [['2025-01-03', '1']]),
);
const log = {
  readFeed: async (after: number, limit: number) => events.slice(after, after + limit),
};

function reach(position: number, from: number, through: number, more: Partial<Reach> = {}): Reach {
  return { position, cause: 'transaction', since: from, from, through, ...more };
}

describe('causes', () => {
  test('are named by day, the oldest first, those without a changed day left out', async () => {
    const reaches = [reach(3, 11, 12), reach(2, 10, 99), reach(4, 20, 30), reach(2, 9, 10)];
    const causes = await causesOf(log, reaches, [10, 12, 13]);
    expect([10, 12, 13, 14].map((day) => causes.of(day))).toEqual([[2], [2, 3], [2], []]);
    expect(causes.views).toEqual([
      {
        position: 2,
        recorded_at: '2025-01-01T00:00:00.000000Z',
        cause: 'transaction',
        type: 'TransactionRecorded',
        security_id: 'AAA',
        from_date: '1970-01-10',
        transaction_id: 'T1',
      },
      expect.objectContaining({ position: 3, type: 'PricesRecorded', security_id: 'AAA' }),
    ]);
  });

  test('that are orders are named for days no event explains', async () => {
    const order = reach(2, 0, 99, { cause: 'operator', orderedAt: '2025-02-01T00:00:00.000000Z' });
    const causes = await causesOf(log, [order, reach(2, 10, 12)], [10, 12, 13]);
    expect([10, 12, 13].map((day) => causes.of(day))).toEqual([[2], [2], [2]]);
    expect(causes.views).toMatchObject([
      { cause: 'transaction', type: 'TransactionRecorded' },
      { cause: 'operator', type: null, security_id: null, recorded_at: '2025-02-01T00:00:00.000000Z' },
    ]);
    expect((await causesOf(log, [order, reach(2, 10, 13)], [10, 13])).views).toHaveLength(1);
  });

  test('that reach back to inception begin with what they changed', async () => {
    const since = reach(4, FROM_INCEPTION, 99, { cause: 'fx_rate' });
    expect((await causesOf(log, [since], [40, 41])).views).toMatchObject([
      { type: 'FxRatesRecorded', security_id: null, from_date: '1970-02-10' },
    ]);
  });
});

test('the epochs of a flip explain it, the portfolio itself only where no position does', () => {
  const row = (epoch_id: number, security_id: string | null, epoch: number, at: string): EpochRow => ({
    epoch_id,
    security_id,
    epoch,
    cause: 'price',
    cause_position: epoch_id * 10,
    from_date: '2025-01-01',
    through_date: '2025-01-02',
    rows: 1,
    started_at: at,
    flipped_at: at,
    who: 'projector',
  });
  const audit = [
    row(1, 'AAA', 5, 'first'),
    row(2, null, 1, 'first'),
    // Its positions' figures changed, and the portfolio's did not.
    row(3, 'AAA', 6, 'second'),
    row(4, 'AAA', 7, 'third'),
    row(5, 'BBB', 1, 'third'),
    row(6, null, 2, 'third'),
    row(7, null, 3, 'fourth'),
  ];
  const between = (from: number, to: number) => reachesOfEpochs(audit, from, to).map((each) => each.position);
  expect(between(0, 1)).toEqual([10]);
  expect(between(1, 2)).toEqual([40, 50]);
  expect(between(1, 3)).toEqual([40, 50, 70]);
  expect(between(2, 2)).toEqual([]);
});
