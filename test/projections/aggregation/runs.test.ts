import { describe, expect, it } from 'vitest';
import { runsOf } from '../../../projections/aggregation/runs.ts';

describe('runs of days', () => {
  it('end at gaps and where another group begins', () => {
    const items = [
      ['A', 1],
      ['A', 2],
      ['A', 4],
      ['B', 5],
      ['B', 6],
    ].map(([group, day]) => ({ group, day: Number(day) }));
    expect(
      runsOf(items, ({ group }) => group).map((run) => [run.first.group, run.fromDay, run.throughDay]),
    ).toEqual([
      ['A', 1, 2],
      ['A', 4, 4],
      ['B', 5, 6],
    ]);
    expect(runsOf([], () => '')).toEqual([]);
  });
});
