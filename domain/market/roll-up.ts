/** Bars of longer windows from bars of shorter ones, exactly. */
import type { Day } from '../dates.ts';
import type { WindowAt } from './windows.ts';

/** Prices and volumes in units of 10^-8. */
export interface Bar {
  /** The start of its window, Unix milliseconds. */
  readonly time: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: bigint;
  /** Of how many ticks; none are counted of a bar that came whole from a provider. */
  readonly ticks: number;
  /** The trading day it belongs to; of several the last, and null when all of it is outside sessions. */
  readonly session: Day | null;
}

/**
 * One bar for each window that holds any, in the same order; windows without a bar stay without. Rolling up
 * in steps, or parts that end where windows do, comes to the same.
 * @param bars in ascending order of time, each within one window
 */
export function rollUp(bars: Iterable<Bar>, windowAt: WindowAt): Bar[] {
  const rolled: Bar[] = [];
  let current: Bar | undefined;
  let end = -Infinity;
  for (const bar of bars) {
    if (current && bar.time < end) {
      current = joined(current, bar);
      continue;
    }
    if (current) rolled.push(current);
    const window = windowAt(bar.time);
    end = window.end;
    current = { ...bar, time: window.start };
  }
  if (current) rolled.push(current);
  return rolled;
}

/** Two bars, the second of which follows the first, as one that begins with the first. */
export function joined(first: Bar, second: Bar): Bar {
  return {
    time: first.time,
    open: first.open,
    high: first.high > second.high ? first.high : second.high,
    low: first.low < second.low ? first.low : second.low,
    close: second.close,
    volume: first.volume + second.volume,
    ticks: first.ticks + second.ticks,
    session: second.session ?? first.session,
  };
}
