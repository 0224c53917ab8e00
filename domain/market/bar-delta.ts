/**
 * What ticks do to a bar. Deltas of the same bar may be made of any part of its ticks and merged one after
 * another: as long as ticks of equal time are merged in the order they arrived, the result is the same.
 */

/** Prices and volume in units of 10^-8, times in Unix milliseconds. */
export interface BarDelta {
  /** The earliest tick's price; of several at that time, the first to arrive. */
  open: bigint;
  high: bigint;
  low: bigint;
  /** The latest tick's price; of several at that time, the last to arrive. */
  close: bigint;
  /** The sum of the ticks' own; those without one add nothing. */
  volume: bigint;
  ticks: number;
  firstAt: number;
  lastAt: number;
}

export interface BarTick {
  readonly price: bigint;
  readonly timestamp: number;
  readonly volume: bigint | undefined;
}

/** The delta of one tick. */
export function barOf({ price, timestamp, volume }: BarTick): BarDelta {
  return {
    open: price,
    high: price,
    low: price,
    close: price,
    volume: volume ?? 0n,
    ticks: 1,
    firstAt: timestamp,
    lastAt: timestamp,
  };
}

/** Adds a tick that arrived after all those in the delta. Changes the delta: there are millions of them. */
export function addTick(bar: BarDelta, { price, timestamp, volume }: BarTick): void {
  if (timestamp < bar.firstAt) {
    bar.firstAt = timestamp;
    bar.open = price;
  }
  if (timestamp >= bar.lastAt) {
    bar.lastAt = timestamp;
    bar.close = price;
  }
  if (price > bar.high) bar.high = price;
  else if (price < bar.low) bar.low = price;
  if (volume !== undefined) bar.volume += volume;
  bar.ticks += 1;
}

/** A bar and what arrived after it: the rule by which stored bars take deltas in. */
export function mergeBars(earlier: BarDelta, later: BarDelta): BarDelta {
  return {
    open: later.firstAt < earlier.firstAt ? later.open : earlier.open,
    high: later.high > earlier.high ? later.high : earlier.high,
    low: later.low < earlier.low ? later.low : earlier.low,
    close: later.lastAt >= earlier.lastAt ? later.close : earlier.close,
    volume: earlier.volume + later.volume,
    ticks: earlier.ticks + later.ticks,
    firstAt: Math.min(earlier.firstAt, later.firstAt),
    lastAt: Math.max(earlier.lastAt, later.lastAt),
  };
}
