import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { planRound } from '../../../projections/outbox/round.ts';
import type { OutboxRow } from '../../../projections/outbox/round.ts';

const snapshots = (outboxId: number, fromDay: number, throughDay: number): OutboxRow => ({
  outboxId,
  kind: 'snapshots',
  portfolioId: 'P1',
  securityId: 'S1',
  epoch: 0,
  fromDay,
  throughDay,
});
const replay = (outboxId: number, transactions: number): OutboxRow => ({
  outboxId,
  kind: 'replay',
  portfolioId: 'P1',
  securityId: 'S1',
  epoch: 1,
  transactions,
});

describe('a round', () => {
  it('takes all rows while there is room', () => {
    const rows = [snapshots(1, 10, 19), replay(2, 5), snapshots(3, 10, 10)];
    expect(planRound(rows, 16)).toEqual({ rows, finished: [1, 2, 3], rest: undefined });
  });

  it('cuts a row of days where the room ends', () => {
    expect(planRound([snapshots(1, 10, 12), snapshots(2, 100, 200)], 10)).toEqual({
      rows: [snapshots(1, 10, 12), snapshots(2, 100, 106)],
      finished: [1],
      rest: { outboxId: 2, fromDay: 107 },
    });
  });

  it('leaves a replay whole for the next round', () => {
    expect(planRound([snapshots(1, 10, 12), replay(2, 8), snapshots(3, 1, 1)], 10)).toMatchObject({
      finished: [1],
      rest: undefined,
    });
  });

  it('takes a replay that is larger than a round alone', () => {
    expect(planRound([replay(1, 11), snapshots(2, 1, 1)], 10)).toMatchObject({
      rows: [replay(1, 11)],
      finished: [1],
      rest: undefined,
    });
  });

  it('publishes every day of every row once and in order, in rounds of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 30 })), { maxLength: 12 }),
        fc.integer({ min: 1, max: 20 }),
        (kinds, budget) => {
          const rows = kinds.map(([isReplay, size], id) =>
            isReplay ? replay(id, size) : snapshots(id, 1, size + 1),
          );
          const said = (row: OutboxRow): string[] =>
            row.kind === 'replay'
              ? [`${row.outboxId} replay`]
              : Array.from(
                  { length: row.throughDay - row.fromDay + 1 },
                  (_, i) => `${row.outboxId} ${row.fromDay + i}`,
                );
          const published: string[] = [];
          for (let left = rows; left.length > 0;) {
            const round = planRound(left, budget);
            expect(round.rows.length).toBeGreaterThan(0);
            published.push(...round.rows.flatMap(said));
            left = left
              .filter((row) => !round.finished.includes(row.outboxId))
              .map((row) =>
                row.outboxId === round.rest?.outboxId ? { ...row, fromDay: round.rest.fromDay } : row,
              );
          }
          expect(published).toEqual(rows.flatMap(said));
        },
      ),
    );
  });
});
