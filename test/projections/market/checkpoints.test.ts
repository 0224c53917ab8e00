import { describe, expect, it } from 'vitest';
import { isKept } from '../../../projections/market/checkpoints.ts';

function kept(newest: number): number[] {
  return Array.from({ length: newest }, (_, index) => index + 1).filter((ordinal) => isKept(ordinal, newest));
}

describe('the checkpoints that are kept', () => {
  it('are the newest and some before it', () => {
    expect(kept(1)).toEqual([1]);
    expect(kept(64)).toEqual([64]);
    expect(kept(200)).toEqual([128, 192, 200]);
    expect(kept(1_000)).toEqual([512, 768, 896, 960, 1_000]);
  });

  it('are few, and never far before a bar as measured by its age', () => {
    for (const newest of [63, 64, 65, 500, 4_095, 4_096, 4_097, 100_000]) {
      const ordinals = kept(newest);
      expect(ordinals.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(newest)) + 1);
      for (let ordinal = 1; ordinal <= newest; ordinal += Math.ceil(newest / 500)) {
        const before = ordinals.filter((one) => one < ordinal).at(-1) ?? 0;
        const age = newest - ordinal + 1;
        expect(ordinal - before).toBeLessThanOrEqual(Math.max(128, 4 * age));
      }
    }
  });

  it('are never wanted again once they are not', () => {
    for (let ordinal = 64; ordinal <= 1_024; ordinal += 64) {
      const history = Array.from({ length: 5_000 }, (_, age) => isKept(ordinal, ordinal + age));
      expect(history.lastIndexOf(true)).toBe(history.indexOf(false) - 1);
    }
  });
});
