/** Falls from a peak: how deep, from when to when, and when the peak was reached again. */
import type { Day } from '../dates.ts';
import { growthOver, openingOf, type DailyLevels } from './levels.ts';

export interface Drawdown {
  /** The return from peak to trough, below zero. */
  readonly depth: number;
  /** The last close at the peak; the day before the period where it opened at it. */
  readonly start: Day;
  /** The first close at the lowest level. */
  readonly trough: Day;
  /** The first close at the peak or above again; `null` when there was none in the period. */
  readonly recovery: Day | null;
}

/** Less would not show in a figure of 12 places. */
const SMALLEST_DEPTH = 5e-13;

/**
 * All falls in the closes of a period, its opening value among them, in the order of time. One ends where
 * its peak is reached again, so that they never overlap.
 */
export function drawdowns(levels: DailyLevels, from: Day, to: Day): Drawdown[] {
  const { first, growth, losses } = levels;
  const [start, end] = [openingOf(levels, from), openingOf(levels, to + 1)];
  const lost = losses[start]!;
  const at = (i: number) => (losses[i]! > lost ? 0 : growth[i]!);
  const found: Drawdown[] = [];
  let [peak, trough] = [start, start];
  const close = (recovery: Day | null) => {
    const fallen = fall(levels, peak, trough);
    if (fallen.depth <= -SMALLEST_DEPTH) found.push({ ...fallen, recovery });
  };
  for (let i = start + 1; i <= end; i++) {
    const level = at(i);
    if (level >= at(peak)) {
      // The opening of a day is the close of the day before.
      close(first + i - 1);
      [peak, trough] = [i, i];
    } else if (level < at(trough)) trough = i;
  }
  close(null);
  return found;
}

function fall(levels: DailyLevels, peak: number, trough: number) {
  const [start, low] = [levels.first + peak - 1, levels.first + trough - 1];
  return { depth: growthOver(levels, start + 1, low) - 1, start, trough: low };
}

/** The deepest ones, deepest first; of equal ones the earlier. */
export function deepest(falls: readonly Drawdown[], count: number): Drawdown[] {
  return falls.toSorted((a, b) => a.depth - b.depth || a.start - b.start).slice(0, count);
}

/** The deepest fall; `undefined` when the closes never fell. */
export function maximumDrawdown(levels: DailyLevels, from: Day, to: Day): Drawdown | undefined {
  return deepest(drawdowns(levels, from, to), 1)[0];
}
