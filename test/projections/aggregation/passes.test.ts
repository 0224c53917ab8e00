import { describe, expect, it } from 'vitest';
import { damagesOf, pass } from '../../../projections/aggregation/passes.ts';

describe('a pass', () => {
  const days = Array.from({ length: 10 }, (_, day) => ({ portfolioId: 'P1', day }));
  const takeSet = (seen: number[]) => (after: { day: number } | null) => {
    const set = days.filter(({ day }) => day > (after?.day ?? -1)).slice(0, 4);
    seen.push(...set.map(({ day }) => day));
    return Promise.resolve({ last: set.length < 4 ? undefined : set.at(-1), done: 1 });
  };

  it('looks at every day once, in sets', async () => {
    const seen: number[] = [];
    expect(await pass(takeSet(seen), () => false)).toBe(3);
    expect(seen).toEqual(days.map(({ day }) => day));
  });

  it('ends after the set in hand when it is to stop', async () => {
    const seen: number[] = [];
    expect(await pass(takeSet(seen), () => true)).toBe(1);
    expect(seen).toHaveLength(4);
  });
});

describe('damage', () => {
  it('is told position by position, from its first day to its last', () => {
    expect(
      damagesOf([
        { portfolioNo: 1, day: 10, damaged: [5] },
        { portfolioNo: 1, day: 12, damaged: [5, 6] },
        { portfolioNo: 2, day: 10, damaged: [5] },
        { portfolioNo: 2, day: 11, damaged: [] },
      ]),
    ).toEqual([
      { portfolioNo: 1, securityNo: 5, fromDay: 10, throughDay: 12 },
      { portfolioNo: 1, securityNo: 6, fromDay: 12, throughDay: 12 },
      { portfolioNo: 2, securityNo: 5, fromDay: 10, throughDay: 10 },
    ]);
  });
});
